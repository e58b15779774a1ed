@testable import LedgerCore

/// One example of `Documentation/protocol/examples.json`: a value's bytes, field by field in their
/// order, and what is derived from them.
///
/// The fields are written here one by one, apart from the types' own encoders: that both give the
/// same bytes is what the test of the examples holds.
struct ProtocolExample {
  /// A piece of the bytes with its name and what it says.
  struct Field {
    let name: String
    let value: String
    let bytes: [UInt8]
  }

  /// Something computed from the bytes: a hash, a signed message.
  struct Derived {
    let name: String
    let rule: String
    let bytes: [UInt8]
  }

  let name: String
  let type: String
  private(set) var fields: [Field] = []
  private(set) var derived: [Derived] = []

  init(_ name: String, type: String) {
    self.name = name
    self.type = type
  }

  /// The fields' bytes, one after the other.
  var bytes: [UInt8] { fields.flatMap(\.bytes) }

  mutating func field(_ name: String, _ value: String, _ write: (inout BCSWriter) -> Void) {
    var writer = BCSWriter()
    write(&writer)
    fields.append(Field(name: name, value: value, bytes: writer.bytes))
  }

  mutating func tag(_ name: String, _ tag: UInt32, _ meaning: String) {
    field(name, "\(tag): \(meaning)") { $0.uleb128(tag) }
  }

  mutating func count(_ name: String, _ count: Int) {
    field(name, "\(count)") { $0.length(count) }
  }

  mutating func u8(_ name: String, _ value: UInt8) { field(name, "\(value)") { $0.u8(value) } }

  mutating func u16(_ name: String, _ value: UInt16) { field(name, "\(value)") { $0.u16(value) } }

  mutating func u32(_ name: String, _ value: UInt32) { field(name, "\(value)") { $0.u32(value) } }

  mutating func u64(_ name: String, _ value: UInt64) { field(name, "\(value)") { $0.u64(value) } }

  mutating func amount(_ name: String, _ value: Amount) {
    field(name, "\(value)") { $0.u128(value.baseUnits) }
  }

  mutating func id(_ name: String, _ value: some Identifier32) {
    field(name, value.hex) { $0.raw(value.bytes.array) }
  }

  mutating func signature(_ name: String, _ value: Signature) {
    field(name, Hex.encode(value.array)) { $0.raw(value.array) }
  }

  mutating func derive(_ name: String, _ rule: String, _ bytes: [UInt8]) {
    derived.append(Derived(name: name, rule: rule, bytes: bytes))
  }
}

extension ProtocolExample {
  mutating func body(_ body: TransactionBody) {
    tag("version", 0, "the only one")
    field("chain tag", "the genesis hash's first four bytes") { $0.u32(body.chainTag) }
    id("sender", body.sender)
    u64("sequence", body.sequence)
    u64("valid until height", body.validUntil)
    amount("charge maximum, µg CO2e", body.chargeMax)
    amount("fee maximum, ECO2 base units", body.feeMax)
    amount("tip, ECO2 base units", body.tip)
    if let sponsor = body.sponsor {
      tag("sponsor", 1, "present")
      id("sponsor", sponsor)
    } else {
      tag("sponsor", 0, "none")
    }
    count("operations", body.operations.count)
    for operation in body.operations { self.operation(operation) }
  }

  private mutating func operation(_ operation: Operation) {
    tag("operation", UInt32(operation.kind.rawValue), operation.kind.name)
    switch operation {
    case .transfer(let transfer):
      tag("token", UInt32(transfer.token.rawValue), transfer.token.symbol)
      id("recipient", transfer.recipient)
      amount("amount, base units", transfer.amount)
    case .setAuthority(let change):
      u8("threshold", change.authority.threshold)
      count("keys", change.authority.keys.count)
      for key in change.authority.keys { id("key", key) }
    case .topUpReserve(let topUp):
      id("node", topUp.node)
      amount("amount, µg CO2e", topUp.amount)
    case .reportOffence(let report): evidence(report.evidence)
    case .transferLot(let transfer):
      lotRange(transfer.range)
      id("recipient", transfer.recipient)
    case .retireLot(let retirement):
      lotRange(retirement.range)
      id("beneficiary", retirement.claim.beneficiary)
      tag("reason", UInt32(retirement.claim.reason.rawValue), retirement.claim.reason.code)
      u32("period from", retirement.claim.periodFrom)
      u32("period to", retirement.claim.periodTo)
    default: field("fields", "of a kind without an example") { $0.raw(operation.bcs.dropFirst()) }
    }
  }

  private mutating func lotRange(_ range: LotRange) {
    u64("lot", range.lot)
    u64("first serial", range.start)
    u64("last serial", range.end)
  }

  private mutating func evidence(_ evidence: Evidence) {
    switch evidence {
    case .votes(let pair):
      tag("evidence", 0, "votes")
      vote(pair.first)
      vote(pair.second)
    case .bundle(let bundle):
      tag("evidence", 1, "bundle")
      bundleHeader(bundle.header)
      signature("author's signature", bundle.signature)
      count("transaction", bundle.transaction.count)
      field("transaction", "as it stands in the bundle") { $0.raw(bundle.transaction) }
      u64("leaf index", bundle.proof.leafIndex)
      u64("tree size", bundle.proof.treeSize)
      count("siblings", bundle.proof.siblings.count)
      for sibling in bundle.proof.siblings { id("sibling", sibling) }
    }
  }

  mutating func authorizations(_ name: String, _ list: [Authorization]) {
    count(name, list.count)
    for authorization in list {
      id("key", authorization.key)
      signature("signature", authorization.signature)
    }
  }

  mutating func bundleHeader(_ header: BundleHeader) {
    id("author", header.author)
    u64("incarnation", header.incarnation)
    u64("number", header.number)
    u64("birth height", header.birthHeight)
    u32("transaction count", header.transactionCount)
    u32("transaction bytes", header.transactionBytes)
    id("transactions root", header.transactionsRoot)
  }

  mutating func run(_ run: BundleRun) {
    id("author", run.author)
    u64("incarnation", run.incarnation)
    u64("first number", run.firstNumber)
    count("digests", run.digests.count)
    for digest in run.digests { id("digest", digest) }
  }

  mutating func header(_ header: BlockHeader) {
    tag("version", 0, "the only one")
    u64("height", header.height)
    u64("timestamp, ms since 1970", header.timestamp)
    id("author", header.author)
    id("parent", header.parent)
    id("bundles root", header.bundlesRoot)
    id("validators hash", header.validatorsHash)
    id("next validators hash", header.nextValidatorsHash)
    id("parent's state root", header.parentRoots.state)
    id("parent's transactions root", header.parentRoots.transactions)
    id("parent's receipts root", header.parentRoots.receipts)
    statement(header.parentStatement, of: "parent's statement: ")
    commits("parent commits", header.parentCommits)
    count("late commits", header.lateCommits.count)
    for late in header.lateCommits {
      u64("height", late.height)
      commits("commits", late.commits)
    }
  }

  mutating func statement(_ statement: CarbonStatement, of prefix: String = "") {
    u64(prefix + "height", statement.height)
    let amounts: [(String, Amount)] = [
      ("footprint", statement.footprint), ("due", statement.due), ("paid", statement.paid),
      ("covered by fund", statement.coveredByFund), ("arrears", statement.arrears),
      ("fund overhead", statement.fundOverhead), ("overhead due", statement.overheadDue),
      ("operation charges", statement.operationCharges),
      ("arrears open", statement.arrearsOpen),
      ("footprint cumulative", statement.footprintCumulative),
      ("consumed cumulative", statement.consumedCumulative),
    ]
    for (name, value) in amounts { amount(prefix + name, value) }
    u64(prefix + "tonnes retired cumulative", statement.tonnesRetiredCumulative)
    tag(prefix + "covered", statement.covered ? 1 : 0, statement.covered ? "yes" : "no")
  }

  private mutating func commits(_ name: String, _ list: [CommitSignature]) {
    count(name, list.count)
    for commit in list {
      u16("member", commit.member)
      u64("view", commit.view)
      signature("signature", commit.signature)
    }
  }

  mutating func vote(_ vote: Vote) {
    tag("kind", UInt32(vote.statement.kind.rawValue), "\(vote.statement.kind)")
    u64("height", vote.height)
    u64("view", vote.view)
    switch vote.statement.content {
    case .viewChange(let prepared):
      tag("prepared", prepared == nil ? 0 : 1, prepared == nil ? "none" : "present")
      if let prepared {
        u64("prepared view", prepared.view)
        id("prepared block", prepared.block)
      }
    case .newView(let viewChanges, let block):
      id("digest of view changes", viewChanges)
      id("block", block)
    case .prePrepare(let block): id("block", block)
    case .prepare(let block, let stateRoot), .commit(let block, let stateRoot):
      id("block", block)
      id("state root", stateRoot)
    }
    u16("member", vote.member)
    signature("signature", vote.signature)
  }

  mutating func certificate(_ certificate: QuorumCertificate) {
    tag("kind", UInt32(certificate.kind.rawValue), "\(certificate.kind)")
    u64("height", certificate.height)
    u64("view", certificate.view)
    id("block", certificate.block)
    id("state root", certificate.stateRoot)
    count("signatures", certificate.signatures.count)
    for signature in certificate.signatures {
      u16("member", signature.member)
      self.signature("signature", signature.signature)
    }
  }

  mutating func set(_ set: ValidatorSet) {
    u64("first height", set.firstHeight)
    count("members", set.count)
    for member in set.members {
      id("account", member.account)
      id("consensus key", member.consensusKey)
    }
  }

  mutating func receipt(_ receipt: Receipt) {
    id("transaction", receipt.transaction)
    switch receipt.outcome {
    case .applied: tag("outcome", 0, "applied")
    case .failed(let operation, let fault, let subject):
      tag("outcome", 1, "failed")
      u8("operation", operation)
      field("fault", "\(fault.rawValue): \(fault.code)") { $0.u16(fault.rawValue) }
      tag("subject", subject == nil ? 0 : 1, subject == nil ? "none" : "present")
      if let subject { u64("subject", subject) }
    case .skipped(let fault):
      tag("outcome", 2, "skipped")
      field("fault", "\(fault.rawValue): \(fault.code)") { $0.u16(fault.rawValue) }
    }
    amount("charge, µg CO2e", receipt.charge)
    amount("fee, ECO2 base units", receipt.fee)
  }
}
