import LedgerCore
import LedgerRules
import LedgerState

extension CarbonWork {
  /// A registered candidate; all have had their turn before one has another.
  mutating func candidate() throws -> AccountID {
    guard !candidates.isEmpty else { throw BenchmarkFault.broken("nobody is a candidate") }
    nextCandidate += 1
    return candidates[(nextCandidate - 1) % candidates.count]
  }

  /// A consensus key that nobody has had.
  mutating func possession(of account: AccountID) throws -> KeyPossession {
    usedKeys += 1
    let seed = SHA256.hash(Array("weighed key \(usedKeys)".utf8)).bytes.array
    guard let key = SigningKey(seed: seed) else {
      throw BenchmarkFault.broken("a seed of 32 bytes makes no key")
    }
    return KeyPossession.prove(key, for: account, chain: chain.chain)
  }
}

extension Weighing {
  /// As long as facts can be.
  private func facts(_ account: AccountID, idle: UInt64) throws -> CandidateFacts {
    CandidateFacts(
      name: String(repeating: "n", count: CandidateLimits.nameBytesMax),
      transportKey: try work.possession(of: account).key,
      endpoint: String(repeating: "e", count: CandidateLimits.endpointBytesMax),
      profile: EnergyProfile(
        tier: .cloud, region: String(repeating: "r", count: CandidateLimits.regionCodeBytesMax),
        idleMilliwatts: idle, millijoulesPerCPUSecond: 12_000, puePermille: 1_580))
  }

  func registrations() throws -> [Transaction] {
    try (0..<Self.count).map { _ in
      let account = work.freshAccount()
      work.candidates.append(account)
      return try chain.transaction(
        [
          .registerCandidate(
            RegisterCandidate(
              facts: try facts(account, idle: 48_000), key: try work.possession(of: account),
              reserve: Amount(1)))
        ], by: account)
    }
  }

  func updates() throws -> [Transaction] {
    try byCandidates {
      let idle = UInt64.random(in: 50_000...9_000_000, using: &work.numbers)
      return .updateCandidate(UpdateCandidate(facts: try facts($0, idle: idle)))
    }
  }

  func keyChanges() throws -> [Transaction] {
    let height = chain.state.height + 10
    return try byCandidates {
      .changeConsensusKey(
        ChangeConsensusKey(key: try work.possession(of: $0), height: height))
    }
  }

  func byCandidates(_ operation: (AccountID) throws -> LedgerCore.Operation) throws
    -> [Transaction]
  {
    try (0..<Self.count).map { _ in
      let account = try work.candidate()
      return try chain.transaction([try operation(account)], by: account)
    }
  }

  /// Each once: by the key that its node has now.
  func declarations() throws -> [Transaction] {
    try declarations(of: (0..<Self.count).map { _ in try work.candidate() })
  }

  /// Those of genesis's nodes, so that votes for them move in the tally, too; and votes of one of
  /// them, beside which all that are weighed are few: no veto succeeds.
  func declareNodes() throws {
    let nodes = (0..<CarbonNetwork.nodes).map(CarbonNetwork.nodeAccount)
    try decide(try declarations(of: nodes))
    let votes = Amount(1_000 * Token.eco2.baseUnitsPerToken)
    try decide([
      try chain.transaction(
        [
          .lockVotes(LockVotes(amount: votes)),
          .placeVotes(PlaceVotes(candidate: nodes[1], amount: votes)),
        ], by: nodes[0])
    ])
  }

  private func declarations(of accounts: [AccountID]) throws -> [Transaction] {
    var queries = LedgerQueries(chain.state)
    let next = try queries.termSpan().term + 1
    return try accounts.map { account in
      guard let node = try queries.node(account) else {
        throw BenchmarkFault.broken("a candidate is no node")
      }
      return try chain.declaration(
        DeclareReady(term: next, key: try work.possession(of: account)), of: account,
        by: node.consensusKey)
    }
  }

  // MARK: Leaving

  /// A motion of the set that counts signatures from now on: nobody has given any, so all members
  /// are jailed as soon as blocks are counted.
  func jailMembers() throws {
    var queries = LedgerQueries(chain.state)
    try cancelMotions()
    let motion = Motion.setParameters([
      ParameterChange(parameter: .signedBlocks, value: 50)
    ])
    let number = try queries.governance().motions
    let set = try queries.validatorSets().current
    let proposal = LedgerCore.Operation.proposeMotion(
      ProposeMotion(motion: motion, reason: "to weigh a release"))
    try decide([try chain.transaction([proposal], by: set.members[0].account)])
    try decide(
      try set.members.prefix(set.quorum).map {
        try chain.transaction(
          [.decideMotion(DecideMotion(motion: number, approves: true))], by: $0.account)
      })
    // Voters could veto it: it waits a term.
    try chain.decide([], slots: CarbonNetwork.termSlots)
  }

  /// Releases of all nodes that are jailed, after so many blocks that they were jailed again.
  func releases() throws -> [Transaction] {
    for _ in 0..<12 { try decide([]) }
    var queries = LedgerQueries(chain.state)
    return try (0..<CarbonNetwork.nodes).map(CarbonNetwork.nodeAccount).filter {
      (try queries.candidate($0)?.jailedAt ?? 0) > 0
    }.map { try chain.transaction([.releaseNode(ReleaseNode())], by: $0) }
  }
}

extension CostMeasurement {
  mutating func weighCandidates() throws {
    note(
      .registerCandidate, "the longest facts",
      try weighing.weigh { try weighing.registrations() })
    note(.updateCandidate, "another profile", try weighing.weigh { try weighing.updates() })
    note(
      .changeConsensusKey, "outside the set", try weighing.weigh { try weighing.keyChanges() })
    note(.declareReady, "", try weighing.weigh { try weighing.declarations() })
    try weighing.declareNodes()
  }

  mutating func weighDepartures() throws {
    let resignation = LedgerCore.Operation.resignCandidate(ResignCandidate())
    note(
      .resignCandidate, "one that is ready",
      try weighing.weigh { try weighing.byCandidates { _ in resignation } })
    let collection = LedgerCore.Operation.collectBond(CollectBond())
    note(
      .collectBond, "", try weighing.weigh { try weighing.byCandidates { _ in collection } })
    try weighing.jailMembers()
    note(
      .releaseNode, "one that is ready", try weighing.weigh(blocks: 7) { try weighing.releases() })
  }
}
