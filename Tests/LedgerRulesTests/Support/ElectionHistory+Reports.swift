import LedgerCore
import Testing

@testable import LedgerRules

extension ElectionHistory {
  /// A member reports who was a member not long ago, for contradicting votes or a bad bundle.
  mutating func report() throws -> Drawn? {
    let tip = model.height
    guard tip > 0, let now = model.sets[tip + 1] else { return nil }
    var height = UInt64.random(in: max(1, tip - min(tip, 30))...tip, using: &random)
    var set = try world.set(deciding: height)
    var place = Int.random(in: 0..<set.count, using: &random)
    let again = anotherBundle()
    if let again {
      height = again.height
      set = try world.set(deciding: height)
      place = try #require(set.index(of: again.author))
    }
    let offender = set.members[place].account
    // As many stay as are needed for elections.
    guard model.people.count(where: \.stands) > 6,
      let reporter = now.filter({ $0.account != offender }).randomElement(using: &random)
    else { return nil }
    let isVotes = again == nil && chance(3)
    let evidence =
      isVotes
      ? try world.equivocation(place, of: set, height: height)
      : try world.badBundle(place, of: set, height: height)
    return (
      try world.report(evidence, by: reporter),
      ElectionModel.Order(
        sender: reporter.account, content: .report(offender, isVotes: isVotes, height: height))
    )
  }

  /// Who can be elected again after a bad bundle, and a height at which it was a member since.
  private func anotherBundle() -> (author: AccountID, height: UInt64)? {
    let tip = model.height
    for person in model.people where person.isElectable {
      guard let last = model.reportedBundles[person.account] else { continue }
      for height in max(1, tip - min(tip, 30))...tip where height > last {
        let members = model.sets[height] ?? []
        if members.contains(where: { $0.account == person.account }) {
          return (person.account, height)
        }
      }
    }
    return nil
  }

  // MARK: Comparing

  /// The sets with their keys, standbys, tally, bonds, jails, and every voter's sums.
  func compare() throws {
    let sets = try world.sets()
    try expect("the set", seats(sets.current), model.sets[model.height + 1])
    try expect("the set after it", seats(sets.following), model.sets[model.height + 2])
    try expect("standbys", try world.standbys(), model.standbys)
    for person in model.people {
      let found = try world.candidate(person.account)
      try expect("votes", Int64(found.votes.baseUnits), model.votes(for: person.account))
      try expect("bond", Int64(found.bond.baseUnits), person.bond)
      try expect("jail", found.jailedAt, person.jailedSince ?? 0)
      try expect("leaving", found.leftAt, person.left)
      try expect("readiness", found.readyFor, person.readyFor ?? 0)
      try expect("next key", found.nextKey, person.nextKey)
      let standing: Candidate.Standing =
        person.excluded ? .excluded : person.resigned ? .resigned : .standing
      try expect("standing", found.standing, standing)
    }
    var queries = world.network.queries
    for voter in TestGenesis.accounts.prefix(5) {
      let found = try queries.voter(voter) ?? Voter()
      try expect("locked", Int64(found.locked.baseUnits), model.locked(of: voter))
      try expect("placed", Int64(found.placed.baseUnits), model.votes(of: voter))
      try expect(
        "unlocking", found.unlocks.reduce(0) { $0 + Int64($1.amount.baseUnits) },
        model.unlocking(of: voter))
    }
    let kept = try queries.delegation()
    try expect("candidates", kept.candidates, UInt64(model.people.count))
    try expect(
      "all votes", Int64(kept.placed.baseUnits), model.ballots.reduce(0) { $0 + $1.amount })
    try expect("all locked", Int64(kept.locked.baseUnits), model.locks.reduce(0) { $0 + $1.amount })
    try expect("all bonds", Int64(kept.bonds.baseUnits), model.people.reduce(0) { $0 + $1.bond })
  }

  private func seats(_ set: ValidatorSet) -> Set<ElectionModel.Seat> {
    Set(set.members.map { ElectionModel.Seat(account: $0.account, key: $0.consensusKey) })
  }

  private func expect(
    _ what: String, _ found: Set<ElectionModel.Seat>, _ expected: [ElectionModel.Seat]?
  ) throws {
    guard found == Set(expected ?? []) else { throw differs(what, found, expected ?? []) }
  }

  private func expect<Value: Equatable>(_ what: String, _ found: Value, _ expected: Value) throws {
    guard found == expected else { throw differs(what, found, expected) }
  }
}

extension ElectionWorld {
  /// The set that decided a height.
  func set(deciding height: UInt64) throws -> ValidatorSet {
    var queries = network.queries
    return try #require(try queries.validatorSet(deciding: height))
  }

  /// The key with which a member of a set signs.
  private func signingKey(_ place: Int, of set: ValidatorSet) throws -> SigningKey {
    let member = set.members[place]
    for number in 0..<200 {
      let key = try key(member.account, number)
      if key.publicKey == member.consensusKey { return key }
    }
    Issue.record("no key of \(member.account.hex)")
    return try key(member.account, 0)
  }

  private func vote(
    _ place: Int, of set: ValidatorSet, height: UInt64, _ content: VoteStatement.Content
  ) throws -> Vote {
    let statement = VoteStatement(height: height, view: 0, content: content)
    return Vote(
      statement: statement, member: UInt16(place),
      signature: try signingKey(place, of: set).sign(
        domain: statement.kind.domain, chain: network.chain, message: statement.message[...]))
  }

  /// Two PREPAREs of a member of the set that decided a height.
  func equivocation(_ place: Int, of set: ValidatorSet, height: UInt64) throws -> Evidence {
    let digests = (0..<3).map { SHA256.hash([UInt8($0)]) }
    return .votes(
      try #require(
        VoteEvidence(
          vote(
            place, of: set, height: height,
            .prepare(block: digests[0], stateRoot: digests[2])),
          vote(
            place, of: set, height: height,
            .prepare(block: digests[1], stateRoot: digests[2])))))
  }

  /// A bundle of a member in which a transaction is badly signed.
  func badBundle(_ place: Int, of set: ValidatorSet, height: UInt64) throws -> Evidence {
    let bad = try network.transfer(
      1, from: TestGenesis.accounts[0], to: TestGenesis.accounts[1], 7_777)
    let header = BundleHeader(
      author: set.members[place].account, incarnation: 1, number: 0, birthHeight: height,
      transactionCount: 1, transactionBytes: UInt32(bad.bytes.count),
      transactionsRoot: MerkleTree.root(leaves: [bad.bytes]))
    let signature = try signingKey(place, of: set).sign(
      domain: .bundle, chain: network.chain, message: header.bcs[...])
    return .bundle(
      try #require(
        BundleEvidence(
          header: header, signature: signature, transaction: Array(bad.bytes),
          proof: InclusionProof(leafIndex: 0, treeSize: 1, siblings: []))))
  }

  /// The report of one who has a seat.
  func report(_ evidence: Evidence, by seat: ElectionModel.Seat) throws -> Transaction {
    let body = TransactionBody.report(
      evidence, by: seat.account, validUntil: network.height + 100, chain: network.chain)
    return try Transaction(
      body: body,
      senderAuthorizations: [Authorization(key: seat.key, signature: zeroSignature)])
  }
}
