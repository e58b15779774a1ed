import Consensus
import LedgerCore
import Testing

@Suite("Messages as bytes")
struct MessageTests {
  let members = Members(7)

  var all: [ConsensusMessage] {
    let block = members.block(author: 0)
    let record = members.record(block)
    let changes = (0..<5).map { members.viewChange($0, to: 1, prepared: record) }
    return [
      .proposal(members.proposal(block, by: 0)), .vote(members.prepare(3, block, view: 2)),
      .vote(members.commit(3, block)), .viewChange(members.viewChange(1, to: 4)),
      .viewChange(changes[2]),
      .newView(
        members.newView(1, changes: changes, block: block, certificate: record.certificate)),
      .newView(
        members.newView(
          2, changes: (1..<6).map { members.viewChange($0, to: 2) },
          block: members.block(author: 2, content: nil), certificate: nil)),
      .decided(Decided(certificate: members.certificate(.commit, block), block: block)),
      .decided(Decided(certificate: members.certificate(.commit, block), block: nil)),
      .inquiry(Inquiry(height: 7, view: 3, needsBlock: true)),
    ]
  }

  @Test("every message reads back as it was written")
  func roundTrips() throws {
    for message in all {
      #expect(try ConsensusMessage(decoding: message.bcs[...]) == message)
    }
  }

  @Test("no message reads from part of its bytes, or with bytes after it")
  func truncated() {
    for message in all {
      let bytes = message.bcs
      for count in stride(from: 0, to: bytes.count, by: bytes.count > 800 ? 37 : 1) {
        #expect(throws: BCSError.self) { try ConsensusMessage(decoding: bytes.prefix(count)) }
      }
      #expect(throws: BCSError.self) { try ConsensusMessage(decoding: (bytes + [0])[...]) }
    }
  }

  @Test("whatever bytes read as a message are that message's one encoding")
  func hostileBytes() {
    var random = SplitMix(seed: 1)
    var accepted = 0
    for message in all {
      let bytes = message.bcs
      for _ in 0..<400 {
        var changed = bytes
        for _ in 0...random.below(3) {
          changed[Int(random.below(UInt64(changed.count)))] = UInt8(random.below(256))
        }
        if let read = try? ConsensusMessage(decoding: changed[...]) {
          accepted += 1
          #expect(read.bcs == changed)
        }
      }
      let noise = (0..<300).map { _ in UInt8(random.below(256)) }
      if let read = try? ConsensusMessage(decoding: noise[...]) { #expect(read.bcs == noise) }
    }
    #expect(accepted > 0)
  }

  @Test("a kind of vote that does not belong where it stands is refused")
  func wrongKinds() {
    let block = members.block(author: 0)
    let record = members.record(block)
    let commits = members.certificate(.commit, block)
    let change = members.viewChange(1, to: 1)
    let wrong: [ConsensusMessage] = [
      .vote(change.vote), .proposal(Proposal(vote: change.vote, block: block)),
      .viewChange(ViewChange(vote: members.prepare(1, block), prepared: nil)),
      .decided(Decided(certificate: record.certificate, block: nil)),
      .newView(members.newView(1, changes: [change], block: block, certificate: commits)),
    ]
    for message in wrong {
      #expect(throws: BCSError.self) { try ConsensusMessage(decoding: message.bcs[...]) }
    }
  }

  @Test("view changes out of order, and an unknown kind, are refused with field and offset")
  func unsorted() throws {
    let block = members.block(author: 1)
    let changes = (0..<5).map { members.viewChange($0, to: 1).vote }
    let newView = members.newView(1, changes: [], block: block, certificate: nil)
    let message = ConsensusMessage.newView(
      NewView(
        vote: newView.vote, viewChanges: changes.reversed(), certificate: nil,
        prePrepare: newView.prePrepare, block: block))
    let error = #expect(throws: BCSError.self) {
      try ConsensusMessage(decoding: message.bcs[...])
    }
    #expect(error?.reason == .unsorted)
    #expect(error?.field == "view changes")
    let unknown = #expect(throws: BCSError.self) { try ConsensusMessage(decoding: [6]) }
    #expect(unknown == BCSError(.unknownTag(6), field: "message kind", offset: 0))
  }

  @Test("the longest possible message is within the limit, and longer input is not read")
  func sizes() {
    let big = Members(Limits.validatorsMax)
    let signature = big.keys[0].sign(prefix: [], message: [])
    let commits = (0..<Limits.validatorsMax).map {
      CommitSignature(member: UInt16($0), view: 1, signature: signature)
    }
    let late = (1...Limits.lateCommitHeightsMax).map {
      LateCommits(height: 100 - $0, commits: commits)
    }
    let digests = Array(repeating: Digest.zero, count: Limits.blockBundlesMax / 128)
    let runs = (0..<128).map { _ in
      BundleRun(author: big.account(0), incarnation: 1, firstNumber: 2, digests: digests)
    }
    var header = big.block(author: 0).header
    header.parentCommits = commits
    header.lateCommits = late
    let block = Block(header: header, runs: runs)
    let everyone = Array(0..<Limits.validatorsMax)
    let record = PreparedRecord(
      block: block, certificate: big.certificate(.prepare, block, by: everyone))
    let changes = everyone.map { big.viewChange($0, to: 1, prepared: record) }
    let newView = big.newView(1, changes: changes, block: block, certificate: record.certificate)
    let longest = ConsensusMessage.newView(newView).bcs.count
    #expect(longest <= ConsensusLimits.messageBytesMax)
    #expect(ConsensusMessage.viewChange(changes[0]).bcs.count < longest)
    let endless = [UInt8](repeating: 0, count: ConsensusLimits.messageBytesMax + 1)
    #expect(throws: BCSError.self) { try ConsensusMessage(decoding: endless[...]) }
  }

  @Test("a prepared record and evidence read back as they were written")
  func records() throws {
    let block = members.block(author: 0)
    let record = members.record(block, view: 3)
    #expect(try PreparedRecord(bcs: record.bcs) == record)
    let evidence = try #require(
      VoteEvidence(
        members.prepare(2, block), members.prepare(2, members.block(author: 0, content: 1))))
    #expect(try VoteEvidence(bcs: evidence.bcs) == evidence)
    let reversed = evidence.second.bcs + evidence.first.bcs
    #expect(throws: BCSError.self) { try VoteEvidence(bcs: reversed) }
  }
}
