import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers
import Testing

@testable import LedgerClient

/// A state with accounts, and a block that a set of four has made final over it: what a node's
/// proof answers are made of.
struct ProvenChain {
  static let chain = ChainID(SHA256.hash(Array("a chain of tests".utf8)).bytes)
  static let height: UInt64 = 12

  let keys: [SigningKey]
  let validators: ValidatorSet
  let anchor: TrustAnchor
  let present: AccountID
  let absent: AccountID
  let record: Account
  private let state: AuthenticatedState

  /// - Parameters:
  ///   - numbers: the set's keys.
  ///   - firstHeight: the set's.
  init(keys numbers: ClosedRange<UInt8> = 1...4, firstHeight: UInt64 = 1) throws {
    let keys = try numbers.map { try Self.key($0) }
    self.keys = keys
    validators = try #require(
      ValidatorSet(
        firstHeight: firstHeight,
        members: keys.map {
          Validator(account: AccountID($0.publicKey), consensusKey: $0.publicKey)
        }))
    anchor = TrustAnchor(chain: Self.chain, validators: validators, network: .test)
    present = AccountID(try Self.key(50).publicKey)
    absent = AccountID(try Self.key(51).publicKey)
    var record = Account(eco2: Amount(123_456), ecc: Amount(789))
    record.authority = Authority(
      threshold: 1, keys: [keys[0].publicKey, keys[1].publicKey].sorted())
    self.record = record
    var records = [StateRecord(key: Account.key(present), value: record.bcs)]
    for byte: UInt8 in 60..<90 {
      let other = AccountID(try Self.key(byte).publicKey)
      records.append(
        StateRecord(
          key: Account.key(other), value: Account(eco2: Amount(UInt128(byte))).bcs))
    }
    state = try AuthenticatedState(
      reader: RecordsReader(records.map { ($0, $0.leaf) }, height: Self.height))
  }

  static func key(_ byte: UInt8) throws -> SigningKey {
    try #require(SigningKey(seed: [UInt8](repeating: byte, count: 32)))
  }

  func header(height: UInt64 = ProvenChain.height) -> BlockHeader {
    BlockHeader(
      height: height, timestamp: 1_700_000_000_000, author: validators.members[0].account,
      parent: .zero, bundlesRoot: .zero, validatorsHash: validators.hash(Self.chain),
      nextValidatorsHash: validators.hash(Self.chain),
      parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
      parentStatement: .genesis, parentCommits: [], lateCommits: [])
  }

  /// COMMITs of these members for a header and this chain's state.
  func certificate(
    _ header: BlockHeader, signers: some Sequence<Int> = 0..<3,
    kind: QuorumCertificate.Kind = .commit
  ) -> QuorumCertificate {
    let unsigned = QuorumCertificate(
      kind: kind, height: header.height, view: 1, block: header.hash(Self.chain),
      stateRoot: state.root, signatures: [])
    let statement = unsigned.statement
    return QuorumCertificate(
      kind: kind, height: header.height, view: 1, block: unsigned.block, stateRoot: state.root,
      signatures: signers.map { index in
        let member = validators.members[index]
        let key = keys.first { $0.publicKey == member.consensusKey }
        return MemberSignature(
          member: UInt16(index),
          signature: key?.sign(
            domain: statement.kind.domain, chain: Self.chain, message: statement.message[...])
            ?? Signature(r: .zero, s: .zero))
      })
  }

  /// What an honest node answers.
  func proof(of account: AccountID) throws -> ProofAnswer {
    let key = Account.key(account)
    let value = try state.value(of: key)
    let proof = value == nil ? try state.absenceProof(key) : try state.existenceProof(key)
    let header = header()
    return ProofAnswer(
      height: Self.height, key: Hex.encode(key.bytes), value: value.map { Hex.encode($0) },
      proof: Hex.encode(proof.protobuf), stateRoot: state.root.hex,
      header: Hex.encode(header.bcs), certificate: Hex.encode(certificate(header).bcs))
  }

  func certificateAnswer(_ certificate: QuorumCertificate) -> CertificateAnswer {
    CertificateAnswer(
      height: certificate.height, view: certificate.view, block: certificate.block.hex,
      stateRoot: certificate.stateRoot.hex, validatorsHash: validators.hash(Self.chain).hex,
      quorum: validators.quorum,
      signatures: certificate.signatures.map {
        MemberSignatureAnswer(
          member: Int($0.member),
          account: validators.members[Int($0.member)].account.address(network: .test),
          signature: Hex.encode($0.signature.array))
      }, bytes: Hex.encode(certificate.bcs))
  }
}

/// A flushed state in an array.
private struct RecordsReader: StateReader {
  let height: UInt64
  private let records: [(record: StateRecord, leaf: StateLeaf)]

  init(_ records: [(StateRecord, StateLeaf)], height: UInt64) {
    self.height = height
    self.records = records.sorted { $0.1.path < $1.1.path }
      .map { (record: $0.0, leaf: $0.1) }
  }

  func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
    try record(at: key.hash)?.value
  }

  func record(at path: Digest) throws(StateReadError) -> StateRecord? {
    records.first { $0.leaf.path == path }?.record
  }

  func recordCountEstimate() throws(StateReadError) -> Int { records.count }

  func leaves(inBuckets buckets: [UInt32], depth: Int) throws(StateReadError) -> BucketLeaves {
    BucketLeaves(inBuckets: buckets, depth: depth, count: records.count) { records[$0].leaf }
  }
}
