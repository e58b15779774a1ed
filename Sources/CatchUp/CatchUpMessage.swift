public import LedgerCore

/// What nodes tell each other about their place in the chain. Canonical bytes: a ULEB128 tag, then
/// the content; at most `CatchUpLimits.messageBytesMax`.
public enum CatchUpMessage: Sendable {
  /// Tag 0, the first message on a connection: the sender's tip, and the latest vote of the
  /// receiver that the sender has seen.
  case greeting(Tip, yourLatestVote: Vote?)
  /// Tag 1: the sender's tip has moved.
  case tip(Tip)
  /// Tag 2: asks for `count` blocks from a height on.
  case getBlocks(from: UInt64, count: Int)
  /// Tag 3: the answer: encoded `DecidedBlock`s of consecutive heights; none when the sender has
  /// not the first.
  case blocks(from: UInt64, [ArraySlice<UInt8>])
}

/// The last height a node has decided, with the certificate that proves it; none at genesis.
public struct Tip: Hashable, Sendable, BCSCodable {
  public let height: UInt64
  public let certificate: QuorumCertificate?

  /// The tip of genesis.
  public static let genesis = Tip(height: 0, certificate: nil)

  /// The tip that a certificate proves.
  public init(_ certificate: QuorumCertificate) {
    self.init(height: certificate.height, certificate: certificate)
  }

  private init(height: UInt64, certificate: QuorumCertificate?) {
    self.height = height
    self.certificate = certificate
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    certificate = try reader.optional("tip certificate")
    height = certificate?.height ?? 0
    guard certificate == nil || (certificate?.kind == .commit && height > 0) else {
      throw BCSError(.invalidValue, field: "tip certificate", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) { writer.optional(certificate) }
}

extension CatchUpMessage {
  /// Decodes bytes that must be one message; blocks are views over them, not decoded yet.
  public init(decoding bytes: ArraySlice<UInt8>) throws(BCSError) {
    guard bytes.count <= CatchUpLimits.messageBytesMax else {
      throw BCSError(
        .lengthOutOfRange(
          length: UInt64(bytes.count), min: 1, max: CatchUpLimits.messageBytesMax),
        field: "message", offset: 0)
    }
    var reader = unsafe BCSReader(bytes.span.bytes)
    switch try reader.uleb128("message") {
    case 0:
      let tip = try Tip(from: &reader)
      self = .greeting(tip, yourLatestVote: try reader.optional("latest vote"))
    case 1: self = .tip(try Tip(from: &reader))
    case 2:
      let from = try reader.u64("from height")
      self = .getBlocks(
        from: from, count: try reader.length(in: 1...CatchUpLimits.blocksPerRequestMax, "count"))
    case 3: self = try Self.blocks(from: &reader, of: bytes)
    case let tag: throw BCSError(.unknownTag(UInt64(tag)), field: "message", offset: 0)
    }
    try reader.finish("message")
  }

  private static func blocks(from reader: inout BCSReader, of bytes: ArraySlice<UInt8>)
    throws(BCSError) -> CatchUpMessage
  {
    let from = try reader.u64("from height")
    let count = try reader.length(in: 0...CatchUpLimits.blocksPerRequestMax, "blocks")
    var list: [ArraySlice<UInt8>] = []
    for _ in 0..<count {
      let length = try reader.length(in: 1...CatchUpLimits.blockBytesMax, "block")
      let range = try reader.skip(length, "block")
      list.append(bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound])
    }
    return .blocks(from: from, list)
  }

  /// The canonical bytes.
  public var bcs: [UInt8] {
    var writer = BCSWriter()
    switch self {
    case .greeting(let tip, let vote):
      writer.uleb128(0)
      tip.encode(into: &writer)
      writer.optional(vote)
    case .tip(let tip):
      writer.uleb128(1)
      tip.encode(into: &writer)
    case .getBlocks(let from, let count):
      writer.uleb128(2)
      writer.u64(from)
      writer.length(count)
    case .blocks(let from, let blocks):
      writer = BCSWriter(reserving: blocks.reduce(16) { $0 + $1.count + 5 })
      writer.uleb128(3)
      writer.u64(from)
      writer.length(blocks.count)
      for block in blocks { writer.byteString(block) }
    }
    return writer.bytes
  }
}
