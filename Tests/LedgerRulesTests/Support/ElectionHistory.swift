import LedgerCore
import Testing

@testable import LedgerRules

/// A random history of a network with elections, followed by the model.
struct ElectionHistory {
  private(set) var world: ElectionWorld
  private(set) var model: ElectionModel
  private var random: SplitMix64
  private let seats: Int
  /// Idle votes of each voter.
  private var idle: [AccountID: UInt128] = [:]
  /// Who was reported for bundles: once each.
  private var reported: Set<AccountID> = []
  private let voters = TestGenesis.accounts.prefix(4)

  /// What has happened, so that a test can say that it has.
  struct Counts {
    var elections = 0
    var ties = 0
    var resignations = 0
    var jails = 0
    var exclusions = 0
    var releases = 0
    var replaced = 0
    var tooFew = 0
  }

  private(set) var counts = Counts()

  init(seed: UInt64) throws {
    random = SplitMix64(state: seed)
    let nodes = Int.random(in: 5...9, using: &random)
    seats = Int.random(in: 4...6, using: &random)
    world = try ElectionWorld(nodes: nodes, seats: UInt64(seats)) {
      // Jail comes from reports only.
      $0.parameters.elections.signedPercentMin = 0
    }
    let accounts = world.network.document.nodes.map(\.account)
    model = ElectionModel(
      candidates: accounts, members: Array(accounts.prefix(seats)),
      standbys: accounts.dropFirst(seats).prefix(seats).map(\.self))
  }

  /// A term: changes at its beginning, votes, declarations, and the election after it.
  mutating func runTerm() throws {
    try world.go(to: 20)
    model.endBlock(world.network.height)
    try change()
    for place: UInt64 in [82, 86] {
      try world.skip(to: place)
      try run(try ballots())
    }
    try world.skip(to: 92)
    try declare()
    try world.go(to: 0)
    let term = world.term
    let tied = Set(model.candidates.map { model.votes(for: $0) }).count < model.candidates.count
    let ready = model.candidates.count { model.ready[$0] == term && model.isElectable($0) }
    counts.tooFew += ready < 4 ? 1 : 0
    counts.ties += tied ? 1 : 0
    counts.elections += 1
    model.elect(term, seats: seats)
    model.endBlock(world.network.height)
    try compare()
  }

  // MARK: Blocks

  private mutating func run(_ transactions: [Transaction]) throws {
    for receipt in try world.run(transactions).receipts {
      try #require(receipt.outcome == .applied)
    }
    model.endBlock(world.network.height)
    try compare()
  }

  private func compare() throws {
    try #require(try world.members() == Set(model.members))
    try #require(try world.standbys() == model.standbys)
    for candidate in model.candidates {
      let record = try world.candidate(candidate)
      try #require(record.votes.baseUnits == model.votes(for: candidate))
      try #require((record.jailedAt > 0) == (model.jailed[candidate] != nil))
    }
  }

  // MARK: Candidates

  /// Registers, resigns, reports and releases, one block for each.
  private mutating func change() throws {
    if Bool.random(using: &random) { try register() }
    if Int.random(in: 0..<3, using: &random) == 0 { try resign() }
    for _ in 0..<Int.random(in: 0..<3, using: &random) { try report() }
    try world.skip(to: 60)
    for candidate in model.candidates
    where model.jailed[candidate] != nil && model.stands(candidate)
      && Bool.random(using: &random)
    {
      let release = LedgerCore.Operation.releaseNode(ReleaseNode())
      model.jailed[candidate] = nil
      counts.releases += 1
      try run([try world.transaction(candidate, [release])])
    }
  }

  private mutating func register() throws {
    let number = model.candidates.count - world.network.document.nodes.count
    guard number < 8 else { return }
    let account = world.outsider(number)
    try give(to: account)
    let registration = try world.registration(
      account, world.possession(account, 0), reserve: 5_000_000_000)
    model.candidates.append(account)
    try run([try world.transaction(account, [registration])])
  }

  private mutating func resign() throws {
    let standing = model.candidates.filter { model.stands($0) }
    guard standing.count > 5, let account = standing.randomElement(using: &random) else { return }
    try give(to: account)
    model.resigned.insert(account)
    counts.resignations += 1
    try run([
      try world.transaction(account, [.resignCandidate(ResignCandidate())])
    ])
  }

  /// Reports a member for contradicting votes or a bad bundle.
  private mutating func report() throws {
    let set = try world.lastSet()
    let place = Int.random(in: 0..<set.count, using: &random)
    let offender = set.members[place].account
    let isVote = Int.random(in: 0..<3, using: &random) == 0
    guard isVote ? !model.excluded.contains(offender) : !reported.contains(offender),
      model.stands(offender) || !isVote, model.candidates.count(where: model.stands) > 5
    else { return }
    let evidence =
      isVote ? try world.equivocation(place, of: set) : try world.badBundle(place, of: set)
    let current = try world.sets().current
    let reporter = current.index(of: offender) == 0 ? 1 : 0
    let height = world.network.height + 1
    let before = model.members.count
    if isVote {
      model.excluded.insert(offender)
      counts.exclusions += 1
    } else {
      reported.insert(offender)
      counts.jails += 1
    }
    let receipts = try world.run([world.report(evidence, by: reporter, of: current)]).receipts
    try #require(receipts[0].outcome == .applied)
    if !isVote, model.isElectable(offender) { model.jailed[offender] = world.network.timestamp }
    model.endBlock(height)
    counts.replaced += model.members.count == before ? 1 : 0
    try compare()
    try give(to: offender)
  }

  private mutating func give(to account: AccountID) throws {
    try world.fundNode(account)
    model.endBlock(world.network.height)
  }

  // MARK: Votes

  /// What voters do in a block: small numbers, so that ties are many.
  private mutating func ballots() throws -> [Transaction] {
    var transactions: [Transaction] = []
    for voter in voters {
      var operations: [LedgerCore.Operation] = []
      for _ in 0..<3 { if let operation = ballot(of: voter) { operations.append(operation) } }
      guard !operations.isEmpty else { continue }
      transactions.append(try world.transaction(voter, operations))
    }
    return transactions
  }

  private mutating func ballot(of voter: AccountID) -> LedgerCore.Operation? {
    let amount = UInt128(Int.random(in: 1...3, using: &random)) * 1_000
    guard let candidate = model.candidates.randomElement(using: &random) else { return nil }
    let here = model.votes[candidate]?[voter] ?? 0
    switch Int.random(in: 0..<4, using: &random) {
    case 0:
      idle[voter, default: 0] += amount
      return .lockVotes(LockVotes(amount: Amount(amount)))
    case 1 where here >= amount:
      model.votes[candidate]?[voter] = here - amount
      idle[voter, default: 0] += amount
      return .withdrawVotes(WithdrawVotes(candidate: candidate, amount: Amount(amount)))
    case 2 where here >= amount:
      guard
        let to = model.candidates.filter({ $0 != candidate && model.stands($0) })
          .randomElement(using: &random)
      else { return nil }
      model.votes[candidate]?[voter] = here - amount
      model.votes[to, default: [:]][voter, default: 0] += amount
      return .moveVotes(MoveVotes(from: candidate, to: to, amount: Amount(amount)))
    default:
      guard model.stands(candidate), idle[voter, default: 0] >= amount else { return nil }
      idle[voter, default: 0] -= amount
      model.votes[candidate, default: [:]][voter, default: 0] += amount
      return .placeVotes(PlaceVotes(candidate: candidate, amount: Amount(amount)))
    }
  }

  private mutating func declare() throws {
    var transactions: [Transaction] = []
    for candidate in model.candidates
    where model.isElectable(candidate) && Int.random(in: 0..<6, using: &random) > 0 {
      transactions.append(try world.declaration(candidate))
      model.ready[candidate] = world.term + 1
    }
    try run(transactions)
  }
}

extension ElectionWorld {
  /// Goes to a place of the present term, where it is not past.
  mutating func skip(to block: UInt64) throws {
    if blockInTerm < block - 1 { try go(to: block - 1) }
  }

  /// The set that decided the last height.
  func lastSet() throws -> ValidatorSet {
    var queries = network.queries
    return try #require(try queries.validatorSet(deciding: network.height))
  }

  /// The key with which a member of a set signs.
  private func signingKey(_ place: Int, of set: ValidatorSet) throws -> SigningKey {
    let member = set.members[place]
    for number in 0..<32 {
      let key = try key(member.account, number)
      if key.publicKey == member.consensusKey { return key }
    }
    Issue.record("no key of \(member.account.hex)")
    return try key(member.account, 0)
  }

  private func vote(
    _ place: Int, of set: ValidatorSet, _ content: VoteStatement.Content
  ) throws -> Vote {
    let statement = VoteStatement(height: network.height, view: 0, content: content)
    return Vote(
      statement: statement, member: UInt16(place),
      signature: try signingKey(place, of: set).sign(
        domain: statement.kind.domain, chain: network.chain, message: statement.message[...]))
  }

  /// Two PREPAREs of a member of the set that decided the last height.
  func equivocation(_ place: Int, of set: ValidatorSet) throws -> Evidence {
    let digests = (0..<3).map { SHA256.hash([UInt8($0)]) }
    return .votes(
      try #require(
        VoteEvidence(
          vote(place, of: set, .prepare(block: digests[0], stateRoot: digests[2])),
          vote(place, of: set, .prepare(block: digests[1], stateRoot: digests[2])))))
  }

  /// A bundle of a member in which a transaction is badly signed.
  func badBundle(_ place: Int, of set: ValidatorSet) throws -> Evidence {
    let bad = try network.transfer(
      1, from: TestGenesis.accounts[0], to: TestGenesis.accounts[1], 7_777)
    let header = BundleHeader(
      author: set.members[place].account, incarnation: 1, number: 0,
      birthHeight: network.height, transactionCount: 1,
      transactionBytes: UInt32(bad.bytes.count),
      transactionsRoot: MerkleTree.root(leaves: [bad.bytes]))
    let signature = try signingKey(place, of: set).sign(
      domain: .bundle, chain: network.chain, message: header.bcs[...])
    return .bundle(
      try #require(
        BundleEvidence(
          header: header, signature: signature, transaction: Array(bad.bytes),
          proof: InclusionProof(leafIndex: 0, treeSize: 1, siblings: []))))
  }

  /// A member's report.
  func report(_ evidence: Evidence, by place: Int, of set: ValidatorSet) throws -> Transaction {
    let body = TransactionBody.report(
      evidence, by: set.members[place].account, validUntil: network.height + 100,
      chain: network.chain)
    return try Transaction(
      body: body,
      senderAuthorizations: [
        Authorization(key: set.members[place].consensusKey, signature: zeroSignature)
      ])
  }
}
