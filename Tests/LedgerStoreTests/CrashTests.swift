import Glibc
import Synchronization
import Testing

@testable import LedgerStore

/// A run of a store over ten blocks is killed, cut off from power or failed by its disk at every
/// system call that changes or syncs a file, and started again. How: faulty_disk.h.
@Suite("Crashes at every system call", .serialized)
struct CrashTests {
  /// A letter for each call of a run that nothing disturbs: w write, r resize, s sync, m a name
  /// made, n one changed.
  private static func kinds() throws -> [Character] {
    let subject = CrashSubject(try CrashProcess.make())
    let whole = try subject.run("run")
    try #require(whole.isDone, "build the target CrashSubject: \(whole.lines.suffix(2))")
    #expect(whole.last("final") == 10)
    return Array(try #require(whole.text("calls")))
  }

  /// How often each call fails, otherwise at random: `make crash` asks for more.
  private static let seeds: Int = {
    unsafe getenv("ECO2_CRASH_SEEDS").flatMap { unsafe Int(String(cString: $0)) } ?? 1
  }()

  /// What is wrong after a crash; empty when nothing is.
  private static func recover(_ subject: CrashSubject, _ run: CrashSubject.Outcome) throws
    -> [String]
  {
    let recovered = try subject.run("recover", run.durable())
    guard recovered.isDone else {
      return ["after \(run.lines.suffix(2)) it recovers with \(recovered.lines.suffix(2))"]
    }
    return []
  }

  @Test(
    "after a crash the last final block is there, with its root, and the node goes on",
    arguments: [CrashSubject.Act.kill, .torn, .lost, .some])
  func crash(act: CrashSubject.Act) async throws {
    let kinds = try Self.kinds()
    // A torn write is one that has begun; the call after the last is the end of the run.
    let calls = (1...kinds.count + 1).filter {
      act != .torn || $0 <= kinds.count && kinds[$0 - 1] == "w"
    }
    let isRandom = act == .torn || act == .some
    let faults = calls.flatMap { call in
      (0..<(isRandom ? Self.seeds : 1)).map { CrashSubject.Fault(act: act, call: call, seed: $0) }
    }
    #expect(calls.count > 60)
    let faulty = await CrashSubject.forEach(faults) { subject, fault in
      let run = try subject.run("run", fault: fault)
      guard run.code == nil || fault.call > kinds.count else { return ["it was not killed"] }
      return try Self.recover(subject, run)
    }
    #expect(faulty.isEmpty)
  }

  @Test("a crash while starting after a crash costs nothing either")
  func crashOfRecovery() async throws {
    let count = try Self.kinds().count
    let acts: [CrashSubject.Act] = [.some, .torn, .lost]
    let faults = stride(from: 5, to: count, by: 24).flatMap { call in
      (1...9 * Self.seeds).map {
        CrashSubject.Fault(act: acts[$0 % acts.count], call: call, seed: $0)
      }
    }
    let faulty = await CrashSubject.forEach(faults) { subject, fault in
      let run = try subject.run(
        "run", fault: .init(act: .some, call: fault.call, seed: fault.seed))
      let second = try subject.run(
        "recover", run.durable(), fault: .init(act: fault.act, call: fault.seed * 2))
      let third = try subject.run("recover", second.durable(before: run.durable()))
      return third.isDone ? [] : ["\(second.lines.suffix(2)), then \(third.lines.suffix(2))"]
    }
    #expect(faulty.isEmpty)
  }

  @Test("a failed call stops the store; nothing is told after a failed sync, and nothing is lost")
  func failedCall() async throws {
    let kinds = try Self.kinds()
    let faults = kinds.indices.map { CrashSubject.Fault(act: .eio, call: $0 + 1) }
    let faulty = await CrashSubject.forEach(faults) { subject, fault in
      let run = try subject.run("run", fault: fault)
      var wrong = run.lines.filter { $0.hasPrefix("broken") }
      if kinds[fault.call - 1] == "s" {
        // Only the refusal of the second attempt follows.
        let told = run.lines.drop { !$0.hasPrefix("stopped") }.dropFirst()
        if told.count != 1 || told.first?.hasPrefix("refused") != true {
          wrong.append("after the failed sync it says \(Array(told))")
        }
      }
      return try wrong + Self.recover(subject, run)
    }
    #expect(faulty.isEmpty)
  }

  @Test(
    "a disk that is full is told apart; with room again the store goes on, or does when restarted",
    arguments: [CrashSubject.Act.enospc, .short])
  func fullDisk(act: CrashSubject.Act) async throws {
    let kinds = try Self.kinds()
    // A short write is one.
    let needing: [Character] = act == .short ? ["w"] : ["w", "r", "m"]
    let faults = kinds.indices.filter { needing.contains(kinds[$0]) }
      .map { CrashSubject.Fault(act: act, call: $0 + 1) }
    let refusals = Mutex(0)
    let faulty = await CrashSubject.forEach(faults) { subject, fault in
      let run = try subject.run("run", fault: fault)
      // LMDB writes nothing after its page of roots could not be written, until it is opened again.
      let isRefused =
        run.lines.suffix(2).first == "full"
        && run.text("refused")?.contains("refuses everything") == true
      if isRefused { refusals.withLock { $0 += 1 } }
      let wrong = run.isDone || isRefused ? [] : ["it ends with \(run.lines.suffix(2))"]
      return try wrong + Self.recover(subject, run)
    }
    #expect(faulty.isEmpty)
    // The last write of each flush, at heights 3, 6 and 9.
    #expect(refusals.withLock { $0 } == 3)
  }
}
