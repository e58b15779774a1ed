import LedgerCore
import Testing

@Suite("Evidence in bytes")
struct EvidenceBytesTests {
  @Test("evidence reads back as it was written, and never from changed or cut bytes as the same")
  func roundTrip() throws {
    var samples = CoreSamples(seed: 41)
    for _ in 0..<200 {
      let evidence = samples.evidence()
      let bytes = evidence.bcs
      #expect(try Evidence(bcs: bytes) == evidence)
      for length in [0, 1, bytes.count / 2, bytes.count - 1] {
        #expect(throws: BCSError.self) { try Evidence(bcs: Array(bytes.prefix(length))) }
      }
      for _ in 0..<20 {
        var changed = bytes
        changed[samples.next(below: bytes.count)] ^= UInt8(1 + samples.next(below: 255))
        guard let other = try? Evidence(bcs: changed) else { continue }
        #expect(other != evidence)
        #expect(other.bcs == changed)
      }
    }
  }

  @Test("noise is refused, or read as something that writes the same bytes")
  func noise() {
    var samples = CoreSamples(seed: 42)
    for length in 0..<400 {
      let rest = samples.list(1...500) { UInt8(truncatingIfNeeded: $0.next()) }
      let bytes = [UInt8(length % 3)] + rest
      guard let evidence = try? Evidence(bcs: bytes) else { continue }
      #expect(evidence.bcs == bytes)
    }
  }

  @Test("a pair in the wrong order, of one statement, or that proves nothing is no evidence")
  func pairs() throws {
    var samples = CoreSamples(seed: 43)
    func vote(_ height: UInt64, _ view: UInt64, _ content: VoteStatement.Content) -> Vote {
      Vote(
        statement: VoteStatement(height: height, view: view, content: content), member: 3,
        signature: samples.signature())
    }
    func refused(_ first: Vote, _ second: Vote) -> Bool {
      (try? Evidence(bcs: [0] + first.bcs + second.bcs)) == nil
    }
    let (one, other): (Digest, Digest) = (samples.id(), samples.id())
    let left = vote(7, 0, .prepare(block: one, stateRoot: one))
    let right = vote(7, 0, .prepare(block: other, stateRoot: one))
    let evidence = try #require(VoteEvidence(left, right))
    #expect(!refused(evidence.first, evidence.second))
    #expect(refused(evidence.second, evidence.first))
    // The same statement with another signature is the same vote.
    #expect(refused(left, vote(7, 0, .prepare(block: one, stateRoot: one))))
    #expect(refused(left, vote(8, 0, .prepare(block: other, stateRoot: one))))
    #expect(refused(left, vote(7, 1, .prepare(block: other, stateRoot: one))))
    #expect(refused(left, vote(7, 0, .commit(block: other, stateRoot: one))))
    let commit = vote(7, 2, .commit(block: one, stateRoot: one))
    let knows = PreparedReference(view: 2, block: one)
    #expect(refused(commit, vote(7, 3, .viewChange(prepared: knows))))
    #expect(!refused(commit, vote(7, 3, .viewChange(prepared: nil))))
    #expect(refused(vote(7, 3, .viewChange(prepared: nil)), commit))
  }

  @Test("two signatures of one key over one statement accuse nobody, whatever their bytes")
  func malleability() throws {
    // R + a point of order 8: under ZIP-215 a key's holder can sign one statement anew at will.
    var samples = CoreSamples(seed: 44)
    let validators = samples.validators(4)
    let (set, keys) = try #require(validators)
    let chain: ChainID = samples.id()
    let statement = VoteStatement(
      height: 5, view: 0, content: .commit(block: samples.id(), stateRoot: samples.id()))
    let signature = keys[1].sign(
      domain: .commit, chain: chain, message: statement.message[...])
    let one = Vote(statement: statement, member: 1, signature: signature)
    let again = Vote(statement: statement, member: 1, signature: samples.signature())
    #expect(VoteEvidence(one, again) == nil)
    let other = VoteStatement(
      height: 5, view: 0, content: .commit(block: samples.id(), stateRoot: samples.id()))
    let second = Vote(
      statement: other, member: 1,
      signature: keys[1].sign(domain: .commit, chain: chain, message: other.message[...]))
    let evidence = Evidence.votes(try #require(VoteEvidence(one, second)))
    let offender = try #require(evidence.offender(in: set))
    #expect(offender == set.members[1])
    #expect(evidence.isProof(against: offender, chain: chain))
    #expect(!evidence.isProof(against: set.members[0], chain: chain))
    #expect(!evidence.isProof(against: offender, chain: samples.id()))
  }

  @Test("a report may carry the longest transaction; no other transaction may be longer than that")
  func sizes() throws {
    var samples = CoreSamples(seed: 45)
    let chain: ChainID = samples.id()
    func evidence(_ count: Int) -> BundleEvidence? {
      BundleEvidence(
        header: BundleHeader(
          author: samples.id(), incarnation: 1, number: 1, birthHeight: 1, transactionCount: 1,
          transactionBytes: 1, transactionsRoot: samples.id()),
        signature: samples.signature(), transaction: Array(repeating: 7, count: count),
        proof: InclusionProof(
          leafIndex: 0, treeSize: .max, siblings: samples.list(64...64) { $0.id() }))
    }
    func report(_ count: Int) throws -> Transaction {
      let evidence = evidence(count)
      let bundle = try #require(evidence)
      let body = TransactionBody.report(
        .bundle(bundle), by: samples.id(), validUntil: 9, chain: chain)
      return try Transaction(
        body: body,
        senderAuthorizations: [Authorization(key: samples.id(), signature: samples.signature())])
    }
    let longest = try report(Limits.transactionBytesMax)
    #expect(longest.bytes.count > Limits.transactionBytesMax)
    #expect(longest.bytes.count <= Limits.reportBytesMax)
    #expect(try Transaction(decoding: longest.bytes).body == longest.body)
    #expect(longest.body.report != nil)
    let carried = try #require(longest.body.report)
    let operation = Operation.setAuthority(
      SetAuthority(authority: Authority(simple: samples.id())))
    #expect(throws: BCSError.self) {
      try Transaction(
        body: TransactionBody(
          chain: chain, sender: samples.id(), sequence: 1, validUntil: 9, chargeMax: .zero,
          feeMax: .zero,
          operations: [operation, .reportOffence(ReportOffence(evidence: carried))]),
        senderAuthorizations: [Authorization(key: samples.id(), signature: samples.signature())])
    }
    let tooLong = evidence(Limits.transactionBytesMax + 1)
    #expect(tooLong == nil)
  }
}
