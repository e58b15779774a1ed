import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState

/// One node's logic, whole: consensus, dissemination and catching up, joined with the rules over
/// the authenticated state. No I/O: events in, effects out, one thread.
///
/// A full node's is the same without an account: consensus has no height to decide, dissemination
/// no bundle to make, and every block comes certified, by way of catching up.
///
/// A block's way: `.execute` from consensus → bundles and header COMMITs are there → rules give a
/// delta, the tree its root → the root goes back to consensus → `.decided` → `.appendBlock` →
/// `.blockLogged`: only now the delta becomes the tip, is announced, and the next height begins.
public struct ReplicaMachine {
  let configuration: ReplicaConfiguration
  let meter: any StageMeter
  var consensus: ConsensusMachine
  var disseminator: Disseminator
  var catchUp: CatchUpMachine
  var state: AuthenticatedState
  var tip: Tip
  /// Judges transactions against the tip; made when the first one comes.
  var admission: Admission?
  var recent = RecentBlocks()
  var candidates = Candidates()
  /// Offences seen and not recorded yet.
  var desk = EvidenceDesk()
  var readiness = Readiness()
  /// Another process votes with this node's key.
  var isKeyUsedElsewhere = false
  var ownKey = OwnKeyWatch(watermark: nil)
  var lateVoting = LateVoting()
  /// Decided by certificate, not logged yet.
  var deciding: Deciding?
  var mode: CatchUpMode = .catchingUp(.tipsUnknown(known: 0, quorum: 1))
  /// What consensus asked to be signed or stored before a restart, for its first height.
  var restored: RestoredVotes?
  var flushUnderWay: UInt64?
  /// The full nodes that follow this one.
  var followers: Set<AccountID> = []
  var wakes = Wakes()
  var hasHalted = false
  var now: UInt64 = 0
  /// Internal events not processed yet, in order.
  var pending: [Internal] = []
  var effects: [ReplicaEffect] = []

  /// An event for one of the machines inside.
  enum Internal {
    case consensus(ConsensusEvent)
    case dissemination(DisseminationEvent)
    case catchUp(CatchUpEvent)
    /// What the others say to a new tip is done: the next height begins.
    case beginHeight
  }

  /// Takes one event. `now` is milliseconds since 1970; it may step back without harm.
  public mutating func step(_ event: ReplicaEvent, now: UInt64) -> [ReplicaEffect] {
    guard !hasHalted else { return [] }
    self.now = now
    return finishStep { (replica) throws(ReplicaFailure) in try replica.take(event) }
  }

  /// Runs a body and then the machines until none has an event left; gives all effects.
  mutating func finishStep(
    _ body: (inout ReplicaMachine) throws(ReplicaFailure) -> Void
  ) -> [ReplicaEffect] {
    do throws(ReplicaFailure) {
      try body(&self)
      try settle()
    } catch {
      hasHalted = true
      effects.append(.halt(error))
    }
    if let wake = wakes.changed() { effects.append(.wake(at: wake)) }
    defer { effects = [] }
    return effects
  }

  private mutating func take(_ event: ReplicaEvent) throws(ReplicaFailure) {
    switch event {
    case .peerConnected(let peer):
      pending.append(.dissemination(.peerConnected(peer)))
      pending.append(.catchUp(.peerConnected(peer)))
      if configuration.account != nil { pending.append(.consensus(.peerConnected(peer))) }
    case .peerDisconnected(let peer):
      pending.append(.dissemination(.peerDisconnected(peer)))
      pending.append(.catchUp(.peerDisconnected(peer)))
    case .peerCongested(let peer, let isCongested):
      pending.append(.dissemination(.peerCongested(peer, isCongested)))
    case .followerConnected(let peer):
      followers.insert(peer)
      pending.append(.dissemination(.followerConnected(peer)))
      pending.append(.catchUp(.followerConnected(peer)))
    case .followerDisconnected(let peer):
      followers.remove(peer)
      pending.append(.dissemination(.followerDisconnected(peer)))
      pending.append(.catchUp(.followerDisconnected(peer)))
    case .frame(let bytes, let peer): receive(bytes, from: peer)
    case .submitted(let submissions):
      pending.append(.dissemination(.submitted(submissions)))
    case .verified(let token, let verdicts): try verified(token, verdicts)
    case .voteSigned(let vote):
      ownKey.signed(vote)
      if vote.statement.kind == .commit { lateVoting.last = vote }
      if vote.height <= tip.height { return signedLate(vote) }
      pending.append(.consensus(.signed(vote)))
    case .voteRefused(let statement): pending.append(.consensus(.signingRefused(statement)))
    case .bundleSigned(let header, let signature):
      pending.append(.dissemination(.bundleSigned(header, signature)))
    case .reportSigned(let body, let signature): reportSigned(body, signature)
    case .declared(let transaction): pending.append(.dissemination(.reported(transaction)))
    case .preparedStored(let token): pending.append(.consensus(.persisted(token: token)))
    case .bundlesStored(let token): pending.append(.dissemination(.stored(token: token)))
    case .blockLogged(let height): try finalise(height)
    case .flushed(let height): try flushed(height)
    case .handOverChanged(let hands):
      pending.append(.consensus(.handOverChanged(hands)))
    case .tick:
      for machine in wakes.due(at: now) {
        switch machine {
        case .consensus: pending.append(.consensus(.tick))
        case .dissemination: pending.append(.dissemination(.tick))
        case .catchUp: pending.append(.catchUp(.tick))
        }
      }
    }
  }

  private func relation(to peer: AccountID) -> PeerRelation {
    if followers.contains(peer) { return .follower }
    return configuration.account == nil ? .server : .peer
  }

  private mutating func receive(_ bytes: [UInt8], from peer: AccountID) {
    guard PeerMessage.mayCome(bytes, from: relation(to: peer)) else {
      return effects.append(.report(.outOfPlace(from: peer)))
    }
    if let header = PeerMessage.bundleHeader(of: bytes), disseminator.declines(header, from: peer) {
      return
    }
    let message: PeerMessage
    do {
      message = try meter.measure(.decode) { () throws(BCSError) in
        try PeerMessage(decoding: bytes[...])
      }
    } catch {
      effects.append(.report(.malformedFrame(from: peer, error)))
      return
    }
    switch message {
    case .consensus(let message):
      keepVote(of: peer, message)
      pending.append(.consensus(.message(message, from: peer)))
    case .dissemination(let message):
      pending.append(.dissemination(.message(message, from: peer)))
    case .catchUp(let message): pending.append(.catchUp(.message(message, from: peer)))
    }
  }

  /// A member's latest vote is kept, to be told to the member when it comes back; and says what the
  /// member holds.
  private mutating func keepVote(of peer: AccountID, _ message: ConsensusMessage) {
    let vote: Vote
    switch message {
    case .proposal(let message): vote = message.vote
    case .vote(let message): vote = message
    case .viewChange(let message): vote = message.vote
    case .newView(let message): vote = message.vote
    case .decided, .inquiry: return
    }
    guard let set = set(deciding: vote.height),
      Int(vote.member) < set.count, set.members[Int(vote.member)].account == peer
    else { return }
    pending.append(.catchUp(.voteSeen(vote, of: peer)))
    noteHolder(peer, of: vote)
  }

  private mutating func verified(_ token: VerificationToken, _ verdicts: [Bool])
    throws(ReplicaFailure)
  {
    switch token {
    case .consensus(let token):
      pending.append(.consensus(.checked(token: token, verdicts)))
    case .dissemination(let token):
      pending.append(.dissemination(.checked(token: token, verdicts)))
    case .catchUp(let token):
      pending.append(.catchUp(.checked(token: token, verdicts)))
    case .header(let hash):
      try headerVerified(hash, isValid: verdicts.allSatisfy(\.self))
    }
  }

  /// Runs the machines until none has an event left.
  mutating func settle() throws(ReplicaFailure) {
    var next = 0
    while next < pending.count {
      let event = pending[next]
      next += 1
      switch event {
      case .consensus(let event):
        let effects = meter.measure(.consensus) { consensus.step(event, now: now) }
        for effect in effects { try perform(effect) }
      case .dissemination(let event):
        let effects = meter.measure(.dissemination) { disseminator.step(event, now: now) }
        for effect in effects { try perform(effect) }
      case .catchUp(let event):
        let effects = catchUp.step(event, now: now)
        for effect in effects { try perform(effect) }
      case .beginHeight: beginHeight()
      }
    }
    pending.removeAll(keepingCapacity: true)
  }

  mutating func send(_ message: PeerMessage, to peer: AccountID) {
    effects.append(.send(message.bytes, on: message.channel, to: peer))
  }

  /// Encodes once: all get the same bytes.
  mutating func send(_ message: PeerMessage, to peers: [AccountID]) {
    let bytes = message.bytes
    for peer in peers { effects.append(.send(bytes, on: message.channel, to: peer)) }
  }

  mutating func broadcast(_ message: PeerMessage) {
    effects.append(.broadcast(message.bytes, on: message.channel))
  }
}
