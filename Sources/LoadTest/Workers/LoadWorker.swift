import Foundation
import Glibc
public import LedgerClient

/// A generator on a machine of its own, that does what a coordinator asks.
public struct LoadWorker: Sendable {
  private let address: NodeAddress
  private let software: String
  private let tell: @Sendable (String) -> Void

  /// - Parameters:
  ///   - address: where it listens; an IPv4 address.
  ///   - tell: called with what happens, a sentence each.
  public init(
    _ address: NodeAddress, software: String, tell: @escaping @Sendable (String) -> Void
  ) {
    self.address = address
    self.software = software
    self.tell = tell
  }

  /// Serves one coordinator after another.
  ///
  /// - Parameter runs: how many; without end when nil.
  public func run(_ runs: Int? = nil) async throws {
    let listener = try LineSocket.listen(on: address)
    defer { _ = Glibc.close(listener) }
    tell("waiting for a coordinator on \(address)")
    var served = 0
    while runs.map({ served < $0 }) ?? true {
      let descriptor = await Blocking.run { accept(listener, nil, nil) }
      guard descriptor >= 0 else { continue }
      let socket = LineSocket(descriptor: descriptor)
      do { try await serve(socket) } catch {
        try? socket.send(.failed("\(error)"))
        tell("the run ended early: \(error)")
      }
      served += 1
    }
  }

  private func serve(_ socket: LineSocket) async throws {
    while true {
      switch try await Blocking.run({ try socket.receive() }) {
      case .askClock: try socket.send(.clock(MonotonicClock.wall()))
      case .prepare(let plan):
        guard var plan = plan.plan else { throw RequestFault.malformed }
        tell("\(plan.rate) transactions a second against \(plan.nodes.count) nodes")
        plan.gate = {
          try socket.send(.ready)
          while true {
            switch try await Blocking.run({ try socket.receive() }) {
            // Clocks are compared until the beginning.
            case .askClock: try socket.send(.clock(MonotonicClock.wall()))
            case .begin(let moment): return moment
            default: throw RequestFault.malformed
            }
          }
        }
        let report = try await LoadGenerator(plan, software: software).run()
        try socket.send(.done(report))
        tell(report.summary)
        return
      default: throw RequestFault.malformed
      }
    }
  }
}

/// Calls that block, on a thread of their own each.
enum Blocking {
  static func run<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws
    -> Value
  {
    try await withCheckedThrowingContinuation { continuation in
      Thread { continuation.resume(with: Result(catching: body)) }.start()
    }
  }

  static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { continuation in
      Thread { continuation.resume(returning: body()) }.start()
    }
  }
}
