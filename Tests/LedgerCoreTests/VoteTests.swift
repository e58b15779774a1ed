import Testing

@testable import LedgerCore

@Suite("Votes")
struct VoteTests {
  private let chain = ChainID(.zero)

  @Test("votes and certificates have one encoding")
  func canonical() throws {
    try expectCanonical(Vote.self, rounds: 40) { $0.vote() }
    try expectCanonical(QuorumCertificate.self) { $0.certificate() }
    try expectCanonical(CommitSignature.self) {
      CommitSignature(member: 3, view: $0.u64(), signature: $0.signature())
    }
  }

  @Test("unknown kinds of vote and certificate are refused")
  func unknownKinds() {
    var samples = CoreSamples(seed: 2)
    var vote = samples.vote().bcs
    vote[0] = 5
    #expect(failure { () throws(BCSError) in _ = try Vote(bcs: vote) }?.reason == .unknownTag(5))
    var certificate = samples.certificate().bcs
    certificate[0] = 2
    #expect(
      failure { () throws(BCSError) in _ = try QuorumCertificate(bcs: certificate) }
        == BCSError(.unknownTag(2), field: "certificate kind", offset: 0))
  }

  @Test("the watermark orders height, then view, then the five kinds")
  func positions() {
    let kinds: [VoteKind] = [.viewChange, .newView, .prePrepare, .prepare, .commit]
    #expect(kinds == kinds.sorted() && kinds == VoteKind.allCases)
    var positions: [VotePosition] = []
    for height in [1, 2, .max] as [UInt64] {
      for view in [0, 1, .max] as [UInt64] {
        for kind in kinds {
          positions.append(VotePosition(height: height, view: view, kind: kind))
        }
      }
    }
    for (index, position) in positions.enumerated() {
      for (other, later) in positions.enumerated() {
        #expect((position < later) == (index < other))
      }
    }
  }

  @Test("no two kinds, chains or contents are signed as the same bytes")
  func domains() {
    var samples = CoreSamples(seed: 3)
    let other: ChainID = samples.id()
    let contents: [VoteStatement.Content] = [
      .viewChange(prepared: nil),
      .viewChange(prepared: PreparedReference(view: 0, block: .zero)),
      .newView(viewChanges: .zero, block: .zero), .prePrepare(block: .zero),
      .prepare(block: .zero, stateRoot: .zero), .commit(block: .zero, stateRoot: .zero),
    ]
    var signed: Set<[UInt8]> = []
    for content in contents {
      for view in [0, 1] as [UInt64] {
        for chain in [chain, other] {
          let statement = VoteStatement(height: 1, view: view, content: content)
          signed.insert(statement.prefix(chain) + statement.message)
        }
      }
    }
    #expect(signed.count == contents.count * 4)
    let tags = SigningDomain.allCases.map(\.rawValue)
    for tag in tags {
      #expect(!tags.contains { $0 != tag && $0.hasPrefix(tag) }, "\(tag) begins another tag")
    }
  }

  @Test("a vote is checked with the key of its member, and one of no member is not")
  func checks() throws {
    var samples = CoreSamples(seed: 4)
    let made = samples.validators(4)
    let (set, keys) = try #require(made)
    let statement = VoteStatement(height: 3, view: 1, content: .prePrepare(block: .zero))
    let signature = keys[2].sign(
      domain: .prePrepare, chain: chain, message: statement.message[...])
    let vote = Vote(statement: statement, member: 2, signature: signature)
    let check = try #require(vote.check(in: set))
    #expect(Ed25519.verify(check, chain: chain))
    let wrong = try #require(
      Vote(statement: statement, member: 1, signature: signature).check(in: set))
    #expect(!Ed25519.verify(wrong, chain: chain))
    #expect(Vote(statement: statement, member: 4, signature: signature).check(in: set) == nil)
  }
}
