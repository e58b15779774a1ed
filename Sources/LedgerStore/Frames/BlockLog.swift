import LedgerCore
import Synchronization

/// A decided block in the log.
public struct LogEntry: Hashable, Sendable {
  public let height: UInt64
  let payload: [UInt8]
  private let blockEnd: Int

  /// The block's bytes as they were appended: a `DecidedBlock`.
  public var block: ArraySlice<UInt8> { payload[BlockLog.lengthBytes..<blockEnd] }
  /// The receipts' bytes as they were appended.
  public var receipts: ArraySlice<UInt8> { payload[blockEnd...] }

  /// Whether the block holds any: the receipts are a list, one for each.
  public var hasTransactions: Bool { receipts.first.map { $0 != 0 } ?? false }

  init?(height: UInt64, payload: [UInt8]) {
    guard payload.count >= BlockLog.lengthBytes else { return nil }
    let length = payload[..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= payload.count - BlockLog.lengthBytes else { return nil }
    self.height = height
    self.payload = payload
    blockEnd = BlockLog.lengthBytes + length
  }
}

/// The blocks, append-only: durable before anybody is told that one is final.
///
/// Heights follow each other without gaps. Thread safe: blocks are read while one is appended; one
/// appends at a time.
public final class BlockLog: Sendable {
  static let lengthBytes = 4

  private struct Segment: Sendable {
    let file: FrameFile
    var frames: [FramePlace]
  }

  private struct Index: Sendable {
    /// Ascending; no segment is without frames.
    var segments: [Segment] = []

    var heights: ClosedRange<UInt64>? {
      guard let first = segments.first?.frames.first, let last = segments.last?.frames.last
      else { return nil }
      return first.height...last.height
    }

    var bytes: UInt64 {
      segments.dropLast().reduce(segments.last?.frames.last?.end ?? 0) { $0 + $1.file.size }
    }

    func find(_ height: UInt64) -> (FrameFile, FramePlace)? {
      guard let segment = segments.last(where: { $0.frames[0].height <= height }) else {
        return nil
      }
      let position = height - segment.frames[0].height
      guard position < UInt64(segment.frames.count) else { return nil }
      return (segment.file, segment.frames[Int(position)])
    }

    /// Forgets the first segment, if all its blocks are below the height and another follows.
    mutating func removeFirst(below height: UInt64) -> Segment? {
      guard segments.count > 1, segments[1].frames[0].height <= height else { return nil }
      return segments.removeFirst()
    }

    mutating func add(_ file: FrameFile, _ place: FramePlace) {
      if segments.last?.file.number == file.number {
        segments[segments.count - 1].frames.append(place)
      } else {
        segments.append(Segment(file: file, frames: [place]))
      }
    }
  }

  private let folder: FrameFolder
  private let readOnly: Bool
  private let writer: Mutex<FrameWriter>
  private let index: Mutex<Index>
  /// One removes at a time; appends do not wait for it.
  private let removal = Mutex(())

  init(_ path: String, chain: ChainID, options: StoreOptions) throws(StoreError) {
    folder = FrameFolder(folder: Folder(path: path), kind: .log, chain: chain)
    readOnly = options.readOnly
    let segments = try folder.open(readOnly: readOnly)
    var index = Index()
    for (file, scan) in segments {
      for place in scan.frames {
        if let last = index.heights?.upperBound, place.height != last + 1 {
          throw .damaged(
            StoreDamage(
              .frame(path: file.path, offset: place.offset),
              .heightOutOfOrder(expected: last + 1, found: place.height)))
        }
        index.add(file, place)
      }
    }
    self.index = Mutex(index)
    writer = Mutex(
      try FrameWriter(
        folder, after: readOnly ? nil : segments.last, segmentBytes: options.logSegmentBytes,
        dataSync: options.dataSync))
  }

  /// The heights in the log; nil when it is empty.
  public var heights: ClosedRange<UInt64>? { index.withLock { $0.heights } }

  /// The number of segments, and the bytes up to the last block's end.
  var size: (segments: Int, bytes: UInt64) {
    index.withLock { ($0.segments.count, $0.bytes) }
  }

  /// Appends a block with its receipts and makes it durable: when this returns, the block survives
  /// a crash. When it throws, the log is as before.
  ///
  /// - Throws: `heightOutOfOrder`; `diskFull`, after which it may be tried again; `syncFailed` and
  ///   `stopped`, after which the node stops.
  public func append(height: UInt64, block: [UInt8], receipts: [UInt8]) throws(StoreError) {
    guard !readOnly else { throw .readOnly(path: folder.folder.path) }
    var length = BCSWriter(reserving: Self.lengthBytes)
    length.u32(UInt32(clamping: block.count))
    let parts = [length.bytes[...], block[...], receipts[...]]
    try writer.withLock { writer throws(StoreError) in
      if let last = heights?.upperBound, height != last + 1 {
        throw .heightOutOfOrder(expected: last + 1, given: height)
      }
      let appended = try writer.append(height: height, parts)
      try writer.sync()
      index.withLock { $0.add(appended.file, appended.place) }
    }
  }

  /// The block of a height, checked; nil when it is not, or no longer, in the log.
  public func read(_ height: UInt64) throws(StoreError) -> LogEntry? {
    guard let (file, place) = index.withLock({ $0.find(height) }) else { return nil }
    do throws(StoreError) { return try entry(file, place) } catch {
      // Removed between the look-up and the read.
      if index.withLock({ $0.find(height) }) == nil { return nil }
      throw error
    }
  }

  /// A part of a height's frame; nil when the block is not, or no longer, in the log. Not checked
  /// here: the frame's check is over all of it.
  func payload(_ height: UInt64, _ range: Range<Int>) throws(StoreError) -> [UInt8]? {
    guard let (file, place) = index.withLock({ $0.find(height) }) else { return nil }
    guard range.upperBound <= place.length else {
      throw .damaged(StoreDamage(.frame(path: file.path, offset: place.offset), .badLayout))
    }
    do throws(StoreError) {
      return try File(file.path, .read).read(
        count: range.count,
        at: place.offset + UInt64(FrameHead.bytesCount) + UInt64(range.lowerBound))
    } catch {
      if index.withLock({ $0.find(height) }) == nil { return nil }
      throw error
    }
  }

  /// Blocks from a height on, in order, until their bytes exceed `bytesMax`: at least the first,
  /// when it is there. For peers that catch up.
  public func read(from height: UInt64, bytesMax: Int) throws(StoreError) -> [LogEntry] {
    var entries: [LogEntry] = []
    var bytes = 0
    var next = height
    while let entry = try read(next) {
      bytes += entry.block.count
      guard entries.isEmpty || bytes <= bytesMax else { break }
      entries.append(entry)
      guard bytes < bytesMax, next < UInt64.max else { break }
      next += 1
    }
    return entries
  }

  /// Removes segments all of whose blocks are below the height, and gives their disk space back;
  /// the last segment stays. Blocks are appended and read meanwhile. A failure is final: nothing
  /// more is appended.
  public func removeSegments(below height: UInt64) throws(StoreError) {
    guard !readOnly else { throw .readOnly(path: folder.folder.path) }
    try removal.withLock { _ throws(StoreError) in
      while let segment = index.withLock({ $0.removeFirst(below: height) }) {
        do throws(StoreError) { try folder.remove(segment.file) } catch {
          index.withLock { $0.segments.insert(segment, at: 0) }
          writer.withLock { $0.stop() }
          throw error
        }
      }
    }
  }

  private func entry(_ file: FrameFile, _ place: FramePlace) throws(StoreError) -> LogEntry {
    let payload = try file.payload(place)
    guard let entry = LogEntry(height: place.height, payload: payload) else {
      throw .damaged(StoreDamage(.frame(path: file.path, offset: place.offset), .badLayout))
    }
    return entry
  }
}
