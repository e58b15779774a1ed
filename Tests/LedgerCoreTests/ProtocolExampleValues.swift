@testable import LedgerCore

/// The fixed values that the protocol's pages show in bytes: fixed keys, a fixed chain, four ER
/// Nodes, two transactions in a bundle, the block that names it, its votes and its certificate.
struct ProtocolExampleValues {
  let chain: ChainID
  let names = ["alice", "bob", "carol", "dave"]
  /// Of accounts: the seed of key i is 32 bytes of i + 1.
  let accountKeys: [SigningKey]
  /// Of four ER Nodes' votes, in the set's order of members.
  let consensusKeys: [SigningKey]
  let set: ValidatorSet
  let transfer: Transaction
  let sponsored: Transaction
  let bundle: Bundle
  let run: BundleRun
  let header: BlockHeader

  static let stateRoot = Digest(SHA256.hash(Array("example state root".utf8)).bytes)

  init?() throws {
    guard let chain = ChainID((0..<32).map { UInt8($0) }) else { return nil }
    self.chain = chain
    accountKeys = (1...4).compactMap { SigningKey(seed: Array(repeating: UInt8($0), count: 32)) }
    let nodes = (0x11...0x14).compactMap {
      SigningKey(seed: Array(repeating: UInt8($0), count: 32))
    }
    let accounts = (0x21...0x24).compactMap {
      SigningKey(seed: Array(repeating: UInt8($0), count: 32)).map { AccountID($0.publicKey) }
    }
    guard accountKeys.count == 4, nodes.count == 4, accounts.count == 4,
      let set = ValidatorSet(
        firstHeight: 1,
        members: zip(accounts, nodes).map { Validator(account: $0, consensusKey: $1.publicKey) })
    else { return nil }
    self.set = set
    consensusKeys = set.members.compactMap { member in
      nodes.first { $0.publicKey == member.consensusKey }
    }
    transfer = try Self.transfer(chain, accountKeys)
    sponsored = try Self.sponsored(chain, accountKeys, node: set.members[2].account)
    bundle = Self.bundle(
      chain, author: set.members[1].account, key: consensusKeys[1], [transfer, sponsored])
    run = BundleRun(
      author: bundle.header.author, incarnation: bundle.header.incarnation,
      firstNumber: bundle.header.number, digests: [bundle.header.digest(chain)])
    header = Self.header(chain, set: set, keys: consensusKeys, run: run)
  }

  private static func transfer(_ chain: ChainID, _ keys: [SigningKey]) throws -> Transaction {
    try Transaction(
      body: TransactionBody(
        chain: chain, sender: AccountID(keys[0].publicKey), sequence: 1, validUntil: 1_000,
        chargeMax: Amount(2_000), feeMax: Amount(1_100_000),
        operations: [
          .transfer(
            Transfer(
              token: .eco2, recipient: AccountID(keys[1].publicKey), amount: Amount(150_000_000)))
        ]),
      chain: chain, senderKeys: [keys[0]])
  }

  /// Bob's account, two of three keys, paid by Dave.
  private static func sponsored(_ chain: ChainID, _ keys: [SigningKey], node: AccountID) throws
    -> Transaction
  {
    let sorted = keys[1...3].map(\.publicKey).sorted()
    let authority =
      Authority(threshold: 2, keys: sorted) ?? Authority(simple: AccountID(keys[1].publicKey))
    return try Transaction(
      body: TransactionBody(
        chain: chain, sender: AccountID(keys[1].publicKey), sequence: 7, validUntil: 60_490,
        chargeMax: Amount(5_000), feeMax: Amount(20_000), tip: Amount(300),
        sponsor: AccountID(keys[3].publicKey),
        operations: [
          .setAuthority(SetAuthority(authority: authority)),
          .transfer(
            Transfer(
              token: .ecc, recipient: AccountID(keys[2].publicKey), amount: Amount(1_000_000))),
          .topUpReserve(TopUpReserve(node: node, amount: Amount(129_192))),
        ]),
      chain: chain, senderKeys: [keys[1], keys[2]], sponsorKeys: [keys[3]])
  }

  private static func bundle(
    _ chain: ChainID, author: AccountID, key: SigningKey, _ transactions: [Transaction]
  ) -> Bundle {
    let header = BundleHeader(
      author: author, incarnation: 3, number: 12, birthHeight: 9,
      transactionCount: UInt32(transactions.count),
      transactionBytes: UInt32(transactions.reduce(0) { $0 + $1.bytes.count }),
      transactionsRoot: MerkleTree.root(leaves: transactions.map(\.bytes)))
    let signature = key.sign(domain: .bundle, chain: chain, message: header.bcs[...])
    return Bundle(header: header, signature: signature, transactions: transactions)
  }

  private static func header(
    _ chain: ChainID, set: ValidatorSet, keys: [SigningKey], run: BundleRun
  ) -> BlockHeader {
    let parent = SHA256.hash(Array("example parent".utf8))
    let grandparent = SHA256.hash(Array("example grandparent".utf8))
    let parentState = SHA256.hash(Array("example parent state root".utf8))
    func commit(_ member: Int, height: UInt64, view: UInt64, _ block: Digest) -> CommitSignature {
      let statement = VoteStatement(
        height: height, view: view, content: .commit(block: block, stateRoot: parentState))
      return CommitSignature(
        member: UInt16(member), view: view,
        signature: keys[member].sign(
          domain: .commit, chain: chain, message: statement.message[...]))
    }
    return BlockHeader(
      height: 10, timestamp: 1_767_225_700_000, author: set.members[0].account, parent: parent,
      bundlesRoot: BundleRun.root([run]), validatorsHash: set.hash(chain),
      nextValidatorsHash: set.hash(chain),
      parentRoots: StateRoots(
        state: parentState, transactions: MerkleTree.root(leaves: []),
        receipts: MerkleTree.root(leaves: [])),
      parentStatement: statement,
      parentCommits: [0, 1, 3].map { commit($0, height: 9, view: 0, parent) },
      lateCommits: [
        LateCommits(height: 8, commits: [commit(2, height: 8, view: 1, grandparent)])
      ])
  }

  /// Of block 9: four nodes of 48 W, PUE 1.58, 557.5 g/kWh, since block 1.
  static let statement: CarbonStatement = {
    var statement = CarbonStatement(height: 9)
    statement.footprint = Amount(469_784)
    statement.due = Amount(516_764)
    statement.paid = Amount(516_764)
    statement.fundOverhead = Amount(258_382)
    statement.overheadDue = Amount(258_382)
    statement.operationCharges = Amount(0)
    statement.footprintCumulative = Amount(6_342_120)
    statement.consumedCumulative = Amount(6_976_332)
    return statement
  }()

  /// A member's signed vote.
  func vote(_ member: Int, view: UInt64, _ content: VoteStatement.Content) -> Vote {
    let statement = VoteStatement(height: header.height, view: view, content: content)
    return Vote(
      statement: statement, member: UInt16(member),
      signature: consensusKeys[member].sign(
        prefix: statement.prefix(chain), message: statement.message[...]))
  }

  /// One of each kind.
  var votes: [Vote] {
    let block = header.hash(chain)
    let prepared = PreparedReference(view: 0, block: block)
    let viewChanges = [
      vote(0, view: 1, .viewChange(prepared: prepared)),
      vote(2, view: 1, .viewChange(prepared: nil)),
    ]
    var writer = BCSWriter()
    writer.list(viewChanges)
    let digest = SigningDomain.newView.digest(chain, writer.bytes)
    return viewChanges + [
      vote(1, view: 1, .newView(viewChanges: digest, block: block)),
      vote(0, view: 0, .prePrepare(block: block)),
      vote(3, view: 0, .prepare(block: block, stateRoot: Self.stateRoot)),
      vote(3, view: 0, .commit(block: block, stateRoot: Self.stateRoot)),
    ]
  }

  /// What makes the header's block final: a quorum of three of four.
  var certificate: QuorumCertificate {
    let block = header.hash(chain)
    return QuorumCertificate(
      kind: .commit, height: header.height, view: 0, block: block, stateRoot: Self.stateRoot,
      signatures: [0, 1, 3].map { member in
        let commit = vote(member, view: 0, .commit(block: block, stateRoot: Self.stateRoot))
        return MemberSignature(member: commit.member, signature: commit.signature)
      })
  }

  /// The set's last block, were it that of the header, and a set with one member exchanged.
  func setChange() throws -> SetChange? {
    guard let key = SigningKey(seed: Array(repeating: 0x15, count: 32)),
      let owner = SigningKey(seed: Array(repeating: 0x25, count: 32)),
      let next = ValidatorSet(
        firstHeight: header.height + 1,
        members: set.members.dropLast() + [
          Validator(account: AccountID(owner.publicKey), consensusKey: key.publicKey)
        ])
    else { return nil }
    var last = header
    last.nextValidatorsHash = next.hash(chain)
    let block = last.hash(chain)
    let certificate = QuorumCertificate(
      kind: .commit, height: last.height, view: 0, block: block, stateRoot: Self.stateRoot,
      signatures: [0, 1, 3].map { member in
        let commit = vote(member, view: 0, .commit(block: block, stateRoot: Self.stateRoot))
        return MemberSignature(member: commit.member, signature: commit.signature)
      })
    return SetChange(header: last, certificate: certificate, next: next)
  }

  /// Member 2 reports that member 3 has signed two PREPAREs for view 0.
  func reportOfVotes() throws -> Transaction? {
    let block = header.hash(chain)
    let other = SHA256.hash(Array("example other block".utf8))
    let evidence = VoteEvidence(
      vote(3, view: 0, .prepare(block: block, stateRoot: Self.stateRoot)),
      vote(3, view: 0, .prepare(block: other, stateRoot: Self.stateRoot)))
    return try evidence.map { try report(.votes($0), by: 2) }
  }

  /// Member 2 reports that member 1 has bundled a transfer that is badly signed.
  func reportOfBundle() throws -> Transaction? {
    let authorization = transfer.senderAuthorizations[0]
    let bad = try Transaction(
      body: transfer.body,
      senderAuthorizations: [
        Authorization(
          key: authorization.key, signature: sponsored.senderAuthorizations[0].signature)
      ])
    let bundle = Self.bundle(
      chain, author: set.members[1].account, key: consensusKeys[1], [bad, sponsored])
    let evidence = BundleEvidence(
      header: bundle.header, signature: bundle.signature, transaction: Array(bad.bytes),
      proof: InclusionProof(
        leafIndex: 0, treeSize: 2, siblings: [MerkleTree.leafHash(sponsored.bytes)]))
    return try evidence.map { try report(.bundle($0), by: 2) }
  }

  private func report(_ evidence: Evidence, by member: Int) throws -> Transaction {
    try Transaction(
      body: .report(
        evidence, by: set.members[member].account, validUntil: 1_000, chain: chain),
      chain: chain, senderKeys: [consensusKeys[member]])
  }

  /// One of each outcome.
  var receipts: [Receipt] {
    let ids = [transfer.id(chain), sponsored.id(chain)]
    return [
      Receipt(transaction: ids[0], outcome: .applied, charge: Amount(49), fee: Amount(1_007_130)),
      Receipt(
        transaction: ids[1], outcome: .failed(operation: 1, .insufficientBalance),
        charge: Amount(130), fee: Amount(14_550)),
      Receipt(
        transaction: ids[1], outcome: .failed(operation: 0, .serialOverlap, subject: 7),
        charge: Amount(130), fee: Amount(14_550)),
      Receipt(
        transaction: ids[1], outcome: .skipped(.replayed), charge: .zero, fee: .zero),
    ]
  }
}
