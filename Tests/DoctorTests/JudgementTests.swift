import LedgerClient
import NodeAnswers
import NodeRuntime
import Testing

@testable import Doctor

@Suite("What the doctor makes of a clock and of a node's status")
struct JudgementTests {
  @Test(
    "a clock that is not kept, off or uncertain is not good",
    arguments: [
      (true, Int64(1_500), Int64(20_000), Finding.Verdict.ok), (true, -99_000, 20_000, .ok),
      (true, 100_000, 20_000, .warning), (true, -600_000, 20_000, .problem),
      (true, 0, 300_000, .warning), (false, 0, 16_000_000, .warning),
    ])
  func clock(isKept: Bool, offset: Int64, error: Int64, verdict: Finding.Verdict) {
    let found = ClockCheck.judge(
      KernelClock(
        isSynchronised: isKept, offsetMicroseconds: offset, errorMaxMicroseconds: error))
    #expect(found.map(\.verdict) == [verdict], "\(found)")
    #expect(found.allSatisfy { ($0.advice == nil) == ($0.verdict == .ok) })
  }

  private static func status(_ change: (inout StatusAnswer) -> Void) -> StatusAnswer {
    var status = StatusAnswer(
      network: "n", isTest: true, chain: "c", intervalMilliseconds: 1_000, node: "a", name: "A",
      height: 9, block: "", stateRoot: "", timestamp: 100_000, mode: "following",
      notVotingBecause: nil, view: 0, peersConnected: 3, peersKnown: 3, pendingTransactions: 0,
      unflushedBlocks: 0, transactionsFinal: 0, viewChanges: 0, stages: [],
      processMicroseconds: 0,
      transferEstimate: EstimateAnswer(charge: "0", fee: "0", creationFee: "0"))
    change(&status)
    return status
  }

  private static func findings(_ status: StatusAnswer, now: UInt64 = 100_400) -> [Finding] {
    var notes = Notes("node")
    NodeCheck(node: .init(host: "h", port: 1), chain: "c").judge(status, now: now, &notes)
    return notes.findings.filter { $0.verdict != .ok }
  }

  @Test("a node that follows with its peers, its last block just made, is well")
  func well() {
    #expect(Self.findings(Self.status { _ in }).isEmpty)
  }

  @Test("a full node is not asked why it does not vote, and one node to follow is enough")
  func fullNode() {
    func full(_ change: @escaping (inout StatusAnswer) -> Void) -> [String] {
      let status = Self.status {
        $0.role = "full"
        $0.notVotingBecause = "it is a full node: it follows and verifies, and has no vote"
        $0.peersKnown = 2
        $0.peersConnected = 1
        change(&$0)
      }
      return Self.findings(status).map { "\($0.verdict.rawValue): \($0.what)" }
    }
    #expect(full { _ in } == [])
    #expect(full { $0.peersConnected = 0 } == ["problem: 0 of 2 peers are connected"])
    #expect(
      full {
        $0.mode = "catching-up"
        $0.notVotingBecause = "height 30 is final elsewhere"
        $0.timestamp = 1_000
      } == [
        "warning: the full node is at height 9 and catches up: height 30 is final elsewhere"
      ])
  }

  @Test("numbers that no node has are judged like others")
  func numbers() {
    let status = Self.status {
      $0.peersConnected = .max
      $0.peersKnown = .max
      $0.intervalMilliseconds = .max
      $0.timestamp = 0
    }
    #expect(Self.findings(status, now: .max).isEmpty)
  }

  @Test("each way to be unwell is found alone")
  func unwell() {
    func only(_ change: (inout StatusAnswer) -> Void, now: UInt64 = 100_400) -> String {
      let found = Self.findings(Self.status(change), now: now)
      #expect(found.count == 1, "\(found)")
      return "\(found.first?.verdict.rawValue ?? ""): \(found.first?.what ?? "")"
    }
    #expect(only { $0.chain = "d" }.hasPrefix("problem: the node is on the chain d"))
    #expect(only { $0.mode = "halted" } == "problem: the node has halted")
    #expect(only { $0.notVotingBecause = "x" } == "warning: the node does not vote: x")
    #expect(only { $0.peersConnected = 1 } == "problem: 1 of 3 peers are connected")
    #expect(only { $0.unflushedBlocks = 8 }.hasPrefix("warning: 8 blocks wait"))
    #expect(only({ _ in }, now: 105_001).hasPrefix("problem: the last block is 5 s old"))
    #expect(only({ _ in }, now: 99_850).hasPrefix("warning: the last block is 150 ms ahead"))
    #expect(only({ _ in }, now: 99_000).hasPrefix("problem: the last block is 1000 ms ahead"))
  }
}
