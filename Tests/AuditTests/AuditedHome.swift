import Foundation
import LedgerCore
import LedgerState
import LedgerStore
import Testing

@testable import LedgerRules

/// A node's folder made by the real rules and the real store: four ER Nodes whose certificates are
/// really signed, some blocks flushed, some only in the log.
final class AuditedHome {
  let home: String
  let document: GenesisDocument
  let chain: ChainID
  private let keys: [SigningKey]
  private let folder: URL

  static let accounts = (0..<4).map { id("account \($0)") }

  static func id(_ text: String) -> AccountID {
    AccountID(SHA256.hash([UInt8](text.utf8)).bytes)
  }

  private static func key(_ text: String) throws -> SigningKey {
    try #require(SigningKey(seed: SHA256.hash([UInt8](text.utf8)).bytes.array))
  }

  /// - Parameters:
  ///   - blocks: how many blocks the log gets.
  ///   - flushed: the height up to which the state is written.
  ///   - lastOfSet: the last height of the genesis set, which another follows; nil for none.
  init(blocks: UInt64 = 6, flushed: UInt64 = 4, lastOfSet: UInt64? = nil) throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("eco2-audit-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    home = folder.appendingPathComponent("home").path
    keys = try (0..<4).map { try Self.key("consensus \($0)") }
    document = try Self.document(keys)
    let state = try document.initialState()
    chain = state.chain
    try NodeStore.create(
      home: home, genesis: chain, changes: state.changes,
      indexes: Self.indexes(DerivedIndexes.entries(ofGenesis: state.changes)),
      root: try AuthenticatedState.root(of: state.changes))
    try run(blocks: blocks, flushed: flushed, lastOfSet: lastOfSet)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private static func indexes(_ entries: [DerivedEntry]) -> [IndexChange] {
    entries.map {
      IndexChange(index: $0.index, key: $0.key, value: $0.value)
    }
  }

  private static func document(_ keys: [SigningKey]) throws -> GenesisDocument {
    let nodes = try keys.enumerated().map { index, key in
      let account = id("node \(index)")
      let message = GenesisNode.possessionMessage(
        network: "audit-test", account: account, key: key.publicKey)
      return GenesisNode(
        account: account, consensusKey: key.publicKey,
        possession: key.sign(prefix: GenesisNode.possessionTag, message: message[...]),
        transportKey: try Self.key("transport \(index)").publicKey, name: "node \(index)",
        profile: EnergyProfile(
          tier: .rack, region: "CHN", idleMilliwatts: 48_000, millijoulesPerCPUSecond: 12_000,
          puePermille: 1_580),
        isAttested: true)
    }
    let lots = (0..<5).map { number in
      let start = UInt64(number) * 100 + 1
      return GenesisLot(
        project: CreditProject(
          registry: "gold-standard", id: "GS1", name: "cookstoves", country: "Kenya",
          type: "efficiency"),
        range: CreditRange(
          serialBlock: "gs:1-KE-1",
          serialText: "GS1-1-KE-GS1-\(start)", start: start, end: start + 9,
          vintageFrom: 20_190_101, vintageTo: 20_191_231, product: .verified),
        tonnes: 10, status: .issued)
    }
    return GenesisDocument(
      network: "audit-test", isTest: true, genesisTime: 1_749_945_600_000, interval: 10_000,
      factors: [
        FactorRow(
          regionCode: "CHN", region: "China", year: 2023, microgramsPerKilowattHour: 557_500_000,
          source: "test", licence: "none")
      ],
      nodes: nodes, operatingCommittee: id("committee"),
      founders: [GenesisFounder(account: id("founder"), amount: Supply.founders)],
      allocations: accounts.map {
        GenesisAllocation(
          account: $0, eco2: Amount(100_000_000_000), ecc: Amount(10_000_000_000))
      }, depositor: id("depositor"), lots: lots)
  }

  /// Runs the chain as a node does: executes, certifies, logs, flushes behind.
  private func run(blocks: UInt64, flushed: UInt64, lastOfSet: UInt64?) throws {
    let store = try NodeStore(home: home, genesis: chain)
    let state = try AuthenticatedState(reader: store.records)
    var pending: [StateChange] = []
    for height in 1...blocks {
      let (block, bundles) = try proposal(on: state, parent: state.root)
      var view = StateView(over: state)
      var queries = LedgerQueries(StateView(over: state))
      let sets = try queries.validatorSets()
      let outcome = try Execution.run(
        block: block, bundles: bundles, chain: chain,
        successor: height + 1 == lastOfSet
          ? ValidatorSet(firstHeight: height + 2, members: sets.current.members) : nil,
        on: &view)
      let delta = try state.stage(outcome.changes)
      let decided = DecidedBlock(
        block: block, certificate: try certify(block, delta.root, sets.current),
        bundles: bundles)
      var writer = BCSWriter()
      writer.list(outcome.receipts)
      try store.log.append(height: height, block: decided.bcs, receipts: writer.bytes)
      try store.bundles.append(
        bundles.map {
          StoredBundle(
            digest: $0.header.digest(chain), birthHeight: height, bytes: Array($0.bytes))
        })
      try state.adopt(delta, height: height)
      if height == lastOfSet {
        try store.sets.append(
          StoredSetChange(
            number: 0, set: sets.current,
            change: SetChange(
              header: block.header, certificate: decided.certificate, next: sets.following)))
      }
      pending += outcome.changes
      if height == flushed {
        try store.records.flush(
          changes: pending,
          indexes: Self.indexes(DerivedIndexes.changes(pending, before: store.records)),
          height: height, root: delta.root)
      }
    }
    try store.bundles.sync()
  }

  private func proposal(on state: AuthenticatedState, parent: Digest)
    throws -> (Block, [LedgerCore.Bundle])
  {
    var queries = LedgerQueries(StateView(over: state))
    let facts = try queries.parentFacts()
    let author = document.nodes[0].account
    let transactions = try Self.accounts.map { account in
      let transfer = Transfer(token: .ecc, recipient: Self.id("receiver"), amount: Amount(5))
      let body = TransactionBody(
        chain: chain, sender: account, sequence: facts.height + 1, validUntil: facts.height + 9,
        chargeMax: Amount(100), feeMax: Amount(10_000_000), operations: [.transfer(transfer)])
      return try Transaction(
        body: body,
        senderAuthorizations: [
          Authorization(
            key: PublicKey(account.bytes), signature: Signature(r: .zero, s: .zero))
        ])
    }
    let bundle = LedgerCore.Bundle(
      header: BundleHeader(
        author: author, incarnation: 0, number: facts.height, birthHeight: facts.height + 1,
        transactionCount: UInt32(transactions.count),
        transactionBytes: UInt32(transactions.reduce(0) { $0 + $1.bytes.count }),
        transactionsRoot: MerkleTree.root(leaves: transactions.map(\.bytes))),
      signature: Signature(r: .zero, s: .zero), transactions: transactions)
    let runs = [
      BundleRun(
        author: author, incarnation: 0, firstNumber: facts.height,
        digests: [bundle.header.digest(chain)])
    ]
    let header = BlockHeader(
      height: facts.height + 1, timestamp: facts.timestamp + document.interval, author: author,
      parent: facts.headerHash, bundlesRoot: BundleRun.root(runs),
      validatorsHash: facts.validators.hash(chain),
      nextValidatorsHash: facts.nextValidators.hash(chain),
      parentRoots: StateRoots(
        state: parent, transactions: facts.transactionsRoot, receipts: facts.receiptsRoot),
      parentStatement: facts.statement, parentCommits: [], lateCommits: [])
    return (Block(header: header, runs: runs), [bundle])
  }

  private func certify(_ block: Block, _ root: Digest, _ set: ValidatorSet) throws
    -> QuorumCertificate
  {
    let hash = block.header.hash(chain)
    let statement = VoteStatement(
      height: block.header.height, view: 0, content: .commit(block: hash, stateRoot: root))
    let signatures = try set.members.enumerated().map { index, member in
      let key = try #require(keys.first { $0.publicKey == member.consensusKey })
      return MemberSignature(
        member: UInt16(index),
        signature: key.sign(prefix: statement.prefix(chain), message: statement.message[...]))
    }
    return QuorumCertificate(
      kind: .commit, height: block.header.height, view: 0, block: hash, stateRoot: root,
      signatures: signatures)
  }

  /// Writes the kept change of set anew, changed.
  func changeSets(_ change: (StoredSetChange) -> StoredSetChange) throws {
    let stored = try #require(
      try NodeStore(home: home, genesis: chain).sets.read(after: 0, limit: 1).first)
    try FileManager.default.removeItem(atPath: home + "/data/sets")
    try NodeStore(home: home, genesis: chain).sets.append(change(stored))
  }

  /// The files below a folder of the home, by path.
  func files(in name: String) throws -> [String] {
    let path = home + "/data/" + name
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map {
      path + "/" + $0
    }
  }

  /// Flips one bit at every place of a file where a pattern stands, `offset` bytes into it.
  func flip(_ path: String, at pattern: [UInt8], plus offset: Int) throws -> Int {
    let url = URL(fileURLWithPath: path)
    var bytes = [UInt8](try Data(contentsOf: url))
    var found = 0
    var index = 0
    while index + pattern.count <= bytes.count {
      if bytes[index] == pattern[0], bytes[index..<index + pattern.count].elementsEqual(pattern) {
        bytes[index + offset] ^= 0x10
        found += 1
        index += pattern.count
      } else {
        index += 1
      }
    }
    let handle = try FileHandle(forWritingTo: url)
    try handle.write(contentsOf: Data(bytes))
    try handle.close()
    return found
  }
}

extension Validator {
  /// Nobody that genesis names.
  static let stranger = Validator(
    account: AuditedHome.id("stranger"), consensusKey: PublicKey(SHA256.hash([77]).bytes))
}
