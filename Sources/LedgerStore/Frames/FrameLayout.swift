import LedgerCore

/// A frame on disk: a head of 48 bytes, the payload, and zeros up to the next multiple of 8.
///
///     0 magic u32 · 4 payload length u32 · 8 height u64 · 16 group u64
///     24 payload check (16) · 40 head check (8)                    integers little-endian
///
/// The checks are SHA-256, cut to 16 and 8 bytes, over the segment's salt, the frame's offset and
/// what they cover: the payload; the 40 bytes of head before it. A CRC would find a torn write as
/// well, but payloads are chosen by strangers: without a secret salt, somebody could put bytes that
/// look like a valid frame into a transaction, and a torn write in front of them would look like
/// damage that stops the node. And every block is hashed on its way anyway: this costs a few per
/// cent of the sync.
struct FrameHead: Equatable {
  static let bytesCount = 48
  static let alignment = 8
  static let magic: [UInt8] = Array("E2FR".utf8)

  /// Payload bytes.
  let length: Int
  let height: UInt64
  /// Where the first frame stands that is made durable by the same sync; in vote slots the
  /// number of the write.
  let group: UInt64
  fileprivate let payloadCheck: ArraySlice<UInt8>

  /// The frame's bytes on disk, head and padding included.
  var frameBytes: Int { Self.frameBytes(payload: length) }

  static func frameBytes(payload: Int) -> Int {
    (bytesCount + payload + alignment - 1) / alignment * alignment
  }
}

/// What ties frames to their file.
struct FrameSeal: Sendable {
  /// 16 bytes.
  let salt: [UInt8]

  private func prefix(_ offset: UInt64) -> [UInt8] {
    var writer = BCSWriter(reserving: 24)
    writer.raw(salt)
    writer.u64(offset)
    return writer.bytes
  }

  /// Writes a frame that will stand at `offset` into the buffer, which is emptied first.
  func write(
    _ parts: [ArraySlice<UInt8>], height: UInt64, group: UInt64, at offset: UInt64,
    into buffer: inout [UInt8]
  ) {
    let length = parts.reduce(0) { $0 + $1.count }
    let total = FrameHead.frameBytes(payload: length)
    buffer.removeAll(keepingCapacity: true)
    buffer.reserveCapacity(total)
    buffer.append(contentsOf: repeatElement(0, count: FrameHead.bytesCount))
    for part in parts { buffer.append(contentsOf: part) }
    let prefix = prefix(offset)
    let payloadCheck = unsafe buffer.withUnsafeBytes {
      unsafe Checksum.hash(
        prefix: prefix, UnsafeRawBufferPointer(rebasing: $0[FrameHead.bytesCount...]))
    }
    buffer.append(contentsOf: repeatElement(0, count: total - buffer.count))
    var head = BCSWriter(reserving: FrameHead.bytesCount)
    head.raw(FrameHead.magic)
    head.u32(UInt32(truncatingIfNeeded: length))
    head.u64(height)
    head.u64(group)
    head.raw(payloadCheck.bytes.array[..<16])
    head.raw(Checksum.hash(prefix: prefix, head.bytes).bytes.array[..<8])
    buffer.replaceSubrange(..<FrameHead.bytesCount, with: head.bytes)
  }

  /// A frame's head, when these 48 bytes are one that was written to stand at `offset`.
  func head(_ bytes: ArraySlice<UInt8>, at offset: UInt64) -> FrameHead? {
    guard bytes.count == FrameHead.bytesCount, bytes.starts(with: FrameHead.magic) else {
      return nil
    }
    let checked = Array(bytes.prefix(40))
    let sum = Checksum.hash(prefix: prefix(offset), checked).bytes.array[..<8]
    guard sum.elementsEqual(bytes.suffix(8)) else { return nil }
    return try? unchecked(checked)
  }

  private func unchecked(_ bytes: [UInt8]) throws(BCSError) -> FrameHead {
    var reader = unsafe BCSReader(bytes.span.bytes)
    _ = try reader.u32("magic")
    return FrameHead(
      length: Int(try reader.u32("length")), height: try reader.u64("height"),
      group: try reader.u64("group"), payloadCheck: bytes[24..<40])
  }

  /// Whether the bytes after a head are its payload and the padding's zeros.
  func isPayload(_ bytes: [UInt8], of head: FrameHead, at offset: UInt64) -> Bool {
    guard bytes.count == head.frameBytes - FrameHead.bytesCount,
      bytes[head.length...].allSatisfy({ $0 == 0 })
    else { return false }
    let prefix = prefix(offset)
    let sum = unsafe bytes.withUnsafeBytes {
      unsafe Checksum.hash(
        prefix: prefix, UnsafeRawBufferPointer(rebasing: $0[..<head.length]))
    }
    return sum.bytes.array[..<16].elementsEqual(head.payloadCheck)
  }
}

/// The head of a segment file, 96 bytes: whose it is and the salt of its frames.
///
///     0 magic (8) · 8 format u32 · 12 kind u32 · 16 number u64 · 24 genesis hash (32)
///     56 salt (16) · 72 SHA-256 of all before, cut to 16 · 88 zeros (8)
struct SegmentHead: Equatable {
  static let bytesCount = 96
  static let formatVersion: UInt32 = 1
  private static let magic: [UInt8] = Array("ECO2SEGM".utf8)

  enum Kind: UInt32 {
    case log = 1
    case bundles = 2

    var suffix: String {
      switch self {
      case .log: ".log"
      case .bundles: ".bundles"
      }
    }
  }

  let kind: Kind
  let number: UInt64
  let chain: ChainID
  let salt: [UInt8]

  /// The head of a new segment, with a salt nobody can know beforehand.
  init(newOf kind: Kind, number: UInt64, chain: ChainID) {
    self.kind = kind
    self.number = number
    self.chain = chain
    var random = SystemRandomNumberGenerator()
    var salt = BCSWriter(reserving: 16)
    salt.u64(random.next())
    salt.u64(random.next())
    self.salt = salt.bytes
  }

  var bytes: [UInt8] {
    var writer = BCSWriter(reserving: Self.bytesCount)
    writer.raw(Self.magic)
    writer.u32(Self.formatVersion)
    writer.u32(kind.rawValue)
    writer.u64(number)
    writer.bytes32(chain.bytes)
    writer.raw(salt)
    writer.raw(Checksum.hash(writer.bytes).bytes.array[..<16])
    writer.u64(0)
    return writer.bytes
  }

  /// Reads a head and holds it against what the file should be.
  init(_ bytes: [UInt8], path: String, kind: Kind, number: UInt64, chain: ChainID)
    throws(StoreError)
  {
    let damaged = StoreError.damaged(StoreDamage(.segment(path: path), .checksum))
    guard bytes.count == Self.bytesCount, bytes.starts(with: Self.magic),
      Checksum.hash(Array(bytes[..<72])).bytes.array[..<16].elementsEqual(bytes[72..<88]),
      bytes[88...].allSatisfy({ $0 == 0 })
    else { throw damaged }
    let version: UInt32
    let fields: (kind: UInt32, number: UInt64, chain: ChainID)
    do throws(BCSError) {
      var reader = unsafe BCSReader(bytes.span.bytes)
      _ = try reader.u64("magic")
      version = try reader.u32("format")
      fields = (
        try reader.u32("kind"), try reader.u64("number"), ChainID(try reader.bytes32("chain"))
      )
    } catch { throw damaged }
    guard version == Self.formatVersion else {
      throw .unknownFormat(path: path, version: version)
    }
    guard fields.chain == chain else {
      throw .otherGenesis(path: path, found: fields.chain, expected: chain)
    }
    guard fields.kind == kind.rawValue, fields.number == number else {
      throw .damaged(StoreDamage(.segment(path: path), .badLayout))
    }
    self.kind = kind
    self.number = number
    self.chain = chain
    salt = Array(bytes[56..<72])
  }
}
