import LedgerCore
import Testing

@testable import Replica

@Suite("COMMITs in headers: which are named, and what must verify")
struct RecentBlocksTests {
  private let set: ValidatorSet

  init() throws {
    let members = (0..<4).map {
      Validator(account: AccountID(bytes($0 + 1)), consensusKey: PublicKey(bytes($0 + 11)))
    }
    set = try #require(ValidatorSet(firstHeight: 1, members: members))
  }

  private func commit(_ member: UInt16, view: UInt64 = 0, tag: UInt8 = 1) -> CommitSignature {
    CommitSignature(
      member: member, view: view, signature: Signature(r: bytes(tag), s: bytes(UInt8(member))))
  }

  private func block(_ height: UInt64) -> Digest { Digest(bytes(UInt8(100 + height))) }

  private func header(
    _ height: UInt64, _ parent: [CommitSignature], late: [LateCommits] = []
  ) -> BlockHeader {
    BlockHeader(
      height: height, timestamp: height, author: AccountID(bytes(1)), parent: block(height - 1),
      bundlesRoot: .zero, validatorsHash: .zero, nextValidatorsHash: .zero,
      parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
      parentStatement: .genesis, parentCommits: parent, lateCommits: late)
  }

  /// Blocks 1 … `height`, each decided by members 0, 1 and 2 and naming its parent's three.
  private func chain(_ height: UInt64) -> RecentBlocks {
    var recent = RecentBlocks()
    for next in 1...height {
      let parent = next == 1 ? [] : (0..<3).map { commit($0) }
      recent.append(
        hash: block(next),
        certificate: QuorumCertificate(
          kind: .commit, height: next, view: 0, block: block(next), stateRoot: .zero,
          signatures: (0..<3).map {
            MemberSignature(member: $0, signature: commit($0).signature)
          }),
        header: header(next, parent), set: set)
    }
    return recent
  }

  @Test("a header names every known COMMIT for its parent, and needs no check of known ones")
  func parentCommits() {
    var recent = chain(3)
    recent.addLate(commit(3), height: 3)
    let named = recent.commits(forHeaderAt: 4)
    #expect(named.parent.map(\.member) == [0, 1, 2, 3])
    #expect(named.late.isEmpty)
    #expect(recent.checks(for: header(4, named.parent))?.count == 0)
  }

  @Test("a COMMIT that came after the next header is named late, once")
  func lateOnce() {
    var recent = chain(3)
    recent.addLate(commit(3), height: 2)
    let named = recent.commits(forHeaderAt: 4)
    #expect(named.late == [LateCommits(height: 2, commits: [commit(3)])])
    recent.append(
      hash: block(4),
      certificate: QuorumCertificate(
        kind: .commit, height: 4, view: 0, block: block(4), stateRoot: .zero,
        signatures: [MemberSignature(member: 0, signature: commit(0).signature)]),
      header: header(4, named.parent, late: named.late), set: set)
    #expect(recent.commits(forHeaderAt: 5).late.isEmpty)
  }

  @Test("unknown COMMITs are checked, each over the block and root they are for")
  func unknown() {
    let recent = chain(3)
    let other = commit(1, tag: 9)
    let checks = recent.checks(for: header(4, [commit(0), other, commit(2), commit(3, view: 1)]))
    #expect(checks?.map(\.signature) == [other.signature, commit(3, view: 1).signature])
    #expect(checks?.map(\.key) == [set.members[1].consensusKey, set.members[3].consensusKey])
  }

  @Test("headers without a quorum of one view, with strangers, or with heights too old are refused")
  func refused() {
    let recent = chain(12)
    let quorum = (0..<3).map { commit($0) }
    #expect(recent.checks(for: header(13, quorum)) != nil)
    #expect(recent.checks(for: header(13, [commit(0), commit(1)])) == nil)
    #expect(recent.checks(for: header(13, [commit(0), commit(1), commit(2, view: 1)])) == nil)
    #expect(recent.checks(for: header(13, quorum + [commit(4)])) == nil)
    #expect(recent.checks(for: header(14, quorum)) == nil)
    for height: UInt64 in [0, 3, 12, 13, .max] {
      let late = [LateCommits(height: height, commits: [commit(3)])]
      #expect(recent.checks(for: header(13, quorum, late: late)) == nil)
    }
    let late = [LateCommits(height: 4, commits: [commit(3)])]
    #expect(recent.checks(for: header(13, quorum, late: late))?.count == 1)
  }

  @Test("only as many blocks are remembered as headers may name")
  func bounded() {
    #expect(chain(40).entries.map(\.height) == Array(32...40))
  }
}
