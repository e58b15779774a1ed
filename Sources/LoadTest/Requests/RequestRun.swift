import Glibc
import LedgerClient

/// Sends prepared requests over kept-alive connections from one thread, each connection one request
/// at a time, as fast as they are answered.
struct RequestRun {
  /// What became of the requests.
  struct Outcome: Sendable {
    var report = RequestReport()
    /// By a request's number, of those that were answered, what was answered.
    var answers: [Int: String] = [:]
  }

  /// How an answer is counted.
  enum Counting: Sendable {
    case status
    /// By the transaction's status and code, too; each request's answer is kept.
    case submission
  }

  /// How long answers to what was sent last are waited for.
  private static let patienceMilliseconds: UInt64 = 10_000

  private let source: RequestSource
  private let counting: Counting
  private var connections: [RequestConnection]
  private var waits: [pollfd]
  private var outcome = Outcome()
  private var latencies: [Double] = []
  private var nextNumber = 0
  private var began: UInt64 = 0

  /// Opens the connections.
  init(
    _ source: RequestSource, to node: NodeAddress, connections count: Int, counting: Counting
  ) throws(RequestFault) {
    self.source = source
    self.counting = counting
    connections = []
    waits = []
    for _ in 0..<count {
      let descriptor = try RequestSocket.connect(to: node)
      connections.append(RequestConnection(descriptor: descriptor))
      waits.append(pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0))
    }
    outcome.report.connections = count
  }

  /// Sends until the time is over or nothing is left to send, and waits for what is under way.
  mutating func run(milliseconds: UInt64) -> Outcome {
    began = Self.now()
    let end = began + milliseconds * 1_000_000
    var isSending = true
    for index in connections.indices where isSending { isSending = begin(index) }
    while connections.contains(where: { $0.number != nil }) {
      let now = Self.now()
      if now >= end { isSending = false }
      guard now < end + Self.patienceMilliseconds * 1_000_000 else { break }
      guard unsafe poll(&waits, nfds_t(waits.count), 100) > 0 else { continue }
      for index in waits.indices where waits[index].revents != 0 {
        take(index)
        if isSending, connections[index].isFree { isSending = begin(index) }
      }
    }
    finish()
    return outcome
  }

  /// Sends the next request; false when there is none.
  private mutating func begin(_ index: Int) -> Bool {
    guard let request = source.request(nextNumber) else { return false }
    let isSent = connections[index].send(request, number: nextNumber, at: Self.now())
    nextNumber += 1
    if !isSent { close(index) }
    return true
  }

  private mutating func take(_ index: Int) {
    do throws(RequestFault) {
      guard let answer = try connections[index].receive(), let number = connections[index].number
      else { return }
      let now = Self.now()
      latencies.append(Double(now - connections[index].sentAt) / 1_000_000)
      let second = Int((now - began) / 1_000_000_000)
      while outcome.report.eachSecond.count <= second { outcome.report.eachSecond.append(0) }
      outcome.report.eachSecond[second] += 1
      outcome.report.answered += 1
      outcome.report.seconds = Double(now - began) / 1_000_000_000
      let name = connections[index].name(of: answer, counting)
      outcome.report.answers[name, default: 0] += 1
      if counting == .submission { outcome.answers[number] = name }
      connections[index].end()
    } catch {
      close(index)
    }
  }

  private mutating func close(_ index: Int) {
    outcome.report.broken += 1
    connections[index].close()
    // poll passes over negative descriptors.
    waits[index].fd = -1
  }

  private mutating func finish() {
    for index in connections.indices {
      if connections[index].number != nil { outcome.report.broken += 1 }
      connections[index].close()
    }
    if outcome.report.seconds > 0 {
      outcome.report.perSecond = Double(outcome.report.answered) / outcome.report.seconds
    }
    outcome.report.latencyMilliseconds = LoadReport.Percentiles(of: latencies)
  }

  private static func now() -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(CLOCK_MONOTONIC, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
