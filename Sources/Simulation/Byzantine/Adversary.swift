import Consensus
import LedgerCore
import Replica

/// A way to misbehave: it stands between a real replica and its network, and has the node's keys.
protocol Adversary {
  /// What goes to a peer in place of one of the replica's frames: nothing, the frame itself, others
  /// beside it.
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing]

  /// What is sent to everybody because of a frame that came.
  mutating func answers(to frame: AdversaryFrame, _ hand: inout AdversaryHand) -> [[UInt8]]
}

extension Adversary {
  mutating func answers(to frame: AdversaryFrame, _ hand: inout AdversaryHand) -> [[UInt8]] { [] }
}

/// Bytes on their way, and what they say.
struct AdversaryFrame {
  let bytes: [UInt8]
  /// Nil when they are no message.
  let message: PeerMessage?

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    message = try? PeerMessage(decoding: bytes[...])
  }

  /// The consensus message it is, if one.
  var consensus: ConsensusMessage? {
    if case .consensus(let message)? = message { message } else { nil }
  }

  /// Its first bytes hashed: draws that must be the same for every peer.
  var lot: UInt8 { SHA256.hash(bytes).bytes[0] }
}

/// A frame that a Byzantine node sends.
struct Outgoing {
  var bytes: [UInt8]
  var delayMilliseconds: UInt64 = 0

  init(_ bytes: [UInt8], delayMilliseconds: UInt64 = 0) {
    self.bytes = bytes
    self.delayMilliseconds = delayMilliseconds
  }

  init(_ message: ConsensusMessage) { self.init(PeerMessage.consensus(message).bytes) }
}

/// The ways to misbehave, as options and reports name them.
public enum ByzantineKind: String, Sendable, CaseIterable, Encodable {
  /// Proposes different blocks to different peers.
  case equivocatingPrimary
  /// Does not send its proposals, to all or to some.
  case silentPrimary
  /// Sends its proposals when the view's time is almost up.
  case lateProposals
  /// Votes for another state root than its execution gave.
  case wrongRoot
  /// Proposes timestamps that are too early, too late, or no slot's.
  case wrongTime
  /// Votes for blocks that nobody has seen.
  case unknownBlocks
  /// Shows certificates with too few, repeated, foreign or older signatures.
  case forgedCertificates
  /// Leaves out, in NEW-VIEW, who has prepared a block, and proposes another.
  case omittingNewView
  /// Says in VIEW-CHANGE that it has prepared nothing.
  case forgetfulViewChange
  /// Signs whatever statement others sign.
  case signsEverything
  /// Sends its bundles to few, or to all but one.
  case withheldBundles
  /// Bundles badly signed transactions.
  case badBundles
  /// Bundles transactions that are well-formed and odd.
  case poisonedTransactions
  /// Changes a field of a message: by one, or to an older value.
  case mutations
  /// Runs twice, with one key and two disks.
  case twins
  /// Sends much: old frames, nonsense, questions, votes for heights to come.
  case floods

  /// What stands between its replica and the network; nil for one who is dangerous as he is.
  func adversary(_ random: inout SeededRandom) -> (any Adversary)? {
    switch self {
    case .twins: nil
    case .equivocatingPrimary: EquivocatingPrimary()
    case .silentPrimary: SilentPrimary(isPartial: random.happens(permille: 500))
    case .lateProposals: LatePrimary(delayMilliseconds: random.within(500...4_500))
    case .wrongRoot: WrongRoot(isPartial: random.happens(permille: 500))
    case .wrongTime: WrongTime()
    case .unknownBlocks: UnknownBlocks()
    case .forgedCertificates: ForgedCertificates()
    case .omittingNewView: OmittingNewView()
    case .forgetfulViewChange: ForgetfulViewChange()
    case .signsEverything: SignsEverything()
    case .withheldBundles:
      WithheldBundles(receivers: random.happens(permille: 400) ? nil : 1 + random.index(4))
    case .badBundles: BadBundles()
    case .poisonedTransactions: PoisonedTransactions()
    case .mutations: Mutations(permille: random.within(20...400))
    case .floods: Floods(permille: random.within(20...200))
    }
  }
}
