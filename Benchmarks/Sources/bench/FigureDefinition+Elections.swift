import CPeers
import LedgerCore
import LedgerRules
import Paired

extension FigureDefinition {
  /// Elections, with 10,000 candidates, a million voters and three million votes.
  static let elections: [FigureDefinition] = [boundary, vote]

  /// The block that holds an election against one that does not: a thousand transactions each, as a
  /// replica executes them.
  private static let boundary = FigureDefinition(
    id: "election.boundary", bar: .atMost(1.2),
    against: "a block within the term, of as many transactions; the ratio is a cost", cores: 1,
    needs: .votes
  ) { conditions in
    let folder = conditions.data.votes
    var work = try ElectionWork(folder, seed: 1)
    let rounds = conditions.rounds
    // Beyond the term's end, and so long after the parent that its dues are those of as many slots.
    let slots = ElectionBuilder.left / CarbonNetwork.interval + 1
    let plain = try (0...rounds).map { _ in try work.mixed(slots: 1) }
    let last = try (0...rounds).map { _ in try work.mixed(slots: slots) }
    let chain = work.chain
    var outcomes: (boundary: ExecutionOutcome?, plain: ExecutionOutcome?)
    let run = try PairedRun(
      rounds: rounds,
      subject: { round in
        outcomes.boundary = nil
        return try ProcessorTime.measure {
          outcomes.boundary = try chain.execute(last[round]).outcome
        }
      },
      peer: { round in
        outcomes.plain = nil
        return try ProcessorTime.measure {
          outcomes.plain = try chain.execute(plain[round]).outcome
        }
      })
    guard let boundary = outcomes.boundary, let plain = outcomes.plain else {
      throw BenchmarkFault.broken("a block has no outcome")
    }
    try CarbonChain.expectApplied(boundary)
    try CarbonChain.expectApplied(plain)
    guard Set(boundary.nextValidators.members.map(\.account)) == folder.network.elected(),
      plain.nextValidators == plain.validators
    else { throw BenchmarkFault.broken("others are elected than have the most votes") }
    return MeasuredFigure(costOf: run)
  }

  /// A vote among a million voters against one among a thousand: instructions where the machine
  /// counts them, else CPU time; and it reads as many records.
  private static let vote = FigureDefinition(
    id: "vote.cost", bar: .atMost(1.2),
    against: "a vote among 1,000 voters; the ratio is a cost", cores: 1, needs: .votes
  ) { conditions in
    var many = try ElectionWork(conditions.data.votes, seed: 2)
    var few = try ElectionWork(conditions.data.fewVotes, seed: 2)
    let rounds = conditions.rounds
    let (blocks, others) = (
      try (0...rounds).map { _ in try many.votes() }, try (0...rounds).map { _ in try few.votes() }
    )
    let records = (
      many: try many.chain.keys(readBy: blocks[0]).count,
      few: try few.chain.keys(readBy: others[0]).count
    )
    // Votes share pages of the tally: more of them among few voters, where most candidates have no
    // votes and the others stand side by side.
    guard abs(records.many - records.few) <= ElectionWork.operationCount / 2 else {
      throw BenchmarkFault.broken("\(records.many) records are read, among few \(records.few)")
    }
    let counter = InstructionCounter()
    let (chain, other) = (many.chain, few.chain)
    var outcomes: [ExecutionOutcome] = []
    func measure(_ chain: CarbonChain, _ block: CarbonChain.Proposal) throws -> Duration {
      outcomes = []
      return try counter.measure { outcomes.append(try chain.execute(block).outcome) }
    }
    let run = try PairedRun(
      rounds: rounds, subject: { try measure(chain, blocks[$0]) },
      peer: { try measure(other, others[$0]) })
    for outcome in outcomes { try CarbonChain.expectApplied(outcome) }
    return MeasuredFigure(
      value: run.microseconds / Double(ElectionWork.operationCount)
        * (counter.isThere ? 1_000 : 1), unit: counter.isThere ? "instr." : "µs",
      ratio: 1 / run.ratio, quartileLow: 1 / run.quartiles.upperBound,
      quartileHigh: 1 / run.quartiles.lowerBound)
  }
}

/// Instructions of this thread, as so many nanoseconds; CPU time where the machine does not count.
private struct InstructionCounter {
  private let counter = peers_count_instructions()

  var isThere: Bool { counter >= 0 }

  func measure(_ work: () throws -> Void) rethrows -> Duration {
    guard isThere else { return try ProcessorTime.measure(work) }
    let before = peers_instructions(counter)
    try work()
    return .nanoseconds(Int64(peers_instructions(counter) - before))
  }
}
