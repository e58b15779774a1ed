import Glibc
import LedgerCore

/// The watermark on the disk: two slots, written in turn, so that the record before the one being
/// written is never touched. Each slot holds its record twice, in two blocks: a torn write leaves
/// the other slot, and a byte that rots in a record that WAS synced leaves its copy, so that rot
/// never looks like a torn write, which would lower the watermark. Nor does a file that was cut
/// short: it is made at its full length, and no write changes that.
///
/// Invariants: a slot is written only while the other one is the newest whole record; nothing is
/// written after a write or sync has failed.
struct WatermarkFile: ~Copyable {
  static let blockBytes = 4096
  static let copies = 2
  static let slots = 2
  static let fileBytes = slots * copies * blockBytes

  let path: String
  private(set) var record: WatermarkRecord
  /// The slot that holds `record`.
  private var slot: Int
  private let descriptor: Int32
  private var failure: SignerError?

  /// What was found in an existing file.
  enum Contents {
    case absent
    /// Not one whole record, or not the whole file: what is cut off may have been the newest.
    case unreadable
    case found(WatermarkRecord, slot: Int)
  }

  /// Looks at a file without changing it.
  static func contents(_ path: String) throws(SignerError) -> Contents {
    guard let bytes = try System.read(path, bytesMax: fileBytes) else { return .absent }
    guard bytes.count == fileBytes else { return .unreadable }
    var best: (record: WatermarkRecord, slot: Int)?
    for slot in 0..<slots {
      for copy in 0..<copies {
        let start = offset(slot: slot, copy: copy)
        guard let record = WatermarkRecord(bytes[start..<start + WatermarkRecord.byteCount])
        else { continue }
        if best.map({ $0.record.sequence < record.sequence }) ?? true { best = (record, slot) }
      }
    }
    return best.map { .found($0.record, slot: $0.slot) } ?? .unreadable
  }

  static func offset(slot: Int, copy: Int) -> Int { (slot * copies + copy) * blockBytes }

  /// Makes a file of a first record, whole or not at all; replaces none.
  static func create(_ path: String, _ record: WatermarkRecord) throws(SignerError) {
    var image = [UInt8](repeating: 0, count: fileBytes)
    let bytes = record.bytes
    for copy in 0..<copies {
      let start = offset(slot: 0, copy: copy)
      image.replaceSubrange(start..<start + bytes.count, with: bytes)
    }
    try System.create(path, image)
  }

  /// Opens a file in which `contents` has found this record.
  init(_ path: String, found record: WatermarkRecord, slot: Int) throws(SignerError) {
    self.path = path
    self.record = record
    self.slot = slot
    descriptor = try System.openForWriting(path)
  }

  deinit { close(descriptor) }

  /// Puts a new record on the disk, synced, and only then in memory.
  mutating func write(
    incarnation: UInt64? = nil, _ watermark: WatermarkRecord.Watermark,
    commit: VotePosition? = nil
  ) throws(SignerError) {
    if let failure { throw failure }
    var next = record
    next.sequence &+= 1
    next.incarnation = incarnation ?? next.incarnation
    next.watermark = watermark
    next.commit = commit ?? next.commit
    let target = 1 - slot
    do throws(SignerError) {
      let bytes = next.bytes
      for copy in 0..<Self.copies {
        try System.write(
          bytes, to: descriptor, at: Self.offset(slot: target, copy: copy), path: path)
      }
      guard fdatasync(descriptor) == 0 else {
        throw .file(path: path, doing: "sync", errno: errno)
      }
    } catch {
      failure = error
      throw error
    }
    record = next
    slot = target
  }
}
