import LedgerCore

/// What stands beside the records: which chain they belong to, the height they are of, and the
/// root they have; with a checksum, because LMDB has none.
struct StateNote: Equatable {
  static let formatVersion: UInt32 = 2
  static let key: [UInt8] = Array("state".utf8)
  static let bytesCount = 4 + 32 + 8 + 32 + 32

  let chain: ChainID
  let height: UInt64
  let root: Digest

  var bytes: [UInt8] {
    var writer = BCSWriter(reserving: Self.bytesCount)
    writer.u32(Self.formatVersion)
    writer.bytes32(chain.bytes)
    writer.u64(height)
    writer.bytes32(root.bytes)
    writer.bytes32(Checksum.hash(writer.bytes).bytes)
    return writer.bytes
  }

  init(chain: ChainID, height: UInt64, root: Digest) {
    self.chain = chain
    self.height = height
    self.root = root
  }

  init(_ bytes: [UInt8], path: String) throws(StoreError) {
    let damaged = StoreDamage(.stateNote(path: path), .checksum)
    guard bytes.count == Self.bytesCount else { throw .damaged(damaged) }
    let body = Array(bytes.dropLast(32))
    guard Checksum.hash(body) == Digest(bytes.suffix(32)) else { throw .damaged(damaged) }
    let version: UInt32
    do throws(BCSError) {
      var reader = unsafe BCSReader(body.span.bytes)
      version = try reader.u32("version")
      chain = ChainID(try reader.bytes32("chain"))
      height = try reader.u64("height")
      root = Digest(try reader.bytes32("root"))
    } catch {
      throw .damaged(StoreDamage(.stateNote(path: path), .badLayout))
    }
    guard version == Self.formatVersion else {
      throw .unknownFormat(path: path, version: version)
    }
  }
}
