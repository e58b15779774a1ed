import Glibc
import LedgerCore

/// Where a frame stands in its segment.
struct FramePlace: Hashable, Sendable {
  let offset: UInt64
  let height: UInt64
  /// Payload bytes.
  let length: Int

  /// Where the next frame may stand.
  var end: UInt64 { offset + UInt64(FrameHead.frameBytes(payload: length)) }
}

/// One segment file of frames. Holds no descriptor: a log may have thousands.
struct FrameFile: Sendable {
  let path: String
  let number: UInt64
  let seal: FrameSeal
  /// The file's size; frames and zeros fill it.
  let size: UInt64

  /// What a scan found.
  struct Scan: Sendable {
    var frames: [FramePlace] = []
    /// Where the next frame goes.
    var end = UInt64(SegmentHead.bytesCount)
    /// Something stands at `end`: the torn end of a write that was never made durable. (Or damage
    /// to the very last frame: nothing can tell the two apart.)
    var isTorn = false
  }

  static func name(_ kind: SegmentHead.Kind, _ number: UInt64) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, 12 - digits.utf8.count)) + digits + kind.suffix
  }

  /// Opens a segment and checks its head.
  static func open(
    _ folder: Folder, _ kind: SegmentHead.Kind, number: UInt64, chain: ChainID
  ) throws(StoreError) -> FrameFile {
    let path = folder.file(name(kind, number))
    let file = try File(path, .read)
    let bytes = try file.read(count: SegmentHead.bytesCount, at: 0)
    let head = try SegmentHead(bytes, path: path, kind: kind, number: number, chain: chain)
    return FrameFile(
      path: path, number: number, seal: FrameSeal(salt: head.salt), size: try file.size())
  }

  /// Makes a segment of `bytes`, all of it on disk: written under another name and renamed, so a
  /// segment with its name is whole.
  static func create(
    _ folder: Folder, _ kind: SegmentHead.Kind, number: UInt64, chain: ChainID, bytes: UInt64
  ) throws(StoreError) -> FrameFile {
    let name = name(kind, number)
    let temporary = name + FrameFolder.temporarySuffix
    let head = SegmentHead(newOf: kind, number: number, chain: chain)
    do throws(StoreError) {
      let file = try File(folder.file(temporary), .create)
      try file.allocate(bytes)
      try file.write(head.bytes, at: 0)
      try file.syncAll()
      try folder.rename(temporary, to: name)
    } catch {
      // What is left of it is removed now, or when the folder is opened next.
      try? folder.remove(temporary)
      throw error
    }
    try folder.sync()
    return FrameFile(
      path: folder.file(name), number: number, seal: FrameSeal(salt: head.salt), size: bytes)
  }

  /// Walks the frames in order; `reading` their payloads, which are then checked and given to
  /// `visit`, or their heads only. Only the `last` segment of a log may end in a torn write:
  /// before another one is made, a segment is synced.
  func scan(
    last: Bool, reading: Bool,
    _ visit: (FramePlace, [UInt8]) throws(StoreError) -> Void = { _, _ in }
  ) throws(StoreError) -> Scan {
    let file = try File(path, .read)
    var scan = Scan()
    while let head = try head(file, at: scan.end) {
      let place = FramePlace(offset: scan.end, height: head.height, length: head.length)
      guard place.end <= size else { break }
      if reading {
        let payload = try file.read(
          count: head.frameBytes - FrameHead.bytesCount,
          at: place.offset + UInt64(FrameHead.bytesCount))
        guard seal.isPayload(payload, of: head, at: place.offset) else { break }
        try visit(place, payload)
      }
      scan.frames.append(place)
      scan.end = place.end
    }
    if try isZero(file, from: scan.end) { return scan }
    // A frame that began its group later was written when this one had been synced.
    let isFollowed = try hasFrame(file, after: scan.end)
    guard last, !isFollowed else {
      throw .damaged(StoreDamage(.frame(path: path, offset: scan.end), .checksum))
    }
    scan.isTorn = true
    return scan
  }

  /// A frame's payload, checked.
  func payload(_ place: FramePlace) throws(StoreError) -> [UInt8] {
    let file = try File(path, .read)
    let body = place.offset + UInt64(FrameHead.bytesCount)
    let damaged = StoreError.damaged(
      StoreDamage(.frame(path: path, offset: place.offset), .checksum))
    guard let head = try head(file, at: place.offset), head.height == place.height,
      head.length == place.length
    else { throw damaged }
    var bytes = try file.read(count: head.frameBytes - FrameHead.bytesCount, at: body)
    guard seal.isPayload(bytes, of: head, at: place.offset) else { throw damaged }
    bytes.removeLast(bytes.count - head.length)
    return bytes
  }

  /// Takes away everything from `end` on, durably, and gives the zeros back.
  func cut(at end: UInt64) throws(StoreError) {
    let file = try File(path, .readWrite)
    try file.truncate(end)
    try file.allocate(size)
    try file.syncAll()
  }

  private func head(_ file: File, at offset: UInt64) throws(StoreError) -> FrameHead? {
    seal.head(try file.read(count: FrameHead.bytesCount, at: offset)[...], at: offset)
  }

  private static let chunkBytes = 1 << 20

  private func isZero(_ file: File, from start: UInt64) throws(StoreError) -> Bool {
    var offset = start
    while offset < size {
      let chunk = try file.read(
        count: min(Self.chunkBytes, Int(clamping: size - offset)), at: offset)
      guard !chunk.isEmpty else { return true }
      // Zeros are equal to themselves moved by one.
      let isZero = unsafe chunk.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress, unsafe bytes[0] == 0 else { return false }
        return unsafe memcmp(base, base + 1, bytes.count - 1) == 0
      }
      guard isZero else { return false }
      offset += UInt64(chunk.count)
    }
    return true
  }

  /// Whether a valid head stands after `offset` whose sync began after it.
  private func hasFrame(_ file: File, after offset: UInt64) throws(StoreError) -> Bool {
    let step = UInt64(FrameHead.alignment)
    var start = offset + step
    while start < size {
      let chunk = try file.read(count: Self.chunkBytes, at: start)
      guard !chunk.isEmpty else { return false }
      for position in Self.magics(in: chunk) where position % FrameHead.alignment == 0 {
        let place = start + UInt64(position)
        if let head = try head(file, at: place), head.group > offset { return true }
      }
      start += UInt64(chunk.count)
    }
    return false
  }

  /// Where a frame's magic bytes stand. Chunks start at multiples of 8 and so do frames: none
  /// lies across two chunks.
  private static func magics(in chunk: [UInt8]) -> [Int] {
    var found: [Int] = []
    unsafe chunk.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return }
      var from = 0
      while from < bytes.count,
        let hit = unsafe memchr(base + from, Int32(FrameHead.magic[0]), bytes.count - from)
      {
        let position = unsafe base.distance(to: UnsafeRawPointer(hit))
        if unsafe bytes[position...].starts(with: FrameHead.magic) { found.append(position) }
        from = position + 1
      }
    }
    return found
  }
}
