import CatchUp
import Consensus
import Dissemination
import LedgerCore
import Replica

/// Messages of which one field is off: by one, or an older value.
struct Mutations: Adversary {
  /// How many of a thousand frames.
  let permille: UInt64

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard hand.random.happens(permille: permille) else { return [Outgoing(frame.bytes)] }
    if case .vote(let vote)? = frame.consensus, hand.isOwn(vote) {
      return [Outgoing(.vote(mutate(vote, &hand)))]
    }
    if let (block, isFresh) = hand.ownProposal(frame), isFresh, let message = frame.consensus,
      let forged = hand.proposal(of: mutate(block, &hand), like: message)
    {
      return [Outgoing(forged)]
    }
    var bytes = frame.bytes
    // What floods is mutated, too, and may be nothing.
    guard !bytes.isEmpty else { return [Outgoing(bytes)] }
    let place = hand.random.index(bytes.count)
    bytes[place] = hand.random.happens(permille: 500) ? bytes[place] &+ 1 : bytes[place] &- 1
    return [Outgoing(bytes)]
  }

  private func mutate(_ vote: Vote, _ hand: inout AdversaryHand) -> Vote {
    let older = hand.votes.isEmpty ? vote : hand.votes[hand.random.index(hand.votes.count)]
    let statement = vote.statement
    switch hand.random.index(7) {
    case 0:
      return hand.sign(
        VoteStatement(
          height: statement.height &+ 1, view: statement.view, content: statement.content))
    case 1:
      return hand.sign(
        VoteStatement(
          height: statement.height &- 1, view: statement.view, content: statement.content))
    case 2:
      return hand.sign(
        VoteStatement(
          height: statement.height, view: statement.view &+ 1, content: statement.content))
    case 3:
      return hand.sign(
        VoteStatement(
          height: statement.height, view: statement.view &- 1, content: statement.content))
    case 4: return hand.sign(older.statement.content, like: vote)
    case 5:
      return Vote(
        statement: statement, member: UInt16((hand.member + 1) % hand.set.count),
        signature: vote.signature)
    default:
      return Vote(statement: statement, member: vote.member, signature: older.signature)
    }
  }

  private func mutate(_ block: Block, _ hand: inout AdversaryHand) -> Block {
    var header = block.header
    var runs = block.runs
    switch hand.random.index(8) {
    case 0: header.height &+= 1
    case 1: header.parent = SHA256.hash(header.parent.bytes.array)
    case 2: header.author = hand.set.members[(hand.member + 1) % hand.set.count].account
    case 3: header.validatorsHash = header.bundlesRoot
    case 4: header.nextValidatorsHash = header.parent
    case 5: if !header.parentCommits.isEmpty { header.parentCommits.removeFirst() }
    case 6: header.lateCommits.append(LateCommits(height: .max, commits: header.parentCommits))
    default:
      guard let run = runs.first else { break }
      runs[0] = BundleRun(
        author: run.author, incarnation: run.incarnation, firstNumber: run.firstNumber &+ 1,
        digests: run.digests)
      header.bundlesRoot = BundleRun.root(runs)
    }
    return Block(header: header, runs: runs)
  }
}

/// Much of everything, beside what its replica says.
struct Floods: Adversary {
  let permille: UInt64
  /// So many more, over the whole run.
  private var left = 2_000

  init(permille: UInt64) { self.permille = permille }

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard left > 0, hand.random.happens(permille: permille) else {
      return [Outgoing(frame.bytes)]
    }
    let count = 1 + hand.random.index(12)
    left -= count
    return [Outgoing(frame.bytes)] + (0..<count).map { _ in Outgoing(junk(&hand)) }
  }

  private func junk(_ hand: inout AdversaryHand) -> [UInt8] {
    let digest = Digest(Bytes32(hand.random.bytes(32)) ?? .zero)
    let height = (hand.votes.last?.height ?? 1) &+ hand.random.within(0...6)
    switch hand.random.index(7) {
    case 0, 1: return hand.sent.isEmpty ? [] : hand.sent[hand.random.index(hand.sent.count)]
    case 2: return hand.random.bytes(hand.random.index(200))
    case 3:
      let inquiry = Inquiry(height: height, view: hand.random.next(), needsBlock: true)
      return PeerMessage.consensus(.inquiry(inquiry)).bytes
    case 4:
      let statement = VoteStatement(
        height: height, view: hand.random.within(0...40),
        content: .commit(block: digest, stateRoot: digest))
      return PeerMessage.consensus(.vote(hand.sign(statement))).bytes
    case 5: return PeerMessage.dissemination(.fetch([digest])).bytes
    default:
      return PeerMessage.catchUp(.getBlocks(from: hand.random.within(0...height), count: 16)).bytes
    }
  }
}
