import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers
import Testing

@testable import LedgerClient

@Suite("Verification without trust")
struct VerificationTests {
  private let chain: ProvenChain

  init() throws { chain = try ProvenChain() }

  private func error(_ answer: ProofAnswer, of account: AccountID? = nil) -> VerificationError? {
    do throws(VerificationError) {
      _ = try chain.anchor.verify(accountProof: answer, of: account ?? chain.present)
      return nil
    } catch {
      return error
    }
  }

  @Test("an account's record is proved, decoded, and dated by its block")
  func existence() throws {
    let proven = try chain.anchor.verify(
      accountProof: chain.proof(of: chain.present), of: chain.present)
    #expect(proven.record == chain.record)
    #expect(proven.authority == chain.record.authority)
    #expect(proven.height == ProvenChain.height)
    #expect(proven.timestamp == 1_700_000_000_000)
  }

  @Test("that nothing ever reached an account is proved, too")
  func absence() throws {
    let proven = try chain.anchor.verify(
      accountProof: chain.proof(of: chain.absent), of: chain.absent)
    #expect(proven.record == nil)
    #expect(proven.authority == Authority(simple: chain.absent))
  }

  @Test("every byte of every field counts: none can be changed", arguments: [true, false])
  func flips(isPresent: Bool) throws {
    let account = isPresent ? chain.present : chain.absent
    let honest = try chain.proof(of: account)
    #expect(error(honest, of: account) == nil)
    let fields: [WritableKeyPath<ProofAnswer, String>] = [
      \.key, \.proof, \.stateRoot, \.header, \.certificate,
    ]
    var count = 0
    for field in fields {
      for (index, digit) in honest[keyPath: field].utf8.enumerated() {
        var lying = honest
        var digits = Array(honest[keyPath: field].utf8)
        digits[index] = digit == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        lying[keyPath: field] = String(decoding: digits, as: UTF8.self)
        #expect(error(lying, of: account) != nil, "\(field) digit \(index)")
        count += 1
      }
      var cut = honest
      cut[keyPath: field] = String(honest[keyPath: field].dropLast(2))
      #expect(error(cut, of: account) != nil)
      cut[keyPath: field] = honest[keyPath: field] + "00"
      #expect(error(cut, of: account) != nil)
    }
    #expect(count > 2_000)
    var lying = honest
    lying.height += 1
    #expect(error(lying, of: account) == .differs("height"))
  }

  @Test("the value cannot be changed, left out or made up")
  func values() throws {
    var lying = try chain.proof(of: chain.present)
    let text = try #require(lying.value)
    for index in text.indices {
      lying.value =
        text[..<index] + (text[index] == "0" ? "1" : "0")
        + text[text.index(after: index)...]
      #expect(error(lying) == .proof(.valueMismatch))
    }
    lying.value = nil
    #expect(error(lying) == .proof(.wrongKind))
    var invented = try chain.proof(of: chain.absent)
    invented.value = text
    #expect(error(invented, of: chain.absent) == .proof(.wrongKind))
  }

  @Test("a proof of another account is refused, with its own key or with the wanted one")
  func otherAccount() throws {
    var other = try chain.proof(of: chain.present)
    #expect(error(other, of: chain.absent) == .wrongKey)
    other.key = Hex.encode(Account.key(chain.absent).bytes)
    #expect(error(other, of: chain.absent) == .proof(.keyMismatch))
    var absence = try chain.proof(of: chain.absent)
    absence.key = Hex.encode(Account.key(chain.present).bytes)
    #expect(error(absence, of: chain.present) == .wrongKey)
  }

  @Test("a certificate of too few, of prepares, of strangers or for another chain proves nothing")
  func certificates() throws {
    let header = chain.header()
    var answer = try chain.proof(of: chain.present)
    answer.certificate = Hex.encode(chain.certificate(header, signers: 0..<2).bcs)
    #expect(error(answer) == .certificate(.noQuorum(signatures: 2, quorum: 3)))
    answer.certificate = Hex.encode(chain.certificate(header, kind: .prepare).bcs)
    #expect(error(answer) == .certificate(.notCommit))
    answer = try chain.proof(of: chain.present)
    let others = try #require(
      ValidatorSet(
        firstHeight: 1,
        members: try ([10, 11, 12, 13] as [UInt8]).map { (byte: UInt8) throws in
          let key = try ProvenChain.key(byte).publicKey
          return Validator(account: AccountID(key), consensusKey: key)
        }))
    let foreign = TrustAnchor(chain: ProvenChain.chain, validators: others, network: .test)
    #expect(
      throws: VerificationError.certificate(
        .wrongSet(
          header: chain.validators.hash(ProvenChain.chain),
          set: others.hash(ProvenChain.chain)))
    ) { try foreign.verify(accountProof: answer, of: chain.present) }
    let elsewhere = TrustAnchor(
      chain: ChainID(.zero), validators: chain.validators, network: .test)
    #expect(throws: VerificationError.self) {
      try elsewhere.verify(accountProof: answer, of: chain.present)
    }
  }

  @Test("an older proof than asked for is refused, though true")
  func age() throws {
    let answer = try chain.proof(of: chain.present)
    let height = ProvenChain.height
    #expect(throws: VerificationError.tooOld(height: height, wanted: height + 1)) {
      try chain.anchor.verify(
        accountProof: answer, of: chain.present, minimumHeight: height + 1)
    }
    let proven = try chain.anchor.verify(
      accountProof: answer, of: chain.present, minimumHeight: height)
    #expect(proven.height == height)
  }

  @Test("a certificate answer says what its bytes say, field by field")
  func certificateAnswers() throws {
    let header = chain.header()
    let honest = chain.certificateAnswer(chain.certificate(header))
    let bytes = header.bcs
    let proven = try chain.anchor.verify(certificate: honest, headerBytes: bytes)
    #expect(proven.signers == [0, 1, 2])
    #expect(proven.hash == header.hash(ProvenChain.chain))
    let changes: [(String, (inout CertificateAnswer) -> Void)] = [
      ("height", { $0.height += 1 }), ("view", { $0.view += 1 }),
      ("block", { $0.block = $0.stateRoot }), ("stateRoot", { $0.stateRoot = $0.block }),
      ("validatorsHash", { $0.validatorsHash = $0.block }), ("quorum", { $0.quorum -= 1 }),
      ("signatures", { $0.signatures.removeLast() }),
      ("signatures", { $0.signatures[1].member = 2 }),
      ("signatures", { $0.signatures[1].account = $0.signatures[0].account }),
      ("signatures", { $0.signatures[1].signature = $0.signatures[0].signature }),
    ]
    for (field, change) in changes {
      var lying = honest
      change(&lying)
      #expect(throws: VerificationError.differs(field)) {
        try chain.anchor.verify(certificate: lying, headerBytes: bytes)
      }
    }
    var later = header
    later.height += 1
    #expect(throws: VerificationError.self) {
      try chain.anchor.verify(certificate: honest, headerBytes: later.bcs)
    }
  }
}
