@testable import LedgerCore

/// Seeded random values of the ledger's types (SplitMix64; Steele, Lea, Flood 2014).
struct CoreSamples {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func next(below bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// Small numbers, large ones, and the ends of the range.
  mutating func u64() -> UInt64 {
    switch next(below: 5) {
    case 0: 0
    case 1: .max
    case 2: next() & 0xFF
    default: next()
    }
  }

  mutating func amount() -> Amount { Amount(UInt128(u64()) << 64 | UInt128(u64())) }

  mutating func bytes32() -> Bytes32 {
    Bytes32(word0: next(), word1: next(), word2: next(), word3: next())
  }

  mutating func id<ID: Identifier32>() -> ID { ID(bytes32()) }

  mutating func signature() -> Signature { Signature(r: bytes32(), s: bytes32()) }

  mutating func list<Element>(
    _ range: ClosedRange<Int>, _ make: (inout CoreSamples) -> Element
  ) -> [Element] {
    (0..<range.lowerBound + next(below: range.count)).map { _ in make(&self) }
  }

  mutating func optional<Value>(_ make: (inout CoreSamples) -> Value) -> Value? {
    next(below: 2) == 0 ? nil : make(&self)
  }

  mutating func keys() -> [PublicKey] { list(1...4) { $0.id() }.sorted() }

  mutating func operation() -> Operation {
    let keys = keys()
    switch next(below: 10) {
    case 0:
      return .transfer(
        Transfer(token: next(below: 2) == 0 ? .eco2 : .ecc, recipient: id(), amount: amount()))
    case 1:
      let authority =
        Authority(threshold: UInt8(1 + next(below: keys.count)), keys: keys)
        ?? Authority(simple: id())
      return .setAuthority(SetAuthority(authority: authority))
    case 2: return .reportOffence(ReportOffence(evidence: evidence()))
    case 3...6: return creditOperation()
    case 7, 8: return delegationOperation()
    default: return .topUpReserve(TopUpReserve(node: id(), amount: amount()))
    }
  }

  mutating func evidence() -> Evidence {
    let bundle = BundleEvidence(
      header: BundleHeader(
        author: id(), incarnation: u64(), number: u64(), birthHeight: u64(),
        transactionCount: UInt32(1 + next(below: 9)), transactionBytes: UInt32(next(below: 999)),
        transactionsRoot: id()),
      signature: signature(), transaction: list(1...40) { UInt8(truncatingIfNeeded: $0.next()) },
      proof: InclusionProof(
        leafIndex: u64(), treeSize: u64(), siblings: list(1...5) { $0.id() }))
    let (height, view, member) = (u64(), next() >> 1, UInt16(truncatingIfNeeded: next()))
    func vote(_ view: UInt64, _ content: VoteStatement.Content) -> Vote {
      Vote(
        statement: VoteStatement(height: height, view: view, content: content), member: member,
        signature: signature())
    }
    let commit = vote(view, .commit(block: id(), stateRoot: id()))
    let pair =
      next(below: 2) == 0
      ? VoteEvidence(commit, vote(view + 1, .viewChange(prepared: nil)))
      : VoteEvidence(commit, vote(view, .commit(block: id(), stateRoot: id())))
    if let bundle, next(below: 3) == 0 { return .bundle(bundle) }
    return pair.map { .votes($0) } ?? evidence()
  }

  mutating func body() -> TransactionBody {
    TransactionBody(
      chain: id(), sender: id(), sequence: u64(), validUntil: u64(), chargeMax: amount(),
      feeMax: amount(), tip: amount(), sponsor: optional { $0.id() },
      operations: list(1...5) { $0.operation() })
  }

  mutating func transaction() throws -> Transaction {
    let body = body()
    func authorize(_ samples: inout CoreSamples) -> Authorization {
      Authorization(key: samples.id(), signature: samples.signature())
    }
    return try Transaction(
      body: body, senderAuthorizations: list(1...3, authorize),
      sponsorAuthorizations: body.sponsor == nil ? [] : list(1...3, authorize))
  }

  mutating func bundle(_ count: Int) throws -> Bundle {
    var transactions: [Transaction] = []
    for _ in 0..<count { transactions.append(try transaction()) }
    let header = BundleHeader(
      author: id(), incarnation: u64(), number: u64(), birthHeight: u64(),
      transactionCount: UInt32(count),
      transactionBytes: UInt32(transactions.reduce(0) { $0 + $1.bytes.count }),
      transactionsRoot: MerkleTree.root(leaves: transactions.map(\.bytes)))
    return Bundle(header: header, signature: signature(), transactions: transactions)
  }

  mutating func run() -> BundleRun {
    BundleRun(
      author: id(), incarnation: u64(), firstNumber: next() >> 1, digests: list(1...5) { $0.id() })
  }

  mutating func commits(_ range: ClosedRange<Int>) -> [CommitSignature] {
    var member: UInt16 = 0
    return list(range) { samples in
      member += UInt16(1 + samples.next(below: 9))
      return CommitSignature(member: member, view: samples.u64(), signature: samples.signature())
    }
  }

  mutating func statement() -> CarbonStatement {
    var statement = CarbonStatement(height: u64())
    statement.footprint = amount()
    statement.due = amount()
    statement.paid = amount()
    statement.coveredByFund = amount()
    statement.arrears = amount()
    statement.fundOverhead = amount()
    statement.overheadDue = amount()
    statement.operationCharges = amount()
    statement.arrearsOpen = amount()
    statement.footprintCumulative = amount()
    statement.consumedCumulative = amount()
    statement.tonnesRetiredCumulative = u64()
    statement.covered = next(below: 2) == 0
    return statement
  }

  mutating func header() -> BlockHeader {
    var height = UInt64(1_000)
    return BlockHeader(
      height: u64(), timestamp: u64(), author: id(), parent: id(), bundlesRoot: id(),
      validatorsHash: id(), nextValidatorsHash: id(),
      parentRoots: StateRoots(state: id(), transactions: id(), receipts: id()),
      parentStatement: statement(), parentCommits: commits(0...6),
      lateCommits: list(0...3) { samples in
        height -= UInt64(1 + samples.next(below: 5))
        return LateCommits(height: height, commits: samples.commits(1...3))
      })
  }

  mutating func block() -> Block { Block(header: header(), runs: list(0...4) { $0.run() }) }

  mutating func vote() -> Vote {
    let content: VoteStatement.Content =
      switch next(below: 5) {
      case 0:
        .viewChange(prepared: optional { PreparedReference(view: $0.u64(), block: $0.id()) })
      case 1: .newView(viewChanges: id(), block: id())
      case 2: .prePrepare(block: id())
      case 3: .prepare(block: id(), stateRoot: id())
      default: .commit(block: id(), stateRoot: id())
      }
    return Vote(
      statement: VoteStatement(height: u64(), view: u64(), content: content),
      member: UInt16(truncatingIfNeeded: next()), signature: signature())
  }

  mutating func certificate() -> QuorumCertificate {
    var member: UInt16 = 0
    return QuorumCertificate(
      kind: next(below: 2) == 0 ? .prepare : .commit, height: u64(), view: u64(), block: id(),
      stateRoot: id(),
      signatures: list(1...6) { samples in
        member += UInt16(1 + samples.next(below: 9))
        return MemberSignature(member: member, signature: samples.signature())
      })
  }

  mutating func receipt() -> Receipt {
    func fault(_ samples: inout CoreSamples) -> TransactionFault {
      TransactionFault.allCases[samples.next(below: TransactionFault.allCases.count)]
    }
    let outcome: Receipt.Outcome =
      switch next(below: 3) {
      case 0: .applied
      case 1:
        .failed(
          operation: UInt8(next(below: 64)), fault(&self), subject: optional { $0.u64() })
      default: .skipped(fault(&self))
      }
    return Receipt(transaction: id(), outcome: outcome, charge: amount(), fee: amount())
  }

  /// A set of fresh members with the keys that sign for them, in the set's order.
  mutating func validators(_ count: Int, firstHeight: UInt64 = 1) -> (
    set: ValidatorSet, keys: [SigningKey]
  )? {
    var keys: [PublicKey: SigningKey] = [:]
    var members: [Validator] = []
    for _ in 0..<count {
      guard let key = SigningKey(seed: bytes32().array) else { return nil }
      keys[key.publicKey] = key
      members.append(Validator(account: id(), consensusKey: key.publicKey))
    }
    guard let set = ValidatorSet(firstHeight: firstHeight, members: members) else { return nil }
    return (set, set.members.compactMap { keys[$0.consensusKey] })
  }
}
