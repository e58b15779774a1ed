public import LedgerCore
import Synchronization

/// A change of the validator set as it is kept.
public struct StoredSetChange: Hashable, Sendable {
  /// Counts the chain's changes from 0.
  public let number: UInt64
  /// The set that ends.
  public let set: ValidatorSet
  public let change: SetChange

  public init(number: UInt64, set: ValidatorSet, change: SetChange) {
    self.number = number
    self.set = set
    self.change = change
  }

  /// The last height that the set before decided.
  public var lastHeight: UInt64 { change.header.height }
}

extension StoredSetChange: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    number = try reader.u64("number")
    set = try ValidatorSet(from: &reader)
    change = try SetChange(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(number)
    set.encode(into: &writer)
    change.encode(into: &writer)
  }
}

/// How the validator set came to be what it is, step by step from genesis: whoever trusts genesis
/// can follow, whatever blocks the node still has.
///
/// Append-only, and nothing of it is ever removed: state drops a set when no evidence is judged by
/// it any more, and old blocks may leave the log. Thread safe.
public final class SetChangeLog: Sendable {
  private struct Index: Sendable {
    var writer: FrameWriter
    /// Ascending by height: that of the last block of the set that ends.
    var places: [(file: FrameFile, place: FramePlace)] = []
    var lastNumber: UInt64?
  }

  private let folder: FrameFolder
  private let readOnly: Bool
  private let index: Mutex<Index>

  init(_ path: String, chain: ChainID, options: StoreOptions) throws(StoreError) {
    folder = FrameFolder(folder: Folder(path: path), kind: .sets, chain: chain)
    readOnly = options.readOnly
    // A folder that an earlier release made has none, until it is opened to be used.
    let segments =
      readOnly && !Folder.exists(path) ? [] : try folder.open(readOnly: readOnly)
    var index = Index(
      writer: try FrameWriter(
        folder, after: readOnly ? nil : segments.last, segmentBytes: options.setSegmentBytes,
        dataSync: options.dataSync))
    for (file, scan) in segments {
      for place in scan.frames {
        if let last = index.places.last?.place.height, place.height <= last {
          throw .damaged(
            StoreDamage(
              .frame(path: file.path, offset: place.offset),
              .heightOutOfOrder(expected: last + 1, found: place.height)))
        }
        index.places.append((file, place))
      }
    }
    if let (file, place) = index.places.last {
      index.lastNumber = try Self.read(file, place).number
    }
    self.index = Mutex(index)
  }

  /// How many changes are kept.
  public var count: Int { index.withLock { $0.places.count } }

  /// The number of the change that comes after those kept; 0 when there is none.
  public var nextNumber: UInt64 { index.withLock { $0.lastNumber.map { $0 + 1 } ?? 0 } }

  /// Appends a change and makes it durable. One that is kept already is left as it is.
  public func append(_ change: StoredSetChange) throws(StoreError) {
    guard !readOnly else { throw .readOnly(path: folder.folder.path) }
    try index.withLock { index throws(StoreError) in
      if let last = index.lastNumber, change.number <= last { return }
      if let last = index.places.last?.place.height, change.lastHeight <= last {
        throw .heightOutOfOrder(expected: last + 1, given: change.lastHeight)
      }
      let appended = try index.writer.append(height: change.lastHeight, [change.bcs[...]])
      try index.writer.sync()
      index.places.append(appended)
      index.lastNumber = change.number
    }
  }

  /// Changes whose last block is above a height, ascending, each checked against its checksum.
  public func read(after height: UInt64, limit: Int) throws(StoreError) -> [StoredSetChange] {
    let places = index.withLock { index in
      let places = index.places
      var (low, high) = (0, places.count)
      while low < high {
        let middle = (low + high) / 2
        if places[middle].place.height <= height { low = middle + 1 } else { high = middle }
      }
      return Array(places[low...].prefix(limit))
    }
    var changes: [StoredSetChange] = []
    for (file, place) in places { changes.append(try Self.read(file, place)) }
    return changes
  }

  private static func read(_ file: FrameFile, _ place: FramePlace) throws(StoreError)
    -> StoredSetChange
  {
    guard let change = StoredSetChange(payload: try file.payload(place), at: place.height) else {
      throw .damaged(StoreDamage(.frame(path: file.path, offset: place.offset), .badLayout))
    }
    return change
  }
}

extension StoredSetChange {
  /// A frame's payload; nil when it is not what was appended.
  init?(payload: [UInt8], at height: UInt64) {
    guard let change = try? StoredSetChange(bcs: payload), change.lastHeight == height else {
      return nil
    }
    self = change
  }
}
