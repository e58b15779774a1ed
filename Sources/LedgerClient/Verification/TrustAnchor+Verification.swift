public import LedgerCore
import LedgerRules
import LedgerState
public import NodeAnswers

extension TrustAnchor {
  /// Checks that a quorum of the set of its height has made this header's block final.
  public func verify(certificate: QuorumCertificate, header: BlockHeader)
    throws(VerificationError) -> ProvenHeader
  {
    let set = set(deciding: header.height) ?? earlier.first ?? validators
    do {
      try certificate.verify(deciding: header, in: set, chain: chain)
    } catch {
      throw .certificate(error)
    }
    return ProvenHeader(
      header: header, hash: certificate.block, stateRoot: certificate.stateRoot, validators: set,
      signers: certificate.signatures.map { Int($0.member) })
  }

  /// The same of their bytes.
  public func verify(certificateBytes: [UInt8], headerBytes: [UInt8])
    throws(VerificationError) -> ProvenHeader
  {
    let header: BlockHeader
    do { header = try BlockHeader(bcs: headerBytes) } catch { throw .encoding("header", error) }
    let certificate: QuorumCertificate
    do {
      certificate = try QuorumCertificate(bcs: certificateBytes)
    } catch {
      throw .encoding("certificate", error)
    }
    return try verify(certificate: certificate, header: header)
  }

  /// Checks a certificate as a node answers it, every field of it, against the block's header.
  public func verify(certificate answer: CertificateAnswer, headerBytes: [UInt8])
    throws(VerificationError) -> ProvenHeader
  {
    let bytes = try Self.bytes(answer.bytes, "bytes")
    let proven = try verify(certificateBytes: bytes, headerBytes: headerBytes)
    // What it says in words is what its bytes say.
    guard let certificate = try? QuorumCertificate(bcs: bytes) else { throw .field("bytes") }
    try Self.equal(answer.height, certificate.height, "height")
    try Self.equal(answer.view, certificate.view, "view")
    try Self.equal(answer.block, certificate.block.hex, "block")
    try Self.equal(answer.stateRoot, certificate.stateRoot.hex, "stateRoot")
    let set = proven.validators
    try Self.equal(answer.validatorsHash, set.hash(chain).hex, "validatorsHash")
    try Self.equal(answer.quorum, set.quorum, "quorum")
    try Self.equal(answer.signatures.count, certificate.signatures.count, "signatures")
    for (said, signed) in zip(answer.signatures, certificate.signatures) {
      try Self.equal(said.member, Int(signed.member), "signatures")
      try Self.equal(said.signature, Hex.encode(signed.signature.array), "signatures")
      let account = set.members[Int(signed.member)].account
      try Self.equal(said.account, account.address(network: network), "signatures")
    }
    return proven
  }

  /// Checks that an account's record stands, or that there is none, as `verify(recordProof:)` does;
  /// and that the value is an account.
  ///
  /// - Parameter minimumHeight: an older proof, though true, is refused.
  public func verify(
    accountProof answer: ProofAnswer, of account: AccountID, minimumHeight: UInt64 = 0
  ) throws(VerificationError) -> ProvenAccount {
    let key = Account.key(account).bytes
    let proven = try verify(recordProof: answer, at: key, minimumHeight: minimumHeight)
    var record: Account?
    if let value = proven.value {
      do { record = try Account(bcs: value) } catch { throw .record(error) }
    }
    return ProvenAccount(
      id: account, height: proven.height, timestamp: proven.timestamp,
      stateRoot: proven.stateRoot, validators: proven.validators, record: record)
  }

  /// Checks that a record stands at a key, or that there is none, in the state a quorum has
  /// certified. Nothing of the answer is believed that does not follow from the set.
  ///
  /// In order: the certificate makes the header's block final, by a quorum of the set; the answer's
  /// height and state root are the certificate's; the key is the one asked for; the ICS-23 proof
  /// leads from key and value, or from the key's neighbours, to the state root.
  ///
  /// - Parameter minimumHeight: an older proof, though true, is refused.
  public func verify(
    recordProof answer: ProofAnswer, at key: [UInt8], minimumHeight: UInt64 = 0
  ) throws(VerificationError) -> ProvenRecord {
    let header = try verify(
      certificateBytes: try Self.bytes(answer.certificate, "certificate"),
      headerBytes: try Self.bytes(answer.header, "header"))
    try Self.equal(answer.height, header.header.height, "height")
    try Self.equal(answer.stateRoot, header.stateRoot.hex, "stateRoot")
    guard answer.height >= minimumHeight else {
      throw .tooOld(height: answer.height, wanted: minimumHeight)
    }
    guard try Self.bytes(answer.key, "key") == key else { throw .wrongKey }
    return ProvenRecord(
      key: key, height: answer.height, timestamp: header.header.timestamp,
      stateRoot: header.stateRoot, validators: header.validators,
      value: try Self.value(answer, key: key, root: header.stateRoot.bytes.array))
  }

  /// Takes the steps that a node shows, every field of them checked.
  public func following(_ answers: [SetChangeAnswer]) throws(VerificationError) -> TrustAnchor {
    var anchor = self
    for answer in answers {
      let header: BlockHeader
      let certificate: QuorumCertificate
      let next: ValidatorSet
      let headerBytes = try Self.bytes(answer.header, "header")
      let certificateBytes = try Self.bytes(answer.certificate, "certificate")
      let setBytes = try Self.bytes(answer.validators, "validators")
      do { header = try BlockHeader(bcs: headerBytes) } catch { throw .encoding("header", error) }
      do { certificate = try QuorumCertificate(bcs: certificateBytes) } catch {
        throw .encoding("certificate", error)
      }
      do { next = try ValidatorSet(bcs: setBytes) } catch { throw .encoding("set", error) }
      anchor = try anchor.following(
        SetChange(header: header, certificate: certificate, next: next))
      try Self.equal(answer.height, header.height, "height")
      try Self.equal(answer.validatorsHash, next.hash(chain).hex, "validatorsHash")
    }
    return anchor
  }

  /// The value that the answer proves against a root, whoever vouches for that; nil when it proves
  /// that there is no record.
  public static func value(_ answer: ProofAnswer, key: [UInt8], root: [UInt8])
    throws(VerificationError) -> [UInt8]?
  {
    let bytes = try Self.bytes(answer.proof, "proof")
    let proof: CommitmentProof
    do { proof = try CommitmentProof(protobuf: bytes) } catch { throw .proof(error) }
    guard let text = answer.value else {
      // ICS-23 verifiers do not read the key an absence proof names; what is not read could say
      // anything.
      if case .nonexist(let absence) = proof, absence.key != key { throw .wrongKey }
      do {
        try ProofSpec.smt.verifyNonMembership(proof, root: root, key: key)
      } catch {
        throw .proof(error)
      }
      return nil
    }
    let value = try Self.bytes(text, "value")
    do {
      try ProofSpec.smt.verifyMembership(proof, root: root, key: key, value: value)
    } catch {
      throw .proof(error)
    }
    return value
  }

  private static func bytes(_ text: String, _ field: String) throws(VerificationError) -> [UInt8] {
    guard let bytes = Hex.decode(text) else { throw .field(field) }
    return bytes
  }

  private static func equal<Value: Equatable>(_ one: Value, _ other: Value, _ field: String)
    throws(VerificationError)
  {
    guard one == other else { throw .differs(field) }
  }
}
