import LedgerCore

/// The first frame each way: who speaks, on which chain, for which channel.
///
/// The dialling side sends first; the other answers with its own hello, also when it refuses, so
/// that both operators see the reason. TLS has already proved the transport key.
struct Hello: Equatable {
  /// Version of frames and hello.
  static let version: UInt32 = 1

  var version: UInt32 = Hello.version
  var genesis: ChainID
  var account: AccountID
  var channel: PeerChannel
}

extension Hello: BCSCodable {
  init(from reader: inout BCSReader) throws(BCSError) {
    version = try reader.u32("version")
    genesis = try ChainID(from: &reader)
    account = try AccountID(from: &reader)
    let start = reader.offset
    let tag = try reader.uleb128("channel")
    guard let raw = UInt8(exactly: tag), let channel = PeerChannel(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(tag)), field: "channel", offset: start)
    }
    self.channel = channel
  }

  func encode(into writer: inout BCSWriter) {
    writer.u32(version)
    genesis.encode(into: &writer)
    account.encode(into: &writer)
    writer.uleb128(UInt32(channel.rawValue))
  }
}
