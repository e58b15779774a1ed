import LedgerCore

/// What the signer remembers: one record of fixed length, with a checksum over all of it.
struct WatermarkRecord: Equatable {
  /// Counts writes; of two whole records the higher one holds.
  var sequence: UInt64
  let chain: ChainID
  let account: AccountID
  /// Counts the signer's starts.
  var incarnation: UInt64
  var watermark: Watermark
  /// The last COMMIT signed: a later vote of its height hides it in the watermark.
  var commit: VotePosition?

  enum Watermark: Equatable {
    /// Nothing was ever signed with a key of this node.
    case none
    /// Nobody knows what was signed.
    case missing
    /// Everything up to here counts as signed, though not by a vote that is stored.
    case floor(VotePosition)
    /// The highest vote signed.
    case signed(VotePosition, message: Digest, signature: Signature)
  }

  static let magic = Array("eco2wm3\n".utf8)
  private static let checksumBytes = 32
  /// Bytes of every record.
  static let byteCount = 8 + 8 + 32 + 32 + 8 + 1 + 17 + 32 + 64 + 16 + checksumBytes

  /// `byteCount` bytes.
  var bytes: [UInt8] {
    var writer = BCSWriter(reserving: Self.byteCount)
    writer.raw(Self.magic)
    writer.u64(sequence)
    chain.encode(into: &writer)
    account.encode(into: &writer)
    writer.u64(incarnation)
    var position = VotePosition(height: 0, view: 0, kind: .viewChange)
    var message = Digest.zero
    var signature = Signature(r: .zero, s: .zero)
    switch watermark {
    case .none: writer.u8(0)
    case .missing: writer.u8(1)
    case .floor(let floor):
      writer.u8(2)
      position = floor
    case .signed(let signed, let digest, let stored):
      writer.u8(3)
      position = signed
      message = digest
      signature = stored
    }
    writer.u64(position.height)
    writer.u64(position.view)
    writer.u8(position.kind.rawValue)
    message.encode(into: &writer)
    signature.encode(into: &writer)
    writer.u64(commit?.height ?? 0)
    writer.u64(commit?.view ?? 0)
    SHA256.hash(writer.bytes).encode(into: &writer)
    return writer.bytes
  }

  init(
    sequence: UInt64, chain: ChainID, account: AccountID, incarnation: UInt64, watermark: Watermark,
    commit: VotePosition? = nil
  ) {
    self.sequence = sequence
    self.chain = chain
    self.account = account
    self.incarnation = incarnation
    self.watermark = watermark
    self.commit = commit
  }

  /// Nil unless the bytes are a whole record.
  init?(_ bytes: ArraySlice<UInt8>) {
    guard bytes.count == Self.byteCount, bytes.starts(with: Self.magic),
      SHA256.hash(bytes.dropLast(Self.checksumBytes))
        == Digest(bytes.suffix(Self.checksumBytes))
    else { return nil }
    do throws(BCSError) {
      self = try Self(body: bytes.dropFirst(Self.magic.count).dropLast(Self.checksumBytes))
    } catch {
      return nil
    }
  }

  private init(body: ArraySlice<UInt8>) throws(BCSError) {
    var reader = unsafe BCSReader(body.span.bytes)
    sequence = try reader.u64("sequence")
    chain = try ChainID(from: &reader)
    account = try AccountID(from: &reader)
    incarnation = try reader.u64("incarnation")
    let status = try reader.u8("status")
    let height = try reader.u64("height")
    let view = try reader.u64("view")
    let rawKind = try reader.u8("kind")
    let message = try Digest(from: &reader)
    let signature = try Signature(from: &reader)
    let commitHeight = try reader.u64("commit height")
    let commitView = try reader.u64("commit view")
    try reader.finish("watermark")
    // No height is voted on before 1.
    if commitHeight > 0 {
      commit = VotePosition(height: commitHeight, view: commitView, kind: .commit)
    }
    guard let kind = VoteKind(rawValue: rawKind) else {
      throw BCSError(.unknownTag(UInt64(rawKind)), field: "kind", offset: 0)
    }
    let position = VotePosition(height: height, view: view, kind: kind)
    switch status {
    case 0: watermark = .none
    case 1: watermark = .missing
    case 2: watermark = .floor(position)
    case 3: watermark = .signed(position, message: message, signature: signature)
    default: throw BCSError(.unknownTag(UInt64(status)), field: "status", offset: 0)
    }
  }
}
