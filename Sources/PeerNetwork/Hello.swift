import LedgerCore

/// The first frame each way: who speaks, on which chain, for which channel.
///
/// The dialling side sends first; the other answers with its own hello, also when it refuses, so
/// that both operators see the reason. TLS has already proved the transport key.
struct Hello: Equatable {
  /// Version of frames and hello.
  static let version: UInt32 = 2

  var version: UInt32 = Hello.version
  var genesis: ChainID
  /// The sender's account; a full node's is its transport key.
  var account: AccountID
  var channel: PeerChannel
  /// What the accepting side makes of the other; always `welcome` from the dialling side.
  var verdict: HelloVerdict = .welcome
}

/// What the accepting side's hello says of the one that dialled.
public enum HelloVerdict: UInt8, Sendable, Hashable, CustomStringConvertible {
  case welcome = 0
  /// Other genesis, version or account; the hello's other fields show which.
  case refused = 1
  /// The key is no ER Node's: it may only follow, or not even that.
  case unknownKey = 2
  /// All places for full nodes are taken.
  case followersFull = 3
  /// The key is not on the list of full nodes that are served.
  case followerNotAllowed = 4
  /// The full node was dropped a short time ago.
  case followerPenalised = 5

  public var description: String {
    switch self {
    case .welcome: "it is welcome"
    case .refused: "its hello does not fit"
    case .unknownKey: "its transport key is unknown there"
    case .followersFull: "all places for full nodes are taken; name another node to follow"
    case .followerNotAllowed:
      "only listed full nodes are served; ask its operator to list this node's transport key"
    case .followerPenalised: "it was dropped there a short time ago for breaking the rules"
    }
  }
}

extension Hello: BCSCodable {
  init(from reader: inout BCSReader) throws(BCSError) {
    version = try reader.u32("version")
    genesis = try ChainID(from: &reader)
    account = try AccountID(from: &reader)
    channel = try Self.tagged("channel", &reader, PeerChannel.init)
    verdict = try Self.tagged("verdict", &reader, HelloVerdict.init)
  }

  private static func tagged<Value>(
    _ field: String, _ reader: inout BCSReader, _ make: (UInt8) -> Value?
  ) throws(BCSError) -> Value {
    let start = reader.offset
    let tag = try reader.uleb128(field)
    guard let raw = UInt8(exactly: tag), let value = make(raw) else {
      throw BCSError(.unknownTag(UInt64(tag)), field: field, offset: start)
    }
    return value
  }

  func encode(into writer: inout BCSWriter) {
    writer.u32(version)
    genesis.encode(into: &writer)
    account.encode(into: &writer)
    writer.uleb128(UInt32(channel.rawValue))
    writer.uleb128(UInt32(verdict.rawValue))
  }
}
