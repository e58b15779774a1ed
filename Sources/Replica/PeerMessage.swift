public import CatchUp
public import Consensus
public import Dissemination
public import LedgerCore

/// What one node sends another: one of the three machines' messages behind a tag byte.
public enum PeerMessage: Sendable {
  /// Tag 0.
  case consensus(ConsensusMessage)
  /// Tag 1.
  case dissemination(DisseminationMessage)
  /// Tag 2.
  case catchUp(CatchUpMessage)

  /// The connection it travels on: votes never wait behind bundles or blocks.
  public var channel: MessageChannel {
    switch self {
    case .consensus: .votes
    case .dissemination, .catchUp: .data
    }
  }

  /// Decodes bytes that must be one message; what it holds of transactions are views over them.
  public init(decoding bytes: ArraySlice<UInt8>) throws(BCSError) {
    guard let tag = bytes.first else {
      throw BCSError(.truncated, field: "peer message", offset: 0)
    }
    let rest = bytes.dropFirst()
    switch tag {
    case 0: self = .consensus(try ConsensusMessage(decoding: rest))
    case 1: self = .dissemination(try DisseminationMessage(decoding: rest))
    case 2: self = .catchUp(try CatchUpMessage(decoding: rest))
    default: throw BCSError(.unknownTag(UInt64(tag)), field: "peer message", offset: 0)
    }
  }

  /// The header of a frame's bundle, before anything else of it is looked at; nil where it is none.
  static func bundleHeader(of frame: [UInt8]) -> BundleHeader? {
    frame.first == 1 ? DisseminationMessage.bundleHeader(of: frame.dropFirst()) : nil
  }

  /// The canonical bytes.
  public var bytes: [UInt8] {
    switch self {
    case .consensus(let message): [0] + message.bcs
    case .dissemination(let message): [1] + message.bcs
    case .catchUp(let message): [2] + message.bcs
    }
  }
}

/// What a connected node is to this one.
public enum PeerRelation: Hashable, Sendable {
  /// An ER Node's peer.
  case peer
  /// A node that this full node follows.
  case server
  /// A full node that follows this node.
  case follower
}

extension PeerMessage {
  /// Whether a frame is of a kind that may come from such a node, by its first two bytes: followers
  /// ask for blocks and relay; those they follow greet, tell their tips, hand out blocks and say
  /// where relayed transactions stand.
  public static func mayCome(_ frame: [UInt8], from sender: PeerRelation) -> Bool {
    let kind = (frame.first ?? .max, frame.dropFirst().first ?? .max)
    return switch sender {
    case .peer: kind != (1, 7) && kind != (1, 8)
    case .server: kind == (1, 8) || kind == (2, 0) || kind == (2, 1) || kind == (2, 3)
    case .follower: kind == (1, 7) || kind == (2, 2)
    }
  }
}

/// The two connections between each pair of nodes.
public enum MessageChannel: Hashable, Sendable {
  /// Consensus: small and urgent.
  case votes
  /// Bundles, acknowledgements, blocks to catch up with.
  case data
}
