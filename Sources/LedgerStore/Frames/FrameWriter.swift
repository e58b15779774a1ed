import LedgerCore

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
  /// Up to here the disk's blocks were written before, be it with zeros.
  private var writtenEnd: UInt64 = 0
  /// Where the bytes end that a failed write may have left behind `end`.
  private var spoiltEnd: UInt64?
  private var hasStopped = false

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
    writtenEnd = end
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
    try clearSpoilt()
    let (file, opened) = try segment(withRoomFor: bytes)
    let place = FramePlace(offset: end, height: height, length: length)
    do throws(StoreError) {
      if bytes <= Self.wholeFrameBytesMax {
        let frame = file.seal.frame(parts, height: height, group: groupStart, at: end)
        try opened.write(frame, at: end)
        try writeZeros(opened, from: place.end, in: file)
      } else {
        try write(parts, at: place, file.seal, opened)
      }
    } catch {
      spoiltEnd = place.end
      throw stopping(error)
    }
    end = place.end
    return (file, place)
  }

  /// A frame up to this size is written by one call, and zeros ahead of it.
  private static let wholeFrameBytesMax = 256 << 10
  private static let pieceBytes = 1 << 20
  private static let zeros = [UInt8](repeating: 0, count: 1 << 20)

  /// Writes a large frame from where its parts lie. The disk has begun with the payload while its
  /// checksum is computed; a frame whose head is missing is the torn end of a write.
  private func write(
    _ parts: [ArraySlice<UInt8>], at place: FramePlace, _ seal: FrameSeal, _ file: File
  ) throws(StoreError) {
    var offset = place.offset + UInt64(FrameHead.bytesCount)
    for part in parts {
      try unsafe part.withUnsafeBufferPointer { part throws(StoreError) in
        for start in stride(from: 0, to: part.count, by: Self.pieceBytes) {
          let piece = start..<min(part.count, start + Self.pieceBytes)
          try unsafe file.write(
            UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: part[piece])), at: offset)
          file.startWriting(offset..<offset + UInt64(piece.count))
          offset += UInt64(piece.count)
        }
      }
    }
    try file.write([UInt8](repeating: 0, count: Int(place.end - offset)), at: offset)
    let head = seal.head(
      length: place.length, height: place.height, group: groupStart,
      payloadCheck: seal.payloadCheck(parts, at: place.offset), at: place.offset)
    try file.write(head, at: place.offset)
  }

  /// The first write to a block that is only reserved makes the sync that follows wait for the
  /// file system's journal. So zeros are written ahead, many appends' worth by one of them.
  private mutating func writeZeros(
    _ opened: File, from start: UInt64, in file: FrameFile
  ) throws(StoreError) {
    guard start > writtenEnd, start < file.size else { return }
    let count = min(UInt64(Self.zeros.count), file.size - start)
    try unsafe Self.zeros.withUnsafeBufferPointer { zeros throws(StoreError) in
      try unsafe opened.write(
        UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: zeros[..<Int(count)])), at: start)
    }
    writtenEnd = start + count
  }

  /// Takes away what a failed write left, durably: a shorter frame in its place would leave the
  /// rest of it, which looks like damage once another segment follows.
  private mutating func clearSpoilt() throws(StoreError) {
    guard let last = spoiltEnd, let opened else { return }
    do throws(StoreError) {
      var offset = end
      while offset < last {
        let count = min(UInt64(Self.zeros.count), last - offset)
        try opened.write([UInt8](repeating: 0, count: Int(count)), at: offset)
        offset += count
      }
      try opened.syncData()
    } catch { throw stopping(error) }
    spoiltEnd = nil
  }

  /// Makes every appended frame durable. A failure is final: everything after it is refused.
  mutating func sync() throws(StoreError) {
    try refuseWhenStopped()
    guard groupStart != end, let opened else { return }
    do throws(StoreError) { try opened.syncData() } catch { throw stopping(error) }
    groupStart = end
  }

  /// Refuses everything from now on.
  mutating func stop() { hasStopped = true }

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
      writtenEnd = end
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
