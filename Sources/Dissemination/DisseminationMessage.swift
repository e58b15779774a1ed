public import LedgerCore

/// What disseminators say to each other. Canonical bytes: a ULEB128 tag, then the content; at most
/// `DisseminationLimits.messageBytesMax`.
public enum DisseminationMessage: Sendable {
  /// Tag 0: a bundle, from its author or from whoever was asked for it.
  case bundle(Bundle)
  /// Tag 1: transactions for their home author.
  case forward([ArraySlice<UInt8>])
  /// Tag 2: all that the sender holds undecided; replaces what it said before. The first message on
  /// a connection.
  case holdings([Acknowledgement])
  /// Tag 3: what the sender holds beyond what it said before.
  case acknowledge([Acknowledgement])
  /// Tag 4: asks for bundles by digest.
  case fetch([Digest])
  /// Tag 5: asks for an author's bundles by number.
  case fetchRun(BundleRange)
  /// Tag 6: of the bundles asked for by digest, those the sender does not hold.
  case missing([Digest])
  /// Tag 7: transactions of a full node's clients, for the node it follows to take as its own
  /// clients'. Answered by `standings`.
  case relay([ArraySlice<UInt8>])
  /// Tag 8: where relayed transactions stand at the sender: told as it changes.
  case standings([RelayStanding])
}

/// Where a relayed transaction stands at the node it was relayed to.
public struct RelayStanding: Hashable, Sendable, BCSCodable {
  public enum Status: UInt8, Sendable, CaseIterable {
    /// It is pending or bundled there.
    case taken = 0
    /// That node says it is accepted: f + 1 ER Nodes acknowledge its bundle.
    case accepted = 1
    /// It was not taken.
    case refused = 2
  }

  public let id: Digest
  public let status: Status

  public init(id: Digest, status: Status) {
    self.id = id
    self.status = status
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    id = try Digest(from: &reader)
    let start = reader.offset
    let tag = try reader.uleb128("standing")
    guard let raw = UInt8(exactly: tag), let status = Status(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(tag)), field: "standing", offset: start)
    }
    self.status = status
  }

  public func encode(into writer: inout BCSWriter) {
    id.encode(into: &writer)
    writer.uleb128(UInt32(status.rawValue))
  }
}

/// That a node has verified and synced an author's bundles: all of this incarnation up to and with
/// `number` that its chain has not decided.
public struct Acknowledgement: Hashable, Sendable, BCSCodable {
  public let author: AccountID
  public let incarnation: UInt64
  public let number: UInt64

  public init(author: AccountID, incarnation: UInt64, number: UInt64) {
    self.author = author
    self.incarnation = incarnation
    self.number = number
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    author = try AccountID(from: &reader)
    incarnation = try reader.u64("incarnation")
    number = try reader.u64("number")
  }

  public func encode(into writer: inout BCSWriter) {
    author.encode(into: &writer)
    writer.u64(incarnation)
    writer.u64(number)
  }
}

/// Consecutive bundles of an author, by number.
public struct BundleRange: Hashable, Sendable, BCSCodable {
  public let author: AccountID
  public let incarnation: UInt64
  public let first: UInt64
  /// 1 … `DisseminationLimits.fetchDigestsMax`.
  public let count: Int

  public init(author: AccountID, incarnation: UInt64, first: UInt64, count: Int) {
    self.author = author
    self.incarnation = incarnation
    self.first = first
    self.count = count
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    author = try AccountID(from: &reader)
    incarnation = try reader.u64("incarnation")
    first = try reader.u64("first number")
    count = try reader.length(in: 1...DisseminationLimits.fetchDigestsMax, "bundle count")
  }

  public func encode(into writer: inout BCSWriter) {
    author.encode(into: &writer)
    writer.u64(incarnation)
    writer.u64(first)
    writer.length(count)
  }
}

extension DisseminationMessage {
  /// Decodes bytes that must be one message; bundles and transactions are views over them. A
  /// bundle's header agrees with its transactions; no signature is checked here.
  public init(decoding bytes: ArraySlice<UInt8>) throws(BCSError) {
    guard bytes.count <= DisseminationLimits.messageBytesMax else {
      throw BCSError(
        .lengthOutOfRange(
          length: UInt64(bytes.count), min: 1, max: DisseminationLimits.messageBytesMax),
        field: "message", offset: 0)
    }
    var reader = unsafe BCSReader(bytes.span.bytes)
    switch try reader.uleb128("message") {
    case 0:
      self = .bundle(try Bundle(decoding: bytes.dropFirst(reader.offset)))
      return
    case 1: self = .forward(try Self.transactions(from: &reader, of: bytes))
    case 2: self = .holdings(try Self.acknowledgements(from: &reader))
    case 3: self = .acknowledge(try Self.acknowledgements(from: &reader))
    case 4:
      self = .fetch(try reader.list(in: 1...DisseminationLimits.fetchDigestsMax, "digests"))
    case 5: self = .fetchRun(try BundleRange(from: &reader))
    case 6:
      self = .missing(try reader.list(in: 1...DisseminationLimits.fetchDigestsMax, "digests"))
    case 7: self = .relay(try Self.transactions(from: &reader, of: bytes))
    case 8:
      self = .standings(
        try reader.list(in: 1...DisseminationLimits.standingsMax, "standings"))
    case let tag: throw BCSError(.unknownTag(UInt64(tag)), field: "message", offset: 0)
    }
    try reader.finish("message")
  }

  /// The header of a message's bundle, before anything else of it is looked at; nil when it is no
  /// bundle, or too short.
  public static func bundleHeader(of bytes: ArraySlice<UInt8>) -> BundleHeader? {
    guard bytes.first == 0 else { return nil }
    let rest = bytes.dropFirst()
    var reader = unsafe BCSReader(rest.span.bytes)
    return try? BundleHeader(from: &reader)
  }

  private static func acknowledgements(from reader: inout BCSReader)
    throws(BCSError) -> [Acknowledgement]
  {
    try reader.list(in: 0...DisseminationLimits.acknowledgementsMax, "acknowledgements")
  }

  private static func transactions(from reader: inout BCSReader, of bytes: ArraySlice<UInt8>)
    throws(BCSError) -> [ArraySlice<UInt8>]
  {
    let count = try reader.length(
      in: 1...DisseminationLimits.forwardTransactionsMax, "transactions")
    var list: [ArraySlice<UInt8>] = []
    for _ in 0..<count {
      let length = try reader.length(in: 1...Limits.reportBytesMax, "transaction")
      let range = try reader.skip(length, "transaction")
      list.append(bytes[bytes.startIndex + range.lowerBound..<bytes.startIndex + range.upperBound])
    }
    return list
  }

  /// The canonical bytes.
  public var bcs: [UInt8] {
    switch self {
    case .bundle(let bundle):
      var writer = BCSWriter(reserving: bundle.bytes.count + 1)
      writer.uleb128(0)
      writer.raw(bundle.bytes)
      return writer.bytes
    case .forward(let transactions): return Self.bytes(tag: 1, transactions)
    case .holdings(let list): return Self.bytes(tag: 2, list)
    case .acknowledge(let list): return Self.bytes(tag: 3, list)
    case .fetch(let digests): return Self.bytes(tag: 4, digests)
    case .fetchRun(let range):
      var writer = BCSWriter(reserving: 64)
      writer.uleb128(5)
      range.encode(into: &writer)
      return writer.bytes
    case .missing(let digests): return Self.bytes(tag: 6, digests)
    case .relay(let transactions): return Self.bytes(tag: 7, transactions)
    case .standings(let list): return Self.bytes(tag: 8, list)
    }
  }

  private static func bytes(tag: UInt32, _ transactions: [ArraySlice<UInt8>]) -> [UInt8] {
    var writer = BCSWriter(reserving: transactions.reduce(8) { $0 + $1.count + 4 })
    writer.uleb128(tag)
    writer.length(transactions.count)
    for transaction in transactions { writer.byteString(transaction) }
    return writer.bytes
  }

  private static func bytes(tag: UInt32, _ list: [some BCSEncodable]) -> [UInt8] {
    var writer = BCSWriter(reserving: 8 + 48 * list.count)
    writer.uleb128(tag)
    writer.list(list)
    return writer.bytes
  }
}
