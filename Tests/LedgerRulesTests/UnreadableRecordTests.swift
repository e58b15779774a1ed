import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

/// Records of which one cannot be read: a disk that fails.
private struct FailingRecords: RecordSource {
  let records: MemoryRecords
  let failing: StateKey

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    guard key != failing else { throw .storeFailed("a test") }
    return try records.value(of: key)
  }
}

@Suite("A record that cannot be read stops the node")
struct UnreadableRecordTests {
  /// Executes a transaction while the record of a key cannot be read.
  private func run(_ transaction: Transaction, in world: ElectionWorld, without key: StateKey)
    throws
  {
    let author = try #require(try world.sets().current.members.first).account
    let (block, bundles) = try world.network.proposal([transaction], by: author)
    var view = StateView(over: FailingRecords(records: world.network.records, failing: key))
    do throws(ExecutionError) {
      _ = try Execution.run(block: block, bundles: bundles, chain: world.network.chain, on: &view)
      Issue.record("the block was executed")
    } catch {
      let isRecord = if case .record = error { true } else { false }
      #expect(isRecord && error.isFatal, "\(error)")
    }
  }

  @Test("it is no fault of who registers as a candidate")
  func registration() throws {
    var world = try ElectionWorld()
    try world.run()
    let account = world.outsider(0)
    let possession = try world.nextPossession(account)
    let operation = try world.registration(account, possession, reserve: 5_000_000_000)
    let transaction = try world.transaction(account, [operation])
    try run(transaction, in: world, without: NodeCarbon.key(account))
  }

  @Test("it is no fault of who leaves jail")
  func release() throws {
    var world = try ElectionWorld(nodes: 8)
    let standby = world.node(7)
    try world.fundNode(standby)
    let bytes = try #require(world.network.records.records[Candidate.key(standby)])
    var candidate = try Candidate(bcs: bytes)
    candidate.jailedAt = world.network.timestamp
    world.network.records.records[Candidate.key(standby)] = candidate.bcs
    // No standby any more, so that its due is not read before.
    let kept = try #require(world.network.records.records[Delegation.key])
    var delegation = try Delegation(bcs: kept)
    delegation.standbys = []
    world.network.records.records[Delegation.key] = delegation.bcs
    try world.run(slots: 20)
    let transaction = try world.transaction(standby, [.releaseNode(ReleaseNode())])
    try run(transaction, in: world, without: NodeCarbon.key(standby))
  }
}
