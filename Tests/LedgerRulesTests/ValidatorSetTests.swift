import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Validator sets that follow each other")
struct ValidatorSetTests {
  /// The members of a set but one, from a height on.
  private func without(_ index: Int, of set: ValidatorSet, from height: UInt64) throws
    -> ValidatorSet
  {
    var members = set.members
    members.remove(at: index)
    return try #require(ValidatorSet(firstHeight: height, members: members))
  }

  private func network() throws -> TestNetwork {
    try TestNetwork(TestGenesis.document(nodes: 6))
  }

  @Test("a set that a block decides begins two heights above it, and each height keeps its own")
  func beginsTwoAbove() throws {
    var network = try network()
    try network.run()
    var queries = network.queries
    let first = try queries.validatorSets().current
    let second = try without(2, of: first, from: 4)
    var outcome = try network.run(successor: second)
    #expect(outcome.validators == first && outcome.nextValidators == second)
    outcome = try network.run()
    #expect(outcome.validators == second && outcome.nextValidators == second)
    let third = try without(0, of: second, from: 6)
    let author = try #require(
      network.document.nodes.firstIndex { $0.account == second.members[1].account })
    try network.run(author: author, successor: third)
    try network.run(author: author)
    queries = network.queries
    #expect(try queries.validatorSet(deciding: 0) == nil)
    for height in UInt64(1)...3 { #expect(try queries.validatorSet(deciding: height) == first) }
    for height in UInt64(4)...5 { #expect(try queries.validatorSet(deciding: height) == second) }
    for height in UInt64(6)...9 { #expect(try queries.validatorSet(deciding: height) == third) }
    // How each was followed: what light clients are shown.
    #expect(try queries.pastSetNumbers() == 0..<2)
    #expect(
      try queries.setEnd(0) == SetEnd(number: 0, set: first, lastHeight: 3, next: second))
    #expect(
      try queries.setEnd(1) == SetEnd(number: 1, set: second, lastHeight: 5, next: third))
    #expect(try queries.setEnd(2) == nil)
    #expect(network.invariants().faults.isEmpty)
  }

  @Test("evidence against a member that has left is judged by the set of its height")
  func evidenceAfterLeaving() throws {
    var network = try network()
    let offences = try TestOffences(network)
    try network.run(successor: try without(1, of: offences.set, from: 3))
    for _ in 0..<3 { try network.run(author: authorOutside(1, offences, network)) }
    // Its index is another member's now.
    let evidence = try offences.equivocation(1, height: 2)
    let outcome = try network.run(
      [try offences.report(evidence, by: 4)], author: authorOutside(1, offences, network))
    #expect(outcome.receipts.map(\.outcome) == [.applied])
    #expect(outcome.offences.map(\.offender) == [offences.set.members[1].account])
    #expect(network.invariants().faults.isEmpty)
  }

  /// A node of genesis that is a member, and stays one when a member leaves.
  private func authorOutside(_ left: Int, _ offences: TestOffences, _ network: TestNetwork) -> Int {
    network.document.nodes.firstIndex { $0.account != offences.set.members[left].account } ?? 0
  }

  @Test("a past set is dropped with the first change 7 days and 64 heights after it")
  func dropped() throws {
    var network = try network()
    var queries = network.queries
    let first = try queries.validatorSets().current
    let second = try #require(ValidatorSet(firstHeight: 3, members: first.members))
    try network.run(successor: second)
    for _ in 0..<RulesLimits.pastSetHeightsMin + 1 { try network.run() }
    queries = network.queries
    #expect(try queries.validatorSet(deciding: 2) == first)
    let height = network.height
    try network.run(successor: ValidatorSet(firstHeight: height + 3, members: first.members))
    let week = Limits.evidenceAgeMillisecondsMax / network.document.interval
    try network.run(slots: week + 1)
    queries = network.queries
    #expect(try queries.validatorSet(deciding: 2) == nil)
    #expect(try queries.validatorSet(deciding: 3) == second)
    #expect(try queries.pastSetNumbers() == 1..<2)
    #expect(try queries.setEnd(0) == nil)
    #expect(try queries.setEnd(1)?.set == second)
    #expect(network.invariants().faults.isEmpty)
  }
}
