import CatchUp
import Consensus
import LedgerCore
import Replica

/// PREPAREs and COMMITs with another state root.
struct WrongRoot: Adversary {
  let isPartial: Bool

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard case .vote(let vote)? = frame.consensus, hand.isOwn(vote),
      !isPartial || peer.isMultiple(of: 2)
    else { return [Outgoing(frame.bytes)] }
    switch vote.statement.content {
    case .prepare(let block, let root):
      let wrong = SHA256.hash(root.bytes.array)
      return [Outgoing(.vote(hand.sign(.prepare(block: block, stateRoot: wrong), like: vote)))]
    case .commit(let block, let root):
      let wrong = SHA256.hash(root.bytes.array)
      return [Outgoing(.vote(hand.sign(.commit(block: block, stateRoot: wrong), like: vote)))]
    default: return [Outgoing(frame.bytes)]
    }
  }
}

/// PREPAREs and COMMITs for blocks that nobody has seen.
struct UnknownBlocks: Adversary {
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard case .vote(let vote)? = frame.consensus, hand.isOwn(vote) else {
      return [Outgoing(frame.bytes)]
    }
    switch vote.statement.content {
    case .prepare(let block, let root):
      let other = SHA256.hash(block.bytes.array)
      return [Outgoing(.vote(hand.sign(.prepare(block: other, stateRoot: root), like: vote)))]
    case .commit(let block, let root):
      let other = SHA256.hash(block.bytes.array)
      return [Outgoing(.vote(hand.sign(.commit(block: other, stateRoot: root), like: vote)))]
    default: return [Outgoing(frame.bytes)]
    }
  }
}

/// A VIEW-CHANGE that knows of nothing prepared.
struct ForgetfulViewChange: Adversary {
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard case .viewChange(let message)? = frame.consensus, hand.isOwn(message.vote),
      message.prepared != nil
    else { return [Outgoing(frame.bytes)] }
    let vote = hand.sign(.viewChange(prepared: nil), like: message.vote)
    return [Outgoing(.viewChange(ViewChange(vote: vote, prepared: nil)))]
  }
}

/// Signs every PREPARE and COMMIT that comes, whatever it has signed before.
struct SignsEverything: Adversary {
  /// What was signed: once each, or two of these would answer each other for ever.
  private var signed: Set<VoteStatement> = []

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] { [Outgoing(frame.bytes)] }

  mutating func answers(to frame: AdversaryFrame, _ hand: inout AdversaryHand) -> [[UInt8]] {
    guard case .vote(let vote)? = frame.consensus, !hand.isOwn(vote),
      signed.insert(vote.statement).inserted
    else { return [] }
    let echo = hand.sign(vote.statement)
    var frames = [Outgoing(.vote(echo)).bytes]
    // And goes ahead of the others: COMMIT where they only PREPARE.
    if case .prepare(let block, let root) = vote.statement.content {
      frames.append(
        Outgoing(.vote(hand.sign(.commit(block: block, stateRoot: root), like: vote))).bytes)
    }
    return frames
  }
}

/// Certificates that are none, wherever one is shown.
struct ForgedCertificates: Adversary {
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    switch frame.message {
    case .consensus(.viewChange(let message))?:
      guard let record = message.prepared else { break }
      let forged = forge(record.certificate, &hand)
      let vote = hand.sign(
        .viewChange(prepared: PreparedReference(view: forged.view, block: forged.block)),
        like: message.vote)
      let shown = PreparedRecord(block: record.block, certificate: forged)
      return [Outgoing(.viewChange(ViewChange(vote: vote, prepared: shown)))]
    case .consensus(.newView(let message))?:
      guard let certificate = message.certificate, hand.isOwn(message.vote) else { break }
      let forged = forge(certificate, &hand)
      return [
        Outgoing(
          .newView(hand.newView(of: message.block, message.viewChanges, forged, like: message.vote))
        )
      ]
    case .consensus(.decided(let message))?:
      return [
        Outgoing(
          .decided(Decided(certificate: forge(message.certificate, &hand), block: message.block)))
      ]
    case .consensus(.vote(let vote))?:
      guard case .commit(let block, let root) = vote.statement.content, hand.isOwn(vote) else {
        break
      }
      // A decision by its own signature alone: many times over, or under everybody's names.
      let isRepeated = frame.lot < 128
      let certificate = QuorumCertificate(
        kind: .commit, height: vote.height, view: vote.view, block: block, stateRoot: root,
        signatures: (0..<hand.set.quorum).map {
          MemberSignature(
            member: isRepeated ? vote.member : UInt16($0), signature: vote.signature)
        })
      let tip = PeerMessage.catchUp(.tip(Tip(certificate)))
      return [
        Outgoing(.decided(Decided(certificate: certificate, block: nil))), Outgoing(tip.bytes),
        Outgoing(frame.bytes),
      ]
    case .catchUp(.tip(let tip))?:
      guard let certificate = tip.certificate else { break }
      return [Outgoing(PeerMessage.catchUp(.tip(Tip(forge(certificate, &hand)))).bytes)]
    default: break
    }
    return [Outgoing(frame.bytes)]
  }

  private func forge(
    _ certificate: QuorumCertificate, _ hand: inout AdversaryHand
  ) -> QuorumCertificate {
    var signatures = certificate.signatures
    var (view, height, root) = (certificate.view, certificate.height, certificate.stateRoot)
    switch hand.random.index(6) {
    case 0: signatures = Array(signatures.prefix(hand.set.quorum - 1))
    case 1:
      let first = signatures[0]
      signatures = signatures.map { _ in first }
    case 2: view += 1
    case 3: height += 1
    case 4: root = SHA256.hash(root.bytes.array)
    default:
      let last = signatures[signatures.count - 1]
      signatures[0] = MemberSignature(member: signatures[0].member, signature: last.signature)
    }
    return QuorumCertificate(
      kind: certificate.kind, height: height, view: view, block: certificate.block,
      stateRoot: root, signatures: signatures)
  }
}
