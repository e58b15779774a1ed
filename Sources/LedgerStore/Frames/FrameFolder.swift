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

/// Appends frames to the last segment of a folder, and makes the next one when it is full.
struct FrameWriter: Sendable {
  private let folder: FrameFolder
  private let segmentBytes: Int
  private let dataSync: @Sendable (Int32) -> Int32
  /// The segment appended to.
  private(set) var current: FrameFile?
  private var opened: File?
  private var end: UInt64 = 0
  /// Where the frames begin that no sync has covered yet; `end` when there are none.
  private var groupStart: UInt64 = 0
  private var nextNumber: UInt64 = 1
  private var hasStopped = false
  private var buffer: [UInt8] = []

  /// Goes on after the last of the segments.
  init(
    _ folder: FrameFolder, after last: (file: FrameFile, scan: FrameFile.Scan)?,
    segmentBytes: Int, dataSync: @escaping @Sendable (Int32) -> Int32
  ) throws(StoreError) {
    self.folder = folder
    self.segmentBytes = segmentBytes
    self.dataSync = dataSync
    guard let last else { return }
    current = last.file
    opened = try File(last.file.path, .readWrite, dataSync: dataSync)
    end = last.scan.end
    groupStart = end
    nextNumber = last.file.number + 1
  }

  /// Writes a frame, not durable before `sync`. When it throws, nothing was appended.
  ///
  /// - Returns: the frame's segment and place.
  mutating func append(height: UInt64, _ parts: [ArraySlice<UInt8>]) throws(StoreError)
    -> (file: FrameFile, place: FramePlace)
  {
    try refuseWhenStopped()
    let length = parts.reduce(0) { $0 + $1.count }
    guard length <= StoreLimits.framePayloadBytesMax else {
      throw .sizeRefused(
        what: "frame", bytes: length, allowed: 0...StoreLimits.framePayloadBytesMax)
    }
    let bytes = FrameHead.frameBytes(payload: length)
    let (file, opened) = try segment(withRoomFor: bytes)
    let place = FramePlace(offset: end, height: height, length: length)
    file.seal.write(parts, height: height, group: groupStart, at: end, into: &buffer)
    do throws(StoreError) { try opened.write(buffer, at: place.offset) } catch {
      throw stopping(error)
    }
    end = place.end
    if buffer.capacity > Self.keptBytes { buffer = [] }
    return (file, place)
  }

  private static let keptBytes = 4 << 20

  /// Makes every appended frame durable. A failure is final: everything after it is refused.
  mutating func sync() throws(StoreError) {
    try refuseWhenStopped()
    guard groupStart != end, let opened else { return }
    do throws(StoreError) { try opened.syncData() } catch { throw stopping(error) }
    groupStart = end
  }

  private mutating func segment(withRoomFor bytes: Int) throws(StoreError) -> (FrameFile, File) {
    if let current, let opened, end + UInt64(bytes) <= current.size { return (current, opened) }
    try sync()
    let size = max(segmentBytes, SegmentHead.bytesCount + bytes)
    do throws(StoreError) {
      let made = try FrameFile.create(
        folder.folder, folder.kind, number: nextNumber, chain: folder.chain, bytes: UInt64(size))
      let file = try File(made.path, .readWrite, dataSync: dataSync)
      current = made
      opened = file
      nextNumber += 1
      end = UInt64(SegmentHead.bytesCount)
      groupStart = end
      return (made, file)
    } catch { throw stopping(error) }
  }

  private func refuseWhenStopped() throws(StoreError) {
    guard !hasStopped else { throw .stopped(path: folder.folder.path) }
  }

  /// A full disk may get room again; after any other failure nothing is written any more.
  private mutating func stopping(_ error: StoreError) -> StoreError {
    if case .diskFull = error {} else { hasStopped = true }
    return error
  }
}
