import LedgerCore

/// A frame on disk: a head of 48 bytes, the payload, and zeros up to the next multiple of 8.
///
///     0 magic u32 · 4 payload length u32 · 8 height u64 · 16 group u64
///     24 payload check (16) · 40 head check (8)                    integers little-endian
///
/// The checks are GMAC under the segment's salt, with a nonce of the frame's offset and of what is
/// checked: the payload; the 40 bytes of head before the head's own check, which is cut to 8. A CRC
/// would find a torn write as well, but payloads are chosen by strangers: without a secret,
/// somebody could put bytes that look like a valid frame into a transaction, and a torn write in
/// front of them would look like damage that stops the node; or bytes that may be missing from the
/// disk without changing their CRC.
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
  let payloadCheck: [UInt8]

  /// The frame's bytes on disk, head and padding included.
  var frameBytes: Int { Self.frameBytes(payload: length) }

  static func frameBytes(payload: Int) -> Int {
    (bytesCount + payload + alignment - 1) / alignment * alignment
  }
}

/// The head of a segment file, 96 bytes: whose it is and the salt of its frames.
///
///     0 magic (8) · 8 format u32 · 12 kind u32 · 16 number u64 · 24 genesis hash (32)
///     56 salt (16) · 72 SHA-256 of all before, cut to 16 · 88 zeros (8)
struct SegmentHead: Equatable {
  static let bytesCount = 96
  static let formatVersion: UInt32 = 2
  private static let magic: [UInt8] = Array("ECO2SEGM".utf8)

  enum Kind: UInt32 {
    case log = 1
    case bundles = 2
    case sets = 3

    var suffix: String {
      switch self {
      case .log: ".log"
      case .bundles: ".bundles"
      case .sets: ".sets"
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
