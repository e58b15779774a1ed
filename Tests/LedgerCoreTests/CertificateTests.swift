import Testing

@testable import LedgerCore

@Suite("Certificate verification")
struct CertificateTests {
  private let chain = ChainID(Digest(.zero).bytes)

  private struct Fixture {
    let set: ValidatorSet
    let keys: [SigningKey]
    let header: BlockHeader
    let root: Digest
  }

  private func fixture(_ count: Int, seed: UInt64 = 1) throws -> Fixture {
    var samples = CoreSamples(seed: seed)
    let made = samples.validators(count, firstHeight: 5)
    let (set, keys) = try #require(made)
    var header = samples.header()
    header.height = 9
    header.validatorsHash = set.hash(chain)
    return Fixture(set: set, keys: keys, header: header, root: samples.id())
  }

  private func certificate(
    _ fixture: Fixture, signers: some Sequence<Int>, kind: QuorumCertificate.Kind = .commit,
    height: UInt64 = 9, signing: ChainID? = nil
  ) -> QuorumCertificate {
    let unsigned = QuorumCertificate(
      kind: kind, height: height, view: 2, block: fixture.header.hash(chain),
      stateRoot: fixture.root, signatures: [])
    let statement = unsigned.statement
    return QuorumCertificate(
      kind: kind, height: height, view: 2, block: unsigned.block, stateRoot: fixture.root,
      signatures: signers.map { member in
        MemberSignature(
          member: UInt16(member),
          signature: fixture.keys[member].sign(
            domain: statement.kind.domain, chain: signing ?? chain,
            message: statement.message[...]))
      })
  }

  @Test(
    "a quorum of real signatures makes a block final, one less does not", arguments: [4, 7, 21])
  func quorum(count: Int) throws {
    let fixture = try fixture(count)
    for signers in fixture.set.quorum...count {
      try certificate(fixture, signers: (count - signers)..<count)
        .verify(deciding: fixture.header, in: fixture.set, chain: chain)
    }
    let short = certificate(fixture, signers: 0..<fixture.set.quorum - 1)
    #expect(
      throws: CertificateError.noQuorum(
        signatures: fixture.set.quorum - 1, quorum: fixture.set.quorum)
    ) {
      try short.verify(in: fixture.set, chain: chain)
    }
  }

  @Test("the members whose signatures are wrong are named, beyond the quorum too")
  func badSignatures() throws {
    let fixture = try fixture(7)
    var signatures = certificate(fixture, signers: 0..<7).signatures
    for member in [2, 6] {
      signatures[member] = MemberSignature(
        member: UInt16(member), signature: signatures[1].signature)
    }
    let forged = QuorumCertificate(
      kind: .commit, height: 9, view: 2, block: fixture.header.hash(chain),
      stateRoot: fixture.root, signatures: signatures)
    #expect(throws: CertificateError.badSignatures(members: [2, 6])) {
      try forged.verify(in: fixture.set, chain: chain)
    }
  }

  @Test("signatures for another chain, kind, view, block or root are worth nothing")
  func boundToStatement() throws {
    let fixture = try fixture(4)
    let other = ChainID(Bytes32(word0: 1, word1: 0, word2: 0, word3: 0))
    let all: [UInt16] = [0, 1, 2, 3]
    let foreign = certificate(fixture, signers: 0..<4, signing: other)
    #expect(throws: CertificateError.badSignatures(members: all)) {
      try foreign.verify(in: fixture.set, chain: chain)
    }
    let good = certificate(fixture, signers: 0..<4)
    func moved(
      kind: QuorumCertificate.Kind = .commit, height: UInt64 = 9, view: UInt64 = 2,
      block: Digest? = nil, root: Digest? = nil
    ) -> QuorumCertificate {
      QuorumCertificate(
        kind: kind, height: height, view: view, block: block ?? good.block,
        stateRoot: root ?? good.stateRoot, signatures: good.signatures)
    }
    try moved().verify(in: fixture.set, chain: chain)
    for changed in [
      moved(kind: .prepare), moved(height: 10), moved(view: 3), moved(block: .zero),
      moved(root: .zero),
    ] {
      #expect(throws: CertificateError.badSignatures(members: all)) {
        try changed.verify(in: fixture.set, chain: chain)
      }
    }
  }

  @Test("strangers, members that stand twice, and heights before the set are refused")
  func structure() throws {
    let fixture = try fixture(4)
    let good = certificate(fixture, signers: 0..<4).signatures
    func with(_ signatures: [MemberSignature], height: UInt64 = 9) -> QuorumCertificate {
      QuorumCertificate(
        kind: .commit, height: height, view: 2, block: .zero, stateRoot: .zero,
        signatures: signatures)
    }
    let stranger = MemberSignature(member: 4, signature: good[0].signature)
    #expect(throws: CertificateError.unknownMember(4, setCount: 4)) {
      try with(good + [stranger]).verify(in: fixture.set, chain: chain)
    }
    #expect(throws: CertificateError.repeatedMember(1)) {
      try with([good[0], good[1], good[1]]).verify(in: fixture.set, chain: chain)
    }
    #expect(throws: CertificateError.beforeSet(height: 4, firstHeight: 5)) {
      try with(good, height: 4).verify(in: fixture.set, chain: chain)
    }
    #expect(throws: CertificateError.noQuorum(signatures: 0, quorum: 3)) {
      try with([]).verify(in: fixture.set, chain: chain)
    }
  }

  @Test("a certificate decides its own header only, under the set that the header names")
  func header() throws {
    let fixture = try fixture(4)
    let good = certificate(fixture, signers: 0..<4)
    var other = fixture.header
    other.timestamp &+= 1
    #expect(
      throws: CertificateError.wrongBlock(certificate: good.block, header: other.hash(chain))
    ) {
      try good.verify(deciding: other, in: fixture.set, chain: chain)
    }
    other.height = 10
    #expect(throws: CertificateError.wrongHeight(certificate: 9, header: 10)) {
      try good.verify(deciding: other, in: fixture.set, chain: chain)
    }
    let prepared = certificate(fixture, signers: 0..<4, kind: .prepare)
    try prepared.verify(in: fixture.set, chain: chain)
    #expect(throws: CertificateError.notCommit) {
      try prepared.verify(deciding: fixture.header, in: fixture.set, chain: chain)
    }
    let strangers = try self.fixture(4, seed: 2).set
    #expect(
      throws: CertificateError.wrongSet(
        header: fixture.set.hash(chain), set: strangers.hash(chain))
    ) {
      try good.verify(deciding: fixture.header, in: strangers, chain: chain)
    }
  }
}
