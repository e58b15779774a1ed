import LedgerCore
import Testing

@testable import LedgerRules

/// A random history of a network with elections, block by block, and the model beside it: nothing
/// is drawn by what the rules accept, so that refusals are compared, too.
struct ElectionHistory {
  /// Where rules and model part.
  struct Difference: Error, CustomStringConvertible {
    let description: String
  }

  var world: ElectionWorld
  var model: ElectionModel
  var random: SplitMix64
  let seed: UInt64
  /// Who signs, declares and proposes nothing, up to a height.
  private var absentUntil: [AccountID: UInt64] = [:]
  /// COMMITs that come late: in which header.
  private var late: [(header: UInt64, height: UInt64, signer: AccountID)] = []
  /// Of a term: how many of a hundred nodes declare themselves.
  private var readiness = 90
  private let voters = TestGenesis.accounts.prefix(5)
  private static let outsiders = 8

  init(seed: UInt64) throws {
    random = SplitMix64(state: seed)
    self.seed = seed
    let nodes = Int.random(in: 4...9, using: &random)
    let seats = Int.random(in: 4...7, using: &random)
    let blocks = UInt64.random(in: 10...16, using: &random)
    world = try ElectionWorld(nodes: nodes, seats: UInt64(seats)) { document in
      document.parameters.elections.downtimeBlocks = blocks
      document.parameters.elections.bondMilliseconds = 800_000
      for node in document.nodes {
        document.allocations.append(
          GenesisAllocation(
            account: node.account, eco2: Amount(10_000_000_000), ecc: Amount(1_000_000_000)))
      }
    }
    model = ElectionModel(world.network.document)
  }

  /// Blocks until so many elections were held.
  mutating func run(terms: Int) throws {
    try step(with: voters.map { try order($0, [.lockVotes(LockVotes(amount: Amount(30_000)))]) })
    while model.seen.elections < terms { try step() }
    let faults = world.network.invariants().faults
    guard faults.isEmpty else { throw differs("identities", faults, "none") }
  }

  func differs(_ what: String, _ found: Any, _ expected: Any) -> Difference {
    Difference(
      description: "history \(seed), height \(model.height): \(what): \(found), not \(expected)")
  }

  // MARK: Blocks

  private mutating func step(with first: [Drawn] = []) throws {
    let slots = slots()
    let height = model.height + 1
    changeAbsence()
    let set = (model.sets[height] ?? []).map(\.account)
    let present = set.filter { !isAbsent($0) }
    let author = try #require((present.isEmpty ? set : present).randomElement(using: &random))
    let orders = first.isEmpty ? try orders() : first
    let commits = commits(in: height)
    let (block, bundles) = try world.network.proposal(
      orders.map(\.transaction), by: author, slots: slots,
      silent: Set(commits.absent), late: try lateCommits(commits.late))
    let outcome = try world.network.run(block, bundles)
    let verdicts = model.run(
      ElectionModel.Block(
        time: block.header.timestamp, author: author,
        commits: [(height - 1, commits.signed)] + commits.late.map { ($0.height, [$0.signer]) },
        transactions: orders.map(\.order)))
    for (index, receipt) in outcome.receipts.enumerated()
    where !verdicts[index].allows(receipt.outcome) {
      throw differs("\(orders[index].order.content)", receipt.outcome, verdicts[index])
    }
    model.seen.late += commits.late.count
    if slots > 50 || model.isLast(model.numbers.ready, at: model.time) == false {
      readiness = [30, 90, 100, 100][Int.random(in: 0..<4, using: &random)]
    }
    try compare()
  }

  /// Most blocks follow each other soon; now and then there are none for a term or more.
  private mutating func slots() -> UInt64 {
    let isVoting = model.isLast(model.numbers.window, at: model.time + 20_000)
    return switch Int.random(in: 0..<240, using: &random) {
    case 0: UInt64.random(in: 100...330, using: &random)
    case 1...8: UInt64.random(in: 10...30, using: &random)
    default: UInt64.random(in: 1...(isVoting ? 2 : 5), using: &random)
    }
  }

  private func isAbsent(_ account: AccountID) -> Bool {
    (absentUntil[account] ?? 0) > model.height
  }

  private mutating func changeAbsence() {
    guard chance(18), let person = model.people.randomElement(using: &random) else { return }
    absentUntil[person.account] = model.height + UInt64.random(in: 4...24, using: &random)
  }

  mutating func chance(_ of: Int) -> Bool { Int.random(in: 0..<of, using: &random) == 0 }

  // MARK: COMMITs

  private typealias Commits = (
    signed: [AccountID], absent: [AccountID], late: [(height: UInt64, signer: AccountID)]
  )

  /// Whose COMMITs for its parent a header carries, and which for earlier heights.
  private mutating func commits(in header: UInt64) -> Commits {
    let arrived = late.filter { $0.header == header }.map { (height: $0.height, signer: $0.signer) }
    late.removeAll { $0.header <= header }
    guard header > 1 else { return ([], [], []) }
    var (signed, absent): ([AccountID], [AccountID]) = ([], [])
    for seat in model.sets[header - 1] ?? [] {
      let isLate = chance(12)
      if isAbsent(seat.account) || isLate {
        absent.append(seat.account)
        guard isLate else { continue }
        let after = UInt64.random(in: 2...9, using: &random)
        late.append((header - 1 + after, header - 1, seat.account))
      } else {
        signed.append(seat.account)
      }
    }
    return (signed, absent, arrived)
  }

  private func lateCommits(_ late: [(height: UInt64, signer: AccountID)]) throws -> [LateCommits] {
    var queries = world.network.queries
    return try Set(late.map(\.height)).sorted().map { height in
      let set = try #require(try queries.validatorSet(deciding: height))
      let commits = try late.filter { $0.height == height }.map {
        CommitSignature(
          member: UInt16(try #require(set.index(of: $0.signer))), view: 0,
          signature: zeroSignature)
      }
      return LateCommits(height: height, commits: commits.sorted { $0.member < $1.member })
    }
  }

  // MARK: Transactions

  typealias Drawn = (transaction: Transaction, order: ElectionModel.Order)

  /// What a block brings: first what nodes say, which is judged before all else.
  private mutating func orders() throws -> [Drawn] {
    var orders: [Drawn] = []
    for person in model.people {
      let isTime = model.isLast(model.numbers.ready, at: model.time + 10_000)
      guard isTime ? chance(2) : chance(400) else { continue }
      let account = person.account
      if isTime, isAbsent(account) || Int.random(in: 0..<100, using: &random) >= readiness {
        continue
      }
      orders.append(try declaration(account))
    }
    if chance(40), let report = try report() { orders.append(report) }
    for voter in voters where chance(3) {
      let operations = (0..<Int.random(in: 1...3, using: &random)).map { _ in ballot(of: voter) }
      orders.append(try order(voter, operations))
    }
    if chance(5) { orders.append(try candidacy()) }
    return orders
  }

  private mutating func order(_ sender: AccountID, _ operations: [LedgerCore.Operation]) throws
    -> Drawn
  {
    (
      try world.transaction(sender, operations),
      ElectionModel.Order(sender: sender, content: .operations(operations))
    )
  }

  private mutating func declaration(_ account: AccountID) throws -> Drawn {
    let term = world.term + (chance(20) ? 2 : 1)
    let transaction = try world.declaration(account, term: term)
    guard case .declareReady(let ready) = transaction.body.operations[0] else {
      throw differs("a declaration", transaction.body.operations, "one")
    }
    return (
      transaction,
      ElectionModel.Order(
        sender: account,
        content: .declaration(
          term: term, key: ready.key.key, signer: transaction.senderAuthorizations[0].key))
    )
  }

  /// Registers, resigns, releases, collects bonds: by anybody, whether it can or not.
  private mutating func candidacy() throws -> Drawn {
    let outsider = world.outsider(Int.random(in: 0..<Self.outsiders, using: &random))
    let jailed = chance(3) ? [] : model.people.filter { $0.jailedSince != nil && $0.stands }
    guard let person = (jailed.isEmpty ? model.people : jailed).randomElement(using: &random),
      !chance(4)
    else {
      let registration = try world.registration(
        outsider, world.nextPossession(outsider), reserve: 5_000_000_000)
      return try order(outsider, [registration])
    }
    let account = chance(30) ? outsider : person.account
    let isPunished = person.jailedSince != nil || !person.stands
    switch Int.random(in: 0..<(isPunished ? 4 : 8), using: &random) {
    case 0: return try order(account, [.collectBond(CollectBond())])
    case 1...3: return try order(account, [.releaseNode(ReleaseNode())])
    default:
      // As many resign as come.
      guard model.people.count(where: \.stands) > 6 else {
        return try order(account, [.collectBond(CollectBond())])
      }
      return try order(account, [.resignCandidate(ResignCandidate())])
    }
  }

  // MARK: Votes

  /// What a voter does: in small round numbers, so that ties are many.
  private mutating func ballot(of voter: AccountID) -> LedgerCore.Operation {
    let amount = Amount(UInt128(Int.random(in: 1...3, using: &random)) * 1_000)
    let from = candidate(of: voter)
    let to = candidate()
    switch Int.random(in: 0..<24, using: &random) {
    case 0...3: return .lockVotes(LockVotes(amount: amount))
    case 4...11: return .placeVotes(PlaceVotes(candidate: to, amount: amount))
    case 12...16: return .moveVotes(MoveVotes(from: from, to: to, amount: amount))
    case 17...18: return .withdrawVotes(WithdrawVotes(candidate: from, amount: amount))
    case 19: return .unlockVotes(UnlockVotes(amount: amount))
    case 20: return .collectUnlocked(CollectUnlocked())
    case 21...22: return .claimRewards(ClaimRewards(candidate: from))
    default: return .placeVotes(PlaceVotes(candidate: to, amount: .zero))
    }
  }

  private mutating func candidate() -> AccountID {
    if chance(40) { return world.outsider(Int.random(in: 0..<Self.outsiders, using: &random)) }
    return model.people[Int.random(in: model.people.indices, using: &random)].account
  }

  /// As a rule one that the voter votes for.
  private mutating func candidate(of voter: AccountID) -> AccountID {
    let chosen = model.people.filter { model.votes(of: voter, for: $0.account) > 0 }
    return chosen.randomElement(using: &random)?.account ?? candidate()
  }
}
