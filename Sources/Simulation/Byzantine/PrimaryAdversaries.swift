import Consensus
import LedgerCore
import Replica

/// Two blocks for one view: one for half of the peers, one for the others.
struct EquivocatingPrimary: Adversary {
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard !peer.isMultiple(of: 2), let (block, isFresh) = hand.ownProposal(frame), isFresh,
      let other = hand.variant(of: block), let message = frame.consensus,
      let forged = hand.proposal(of: other, like: message)
    else { return [Outgoing(frame.bytes)] }
    // Some see both, and can prove it.
    return frame.lot < 64 ? [Outgoing(forged), Outgoing(frame.bytes)] : [Outgoing(forged)]
  }
}

/// No proposal, for anybody or for some.
struct SilentPrimary: Adversary {
  let isPartial: Bool

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard hand.ownProposal(frame) != nil, !isPartial || peer.isMultiple(of: 2) else {
      return [Outgoing(frame.bytes)]
    }
    return []
  }
}

/// Proposals that come just in time, or just too late.
struct LatePrimary: Adversary {
  let delayMilliseconds: UInt64

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    [
      Outgoing(
        frame.bytes, delayMilliseconds: hand.ownProposal(frame) == nil ? 0 : delayMilliseconds)
    ]
  }
}

/// Timestamps of other slots, or of none.
struct WrongTime: Adversary {
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard let (block, isFresh) = hand.ownProposal(frame), isFresh, let message = frame.consensus
    else { return [Outgoing(frame.bytes)] }
    var header = block.header
    let interval = hand.intervalMilliseconds
    switch frame.lot % 8 {
    case 0: header.timestamp &+= interval
    case 1: header.timestamp &-= interval
    case 2: header.timestamp &+= 1
    case 3: header.timestamp &-= 1
    case 4: header.timestamp &+= 1_000 &* interval
    case 5: header.timestamp = .max
    case 6: header.timestamp = 0
    default: return [Outgoing(frame.bytes)]
    }
    let other = Block(header: header, runs: block.runs)
    return hand.proposal(of: other, like: message).map { [Outgoing($0)] } ?? []
  }
}

/// A NEW-VIEW that hides what was prepared: its own VIEW-CHANGE says nothing, those of others that
/// say something are left out, and a fresh block is proposed instead.
struct OmittingNewView: Adversary {
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard case .newView(let message)? = frame.consensus, hand.isOwn(message.vote),
      message.certificate != nil
    else { return [Outgoing(frame.bytes)] }
    var wishes = (message.viewChanges + hand.viewChanges).filter {
      $0.height == message.vote.height && $0.view == message.vote.view && !hand.isOwn($0)
        && $0.statement.content == .viewChange(prepared: nil)
    }
    wishes.append(hand.sign(.viewChange(prepared: nil), like: message.vote))
    var chosen: [Vote] = []
    for vote in wishes.sorted(by: { $0.member < $1.member })
    where vote.member != chosen.last?.member {
      chosen.append(vote)
    }
    // Too few: the others are named, and denied.
    if chosen.count < hand.set.quorum { chosen = message.viewChanges }
    guard let block = hand.variant(of: message.block) else { return [] }
    return [Outgoing(.newView(hand.newView(of: block, chosen, nil, like: message.vote)))]
  }
}
