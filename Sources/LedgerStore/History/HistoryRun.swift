import LedgerCore

/// A sorted run of a table's entries: those of consecutive heights.
///
/// A table is a list of runs, oldest first. What a flush adds is one run, written in order at the
/// end of its database; when runs of one size have become many, they are merged into one, so that
/// an entry is written a few times in all, and each time side by side with its neighbours. Inserted
/// one by one at the places their hashes ask for, entries would cost a page each.
struct HistoryRun: Hashable, Sendable {
  /// Counts runs; its entries' keys begin with it.
  let number: UInt64
  let level: UInt8
  let count: UInt64
  let first: UInt64
  let last: UInt64

  /// Runs of one level that are merged into one of the next.
  static let fanIn = 8
  /// A run of so many entries is never merged again: 64 MiB.
  static let sealedCount: UInt64 = 1 << 22
  static let sealedLevel: UInt8 = 7

  static func level(of count: UInt64) -> UInt8 {
    guard count < sealedCount else { return sealedLevel }
    return UInt8(min((UInt64.bitWidth - 1 - max(count, 1).leadingZeroBitCount) / 3, 6))
  }

  /// How many runs of the end of a list are merged with a new one of `count` entries, and the level
  /// of the result. Levels never rise along the list, and of each there are fewer than `fanIn`, the
  /// sealed one aside.
  static func plan(_ runs: [HistoryRun], adding count: UInt64) -> (merged: Int, level: UInt8) {
    var start = runs.count
    var total = count
    var level = level(of: count)
    while true {
      while start > 0, runs[start - 1].level < level {
        start -= 1
        total += runs[start].count
      }
      guard level < sealedLevel else { break }
      var same = start
      var sum = total
      while same > 0, runs[same - 1].level == level {
        same -= 1
        sum += runs[same].count
      }
      guard start - same + 1 >= fanIn || sum >= sealedCount else { break }
      start = same
      total = sum
      level = max(level + 1, self.level(of: total))
    }
    return (runs.count - start, level)
  }
}

extension HistoryRun: BCSCodable {
  static let bytesCount = 33

  init(from reader: inout BCSReader) throws(BCSError) {
    number = try reader.u64("run")
    level = try reader.u8("level")
    count = try reader.u64("count")
    first = try reader.u64("first")
    last = try reader.u64("last")
  }

  func encode(into writer: inout BCSWriter) {
    writer.u64(number)
    writer.u8(level)
    writer.u64(count)
    writer.u64(first)
    writer.u64(last)
  }
}

/// What history holds: which chain, from which height to which, and the runs of its tables.
struct HistoryNote: Equatable, Sendable {
  static let formatVersion: UInt32 = 1
  static let key: [UInt8] = Array("history".utf8)
  /// 64 MiB each: more transactions than any disk holds.
  static let runsMax = 1 << 20

  let chain: ChainID
  /// The first height indexed; the log may begin above 1.
  let first: UInt64
  /// The last height indexed; `first - 1` when there is none.
  var height: UInt64
  var nextRun: UInt64 = 0
  /// By `HistoryTable`.
  var runs: [[HistoryRun]] = Array(repeating: [], count: HistoryTable.allCases.count)

  init(chain: ChainID, first: UInt64) {
    self.chain = chain
    self.first = first
    height = first - 1
  }

  var bytes: [UInt8] {
    var writer = BCSWriter(
      reserving: 128 + runs.reduce(0) { $0 + $1.count * HistoryRun.bytesCount })
    writer.u32(Self.formatVersion)
    writer.bytes32(chain.bytes)
    writer.u64(first)
    writer.u64(height)
    writer.u64(nextRun)
    for list in runs { writer.list(list) }
    writer.bytes32(Checksum.hash(writer.bytes).bytes)
    return writer.bytes
  }

  init(_ bytes: [UInt8], path: String) throws(StoreError) {
    guard bytes.count > 32, Checksum.hash(Array(bytes.dropLast(32))) == Digest(bytes.suffix(32))
    else { throw .damaged(StoreDamage(.history(path: path), .checksum)) }
    let body = Array(bytes.dropLast(32))
    let version: UInt32
    do throws(BCSError) {
      var reader = unsafe BCSReader(body.span.bytes)
      version = try reader.u32("version")
      chain = ChainID(try reader.bytes32("chain"))
      first = try reader.u64("first")
      height = try reader.u64("height")
      nextRun = try reader.u64("next run")
      runs = []
      for _ in HistoryTable.allCases { runs.append(try reader.list(in: 0...Self.runsMax, "runs")) }
      try reader.finish("history note")
    } catch {
      throw .damaged(StoreDamage(.history(path: path), .badLayout))
    }
    guard version == Self.formatVersion else {
      throw .unknownFormat(path: path, version: version)
    }
  }
}
