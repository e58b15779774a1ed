import Consensus
import LedgerCore

/// One machine on the bench: the test plays the other members, the clock and the replica.
///
/// Signature checks are answered with real verdicts at once. Signing, storing and executing are
/// answered at once too, unless a test holds them back.
struct Bench {
  let members: Members
  let own: Int?
  var machine: ConsensusMachine
  var now: UInt64
  /// Everything the machine wanted, checks aside, in order.
  var effects: [ConsensusEffect] = []
  var signs = true
  var persists = true
  var executes = true
  /// Answers a check; real verification unless replaced.
  var verifies = true
  /// Statements asked to be signed, in order.
  private(set) var asked: [VoteStatement] = []
  private(set) var heldChecks: [(token: UInt64, checks: [SignatureCheck])] = []
  private(set) var heldPersists: [UInt64] = []

  /// A machine at the slot of height 1, or at another time.
  init(
    _ members: Members, own: Int?, at now: UInt64 = Members.genesisTime + Members.interval,
    context: HeightContext? = nil
  ) {
    self.members = members
    self.own = own
    self.now = now
    machine = ConsensusMachine(chain: members.chain, timing: members.timing)
    feed(.begin(context ?? members.context(own: own)))
  }

  /// Takes an event and answers what it brings.
  mutating func feed(_ event: ConsensusEvent) {
    var events = [event]
    while !events.isEmpty {
      for effect in machine.step(events.removeFirst(), now: now) {
        if case .check = effect {} else { effects.append(effect) }
        if let answer = answer(effect) { events.append(answer) }
      }
    }
  }

  private mutating func answer(_ effect: ConsensusEffect) -> ConsensusEvent? {
    switch effect {
    case .check(let token, let checks):
      guard verifies else {
        heldChecks.append((token, checks))
        return nil
      }
      return .checked(token: token, checks.map { Ed25519.verify($0, chain: members.chain) })
    case .sign(let statement):
      asked.append(statement)
      guard signs, let own else { return nil }
      return .signed(members.vote(own, statement))
    case .persistPrepared(let token, _):
      guard persists else {
        heldPersists.append(token)
        return nil
      }
      return .persisted(token: token)
    case .execute(let block, let hash, _):
      return executes ? .executed(block: hash, .root(members.root(of: block))) : nil
    default: return nil
    }
  }

  mutating func receive(_ message: ConsensusMessage, from member: Int) {
    feed(.message(message, from: members.account(member)))
  }

  mutating func receive(_ votes: [Vote]) {
    for vote in votes { receive(.vote(vote), from: Int(vote.member)) }
  }

  mutating func receive(_ changes: [ViewChange]) {
    for change in changes { receive(.viewChange(change), from: Int(change.vote.member)) }
  }

  mutating func tick(at now: UInt64) {
    self.now = now
    feed(.tick)
  }

  /// Passes time, a tick every 50 ms.
  mutating func pass(_ milliseconds: UInt64) {
    let end = now + milliseconds
    while now < end { tick(at: min(now + 50, end)) }
  }

  mutating func sign(_ statement: VoteStatement) {
    guard let own else { return }
    feed(.signed(members.vote(own, statement)))
  }

  /// Kinds asked to be signed, in order.
  var askedKinds: [VoteKind] { asked.map(\.kind) }

  var askedLast: VoteStatement? { asked.last }

  var decisions: [(block: Block, certificate: QuorumCertificate, ownRoot: Digest?)] {
    effects.compactMap {
      guard case .decided(let block, let certificate, let root) = $0 else { return nil }
      return (block, certificate, root)
    }
  }

  var broadcasts: [ConsensusMessage] {
    effects.compactMap {
      guard case .broadcast(let message) = $0 else { return nil }
      return message
    }
  }

  var sent: [(message: ConsensusMessage, to: AccountID)] {
    effects.compactMap {
      guard case .send(let message, let to) = $0 else { return nil }
      return (message, to)
    }
  }

  var executions: [Digest] {
    effects.compactMap {
      guard case .execute(_, let hash, _) = $0 else { return nil }
      return hash
    }
  }

  var notes: [ConsensusNote] {
    effects.compactMap {
      guard case .report(let note) = $0 else { return nil }
      return note
    }
  }

  var refusals: [ConsensusRefusal] {
    notes.compactMap {
      guard case .refused(let refusal, _) = $0 else { return nil }
      return refusal
    }
  }

  var evidence: [VoteEvidence] {
    notes.compactMap {
      guard case .evidence(let evidence) = $0 else { return nil }
      return evidence
    }
  }

  var proposals: [(view: UInt64, timestamp: UInt64, emptyOfBundles: Bool)] {
    effects.compactMap {
      guard case .propose(let view, let timestamp, let empty) = $0 else { return nil }
      return (view, timestamp, empty)
    }
  }

  var wakes: [UInt64] {
    effects.compactMap {
      guard case .wake(let at) = $0 else { return nil }
      return at
    }
  }
}
