import Consensus
import LedgerCore

/// A set with its keys, on a chain of its own: members with real signatures.
struct Members: Sendable {
  static let genesisTime: UInt64 = 1_700_000_000_000
  static let interval: UInt64 = 10_000

  let chain = ChainID(SHA256.hash(Array("a chain for tests".utf8)).bytes)
  let set: ValidatorSet
  /// By member.
  let keys: [SigningKey]
  let timing: ConsensusTiming

  init(_ count: Int, interval: UInt64 = Members.interval) {
    let all = (0..<count).map { index in
      guard
        let key = SigningKey(seed: SHA256.hash([UInt8(index), 1, 2, 3]).bytes.array)
      else { preconditionFailure("a digest is a seed") }
      return key
    }
    let keys = all.sorted { AccountID($0.publicKey) < AccountID($1.publicKey) }
    guard
      let set = ValidatorSet(
        firstHeight: 1,
        members: keys.map {
          Validator(account: AccountID($0.publicKey), consensusKey: $0.publicKey)
        }),
      let timing = ConsensusTiming(
        genesisTimeMilliseconds: Self.genesisTime, intervalMilliseconds: interval,
        viewTimeoutMilliseconds: 2_000, viewTimeoutMaxMilliseconds: 32_000,
        retransmitMilliseconds: 500)
    else { preconditionFailure("a set of \(count)") }
    self.set = set
    self.keys = keys
    self.timing = timing
  }

  var quorum: Int { self.set.quorum }

  func account(_ member: Int) -> AccountID { set.members[member].account }

  func index(of account: AccountID) -> Int? { set.index(of: account) }

  /// Height 1's context, led in the order of the members, unless told otherwise.
  func context(
    height: UInt64 = 1, own: Int?, parent: Digest? = nil, parentTimestamp: UInt64? = nil,
    primaries: [Int]? = nil, mayVote: Bool = true, watermark: VotePosition? = nil,
    ownVotes: [Vote] = [], prepared: PreparedRecord? = nil
  ) -> HeightContext {
    guard
      let context = HeightContext(
        height: height, set: set, own: own, primaries: primaries ?? Array(0..<set.count),
        parent: parent ?? Digest(chain.bytes), parentTimestamp: parentTimestamp ?? Self.genesisTime,
        mayVote: mayVote, watermark: watermark, ownVotes: ownVotes, prepared: prepared)
    else { preconditionFailure("a context") }
    return context
  }

  /// A block for height 1 unless told otherwise, with one bundle, or none.
  func block(
    author: Int, height: UInt64 = 1, timestamp: UInt64 = Members.genesisTime + Members.interval,
    parent: Digest? = nil, content: UInt8? = 7
  ) -> Block {
    let runs = content.map {
      [
        BundleRun(
          author: account(author), incarnation: 0, firstNumber: height,
          digests: [
            SHA256.hash([$0])
          ])
      ]
    }
    let header = BlockHeader(
      height: height, timestamp: timestamp, author: account(author),
      parent: parent ?? Digest(chain.bytes), bundlesRoot: BundleRun.root(runs ?? []),
      validatorsHash: set.hash(chain), nextValidatorsHash: set.hash(chain),
      parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
      parentStatement: .genesis, parentCommits: [], lateCommits: [])
    return Block(header: header, runs: runs ?? [])
  }

  /// What every honest execution of a block gives here.
  func root(of block: Block) -> Digest { SHA256.hash(hash(block).bytes.array + [1]) }

  func hash(_ block: Block) -> Digest { block.header.hash(chain) }

  func vote(_ member: Int, _ statement: VoteStatement) -> Vote {
    let signature = keys[member].sign(
      domain: statement.kind.domain, chain: chain, message: statement.message[...])
    return Vote(statement: statement, member: UInt16(member), signature: signature)
  }

  func vote(
    _ member: Int, height: UInt64 = 1, view: UInt64, _ content: VoteStatement.Content
  ) -> Vote {
    vote(member, VoteStatement(height: height, view: view, content: content))
  }

  func prepare(_ member: Int, _ block: Block, view: UInt64 = 0) -> Vote {
    vote(
      member, height: block.header.height, view: view,
      .prepare(block: hash(block), stateRoot: root(of: block)))
  }

  func commit(_ member: Int, _ block: Block, view: UInt64 = 0) -> Vote {
    vote(
      member, height: block.header.height, view: view,
      .commit(block: hash(block), stateRoot: root(of: block)))
  }

  func proposal(_ block: Block, by member: Int) -> Proposal {
    Proposal(
      vote: vote(member, height: block.header.height, view: 0, .prePrepare(block: hash(block))),
      block: block)
  }

  /// The certificate of the first quorum, or of the members given.
  func certificate(
    _ kind: QuorumCertificate.Kind, _ block: Block, view: UInt64 = 0, by members: [Int]? = nil
  ) -> QuorumCertificate {
    let votes = (members ?? Array(0..<quorum)).map {
      kind == .prepare ? prepare($0, block, view: view) : commit($0, block, view: view)
    }
    return QuorumCertificate(
      kind: kind, height: block.header.height, view: view, block: hash(block),
      stateRoot: root(of: block),
      signatures: votes.map { MemberSignature(member: $0.member, signature: $0.signature) })
  }

  func record(_ block: Block, view: UInt64 = 0) -> PreparedRecord {
    PreparedRecord(block: block, certificate: certificate(.prepare, block, view: view))
  }

  func viewChange(_ member: Int, to view: UInt64, prepared: PreparedRecord? = nil) -> ViewChange {
    ViewChange(
      vote: vote(member, view: view, .viewChange(prepared: prepared?.reference)),
      prepared: prepared)
  }

  /// A NEW-VIEW of the view's primary over these view changes.
  func newView(
    _ view: UInt64, changes: [ViewChange], block: Block, certificate: QuorumCertificate?,
    by primary: Int? = nil
  ) -> NewView {
    let member = primary ?? Int(view) % set.count
    let votes = changes.map(\.vote).sorted { $0.member < $1.member }
    let digest = NewView.digest(of: votes, chain: chain)
    return NewView(
      vote: vote(member, view: view, .newView(viewChanges: digest, block: hash(block))),
      viewChanges: votes, certificate: certificate,
      prePrepare: vote(member, view: view, .prePrepare(block: hash(block))), block: block)
  }
}
