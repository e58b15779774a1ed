import LedgerCore
import NodeAnswers
import Testing

@testable import LedgerClient

@Suite("Following the validator set from genesis")
struct SetFollowingTests {
  private let story: ChangingChain
  private let chain = ChangingChain.chain

  init() throws { story = try ChangingChain() }

  private func error(_ changes: SetChange...) -> VerificationError? {
    do throws(VerificationError) {
      _ = try story.anchor.following(changes)
      return nil
    } catch { return error }
  }

  private func hash(_ index: Int) -> Digest { story.sets[index].hash(chain) }

  @Test("each set leads to the next, and blocks are judged by the set of their height")
  func steps() throws {
    let proof = try story.proven.proof(of: story.proven.present)
    let wrong = VerificationError.certificate(.wrongSet(header: hash(2), set: hash(0)))
    #expect(throws: wrong) {
      try story.anchor.verify(accountProof: proof, of: story.proven.present)
    }
    let anchor = try story.anchor.following(story.changes)
    #expect(anchor.validators == story.sets[2] && anchor.earlier == Array(story.sets[..<2]))
    let proven = try anchor.verify(accountProof: proof, of: story.proven.present)
    #expect(proven.record == story.proven.record && proven.validators == story.sets[2])
    #expect(anchor.set(deciding: 0) == nil)
    for (height, index) in [(1, 0), (6, 0), (7, 1), (9, 1), (10, 2), (1_000, 2)] {
      #expect(anchor.set(deciding: UInt64(height)) == story.sets[index], "\(height)")
    }
    for change in story.changes {
      let old = try anchor.verify(certificate: change.certificate, header: change.header)
      #expect(old.header == change.header)
    }
  }

  @Test("a past set decides nothing after its last height, though a quorum of it signs")
  func leaked() throws {
    let anchor = try story.anchor.following(story.changes)
    let header = ChangingChain.header(story.sets[0], before: story.sets[0], height: 12)
    let certificate = try ChangingChain.certificate(header, story.sets[0])
    #expect(
      throws: VerificationError.certificate(.wrongSet(header: hash(0), set: hash(2)))
    ) { try anchor.verify(certificate: certificate, header: header) }
    // Nor can it lead anywhere else.
    let other = try ChangingChain.change(
      story.sets[0], to: try ChangingChain.set(11...14, from: 13))
    #expect(
      throws: VerificationError.setChange(
        height: 12, .certificate(.wrongSet(header: hash(0), set: hash(2))))
    ) { try anchor.following(other) }
  }

  @Test("a step that is left out, or repeated, or goes back is refused")
  func order() {
    let (first, second) = (story.changes[0], story.changes[1])
    #expect(error(first, second) == nil)
    #expect(
      error(second)
        == .setChange(height: 9, .certificate(.wrongSet(header: hash(1), set: hash(0)))))
    #expect(
      error(first, first)
        == .setChange(height: 6, .certificate(.wrongSet(header: hash(0), set: hash(1)))))
    #expect(
      error(first, second, first)
        == .setChange(height: 6, .certificate(.wrongSet(header: hash(0), set: hash(2)))))
  }

  @Test("a certificate of too few, of one member often, of others or of prepares is no step")
  func quorum() throws {
    let honest = story.changes[0]
    func step(_ certificate: QuorumCertificate) -> VerificationError? {
      error(SetChange(header: honest.header, certificate: certificate, next: honest.next))
    }
    func sign(_ signers: [Int], _ kind: QuorumCertificate.Kind = .commit) throws
      -> QuorumCertificate
    { try ChangingChain.certificate(honest.header, story.sets[0], signers: signers, kind: kind) }
    func expected(_ error: CertificateError) -> VerificationError {
      .setChange(height: 6, .certificate(error))
    }
    #expect(step(try sign([1, 2, 3])) == nil)
    #expect(step(try sign([0, 1])) == expected(.noQuorum(signatures: 2, quorum: 3)))
    #expect(step(try sign([0, 1, 1])) == expected(.repeatedMember(1)))
    #expect(step(try sign([0, 1, 2], .prepare)) == expected(.notCommit))
    // The next set signs itself in.
    let own = try ChangingChain.certificate(honest.header, story.sets[1], signers: [0, 1, 2])
    guard case .setChange(6, .certificate(.badSignatures(let members)))? = step(own) else {
      Issue.record("\(step(own) as Any)")
      return
    }
    #expect(!members.isEmpty)
    let elsewhere = try ChangingChain.certificate(
      honest.header, story.sets[0], chain: ChainID(.zero))
    #expect(step(elsewhere) != nil)
  }

  @Test("another set than the header names cannot be put in its place")
  func swapped() throws {
    let honest = story.changes[0]
    let other = try ChangingChain.set(11...14, from: 7)
    #expect(
      error(SetChange(header: honest.header, certificate: honest.certificate, next: other))
        == .setChange(height: 6, .wrongNextSet(header: hash(1), set: other.hash(chain))))
    var header = honest.header
    header.nextValidatorsHash = other.hash(chain)
    #expect(
      error(SetChange(header: header, certificate: honest.certificate, next: other))
        == .setChange(
          height: 6,
          .certificate(
            .wrongBlock(certificate: honest.certificate.block, header: header.hash(chain)))))
  }

  @Test("the next set begins where the last block ends, and that block is not below its own set")
  func heights() throws {
    for first: UInt64 in [0, 5, 6, 8] {
      let next = try ChangingChain.set(3...7, from: first)
      let header = ChangingChain.header(story.sets[0], before: next, height: 6)
      let certificate = try ChangingChain.certificate(header, story.sets[0])
      #expect(
        error(SetChange(header: header, certificate: certificate, next: next))
          == .setChange(height: 6, .wrongFirstHeight(first, lastHeight: 6)))
    }
    // The same set again, which is no change.
    let header = ChangingChain.header(story.sets[0], before: story.sets[0], height: 6)
    let certificate = try ChangingChain.certificate(header, story.sets[0])
    #expect(
      error(SetChange(header: header, certificate: certificate, next: story.sets[0]))
        == .setChange(height: 6, .wrongFirstHeight(1, lastHeight: 6)))
    let next = try ChangingChain.set(1...4, from: 4)
    let early = ChangingChain.header(story.sets[1], before: next)
    let step = SetChange(
      header: early, certificate: try ChangingChain.certificate(early, story.sets[1]), next: next)
    #expect(
      error(story.changes[0], step)
        == .setChange(height: 3, .certificate(.beforeSet(height: 3, firstHeight: 7))))
  }

  @Test("no digit of what a node shows can be another")
  func flips() throws {
    let honest = story.answers[0]
    #expect(try story.anchor.following([honest]).validators == story.sets[1])
    let fields: [WritableKeyPath<SetChangeAnswer, String>] = [
      \.validatorsHash, \.validators, \.header, \.certificate,
    ]
    var count = 0
    for field in fields {
      for (index, digit) in honest[keyPath: field].utf8.enumerated() {
        var lying = honest
        var digits = Array(honest[keyPath: field].utf8)
        digits[index] = digit == UInt8(ascii: "0") ? UInt8(ascii: "1") : UInt8(ascii: "0")
        lying[keyPath: field] = String(decoding: digits, as: UTF8.self)
        #expect(throws: VerificationError.self, "\(field) digit \(index)") {
          try story.anchor.following([lying])
        }
        count += 1
      }
    }
    #expect(count > 1_500)
    var lying = honest
    lying.height += 1
    #expect(throws: VerificationError.differs("height")) {
      try story.anchor.following([lying])
    }
  }

  @Test("trust is old when the bonds of its ER Nodes may be unlocked, or nobody knows its age")
  func age() {
    let validators = story.anchor.validators
    let anchor = TrustAnchor(
      chain: chain, validators: validators, network: .test, trustedAt: 1_000)
    #expect(!anchor.isOld(at: 0))
    #expect(!anchor.isOld(at: 1_000 + TrustAnchor.trustMillisecondsMax))
    #expect(anchor.isOld(at: 1_001 + TrustAnchor.trustMillisecondsMax))
    #expect(story.anchor.isOld(at: 0))
  }

  // MARK: Through nodes

  /// A node at the proof's height that shows changes one page each, or what else is asked.
  private func node(
    _ answers: [SetChangeAnswer], height: UInt64 = ProvenChain.height
  ) throws -> ScriptedNode.Script {
    let proof = try story.proven.proof(of: story.proven.present)
    let lasts = answers.map(\.height)
    return { request in
      switch request.path {
      case "/v1/status": return .json(TestAnswers.status(height: height))
      case let path where path.hasPrefix("/v1/accounts/"): return .json(["proof": proof])
      case let path where path.hasPrefix("/v1/validators/changes?after="):
        guard let after = UInt64(path.split(separator: "=")[1]) else { return .hangUp }
        guard let index = lasts.firstIndex(where: { $0 > after }) else {
          return after == 9
            ? .json(PageAnswer(items: [SetChangeAnswer]())) : .problem(410, "not_kept")
        }
        return .json(PageAnswer(items: [answers[index]], next: "\(lasts[index])"))
      default: return .problem(404, "not_found")
      }
    }
  }

  @Test("a ledger asks for the changes once, and proves what the last set has signed")
  func ledger() async throws {
    try await ScriptedNode.with([try node(story.answers)]) { nodes in
      let ledger = try await Ledger.connect(to: [nodes[0].address], trust: story.anchor)
      for _ in 0..<3 {
        let proven = try await ledger.provenAccount(story.proven.present)
        #expect(proven.record == story.proven.record && proven.validators == story.sets[2])
      }
      #expect(ledger.trust?.validators == story.sets[2])
      #expect(
        nodes[0].asked.map(\.path).filter { $0.contains("changes") }
          == ["/v1/validators/changes?after=0", "/v1/validators/changes?after=6"])
      await ledger.close()
    }
  }

  @Test("a node that lies about a step is passed over, and so is one that has lost it")
  func liars() async throws {
    var forged = story.answers
    forged[1].validators = story.answers[0].validators
    let scripts = [
      try node(forged, height: 99), try node([], height: 98), try node(story.answers),
    ]
    try await ScriptedNode.with(scripts) { nodes in
      let ledger = try await Ledger.connect(to: nodes.map(\.address), trust: story.anchor)
      let proven = try await ledger.provenAccount(story.proven.present)
      #expect(proven.record == story.proven.record)
      _ = try await ledger.provenAccount(story.proven.present)
      #expect(nodes[0].count("/v1/accounts") == 1)
      await ledger.close()
      for index in 0..<2 {
        let alone = try await Ledger.connect(to: [nodes[index].address], trust: story.anchor)
        let error = await #expect(throws: ClientError.self) {
          try await alone.provenAccount(story.proven.present)
        }
        switch error {
        case .notProved(let failures)? where index == 0:
          #expect(failures[0].reason.contains("The change of set after height 9 is not proved"))
        case .refused(410, "not_kept", _, _)? where index == 1: break
        default: Issue.record("\(error as Any)")
        }
        await alone.close()
      }
    }
  }

  @Test("a node that shows no change, or the same one for ever, ends the search")
  func endless() async throws {
    let first = story.answers[0]
    let proof = try story.proven.proof(of: story.proven.present)
    for pages in [[first], []] {
      let script: ScriptedNode.Script = { request in
        switch request.path {
        case "/v1/status": .json(TestAnswers.status(height: ProvenChain.height))
        case let path where path.hasPrefix("/v1/accounts/"): .json(["proof": proof])
        default: .json(PageAnswer(items: pages))
        }
      }
      try await ScriptedNode.with([script]) { nodes in
        let ledger = try await Ledger.connect(to: [nodes[0].address], trust: story.anchor)
        let error = await #expect(throws: ClientError.self) {
          try await ledger.provenAccount(story.proven.present)
        }
        guard case .notProved? = error else {
          Issue.record("\(error as Any)")
          return
        }
        #expect(nodes[0].count("/v1/validators/changes") == pages.count + 1)
        await ledger.close()
      }
    }
  }
}
