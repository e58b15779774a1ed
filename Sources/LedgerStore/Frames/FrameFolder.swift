import LedgerCore

/// A folder of segments, numbered without gaps.
struct FrameFolder: Sendable {
  static let temporarySuffix = ".new"

  let folder: Folder
  let kind: SegmentHead.Kind
  let chain: ChainID

  /// The segments' numbers, ascending. Segments never finished being made are removed unless
  /// `readOnly`.
  func numbers(readOnly: Bool) throws(StoreError) -> [UInt64] {
    var numbers: [UInt64] = []
    for name in try folder.names() {
      if name.hasSuffix(kind.suffix + Self.temporarySuffix) {
        if !readOnly { try folder.remove(name) }
      } else if name.hasSuffix(kind.suffix), let number = UInt64(name.dropLast(kind.suffix.count)) {
        numbers.append(number)
      }
    }
    numbers.sort()
    for (number, next) in zip(numbers, numbers.dropFirst()) where next != number + 1 {
      let path = folder.file(FrameFile.name(kind, next))
      throw .damaged(StoreDamage(.segment(path: path), .missingSegment(number: number + 1)))
    }
    return numbers
  }

  /// Removes the oldest segment, durably: were the next one gone first, a gap would be left.
  func remove(_ file: FrameFile) throws(StoreError) {
    try folder.remove(FrameFile.name(kind, file.number))
    try folder.sync()
  }

  /// Opens and scans all segments: the last one in full, its torn end cut unless `readOnly`; of the
  /// others the frames' heads, whose payloads are checked when they are read.
  func open(readOnly: Bool) throws(StoreError) -> [(file: FrameFile, scan: FrameFile.Scan)] {
    var segments: [(file: FrameFile, scan: FrameFile.Scan)] = []
    let numbers = try numbers(readOnly: readOnly)
    for number in numbers {
      let isLast = number == numbers.last
      let file = try FrameFile.open(folder, kind, number: number, chain: chain)
      var scan = try file.scan(last: isLast, reading: isLast)
      if scan.isTorn, !readOnly {
        try file.cut(at: scan.end)
        scan.isTorn = false
      }
      segments.append((file, scan))
    }
    return segments
  }
}
