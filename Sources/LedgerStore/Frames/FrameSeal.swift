import CLedgerCore
import LedgerCore

/// What ties frames to their file: the key of their checks.
struct FrameSeal: Sendable {
  /// 16 bytes.
  let salt: [UInt8]

  /// The checksum that a frame's head holds of its payload, which may be in parts.
  func payloadCheck(_ parts: [ArraySlice<UInt8>], at offset: UInt64) -> [UInt8] {
    let sum = FrameSum(salt, .payload, at: offset)
    for part in parts { unsafe part.withUnsafeBytes { unsafe sum.add($0) } }
    return sum.finish()
  }

  /// The head of a frame that will stand at `offset`.
  func head(
    length: Int, height: UInt64, group: UInt64, payloadCheck: [UInt8], at offset: UInt64
  ) -> [UInt8] {
    var head = BCSWriter(reserving: FrameHead.bytesCount)
    head.raw(FrameHead.magic)
    head.u32(UInt32(truncatingIfNeeded: length))
    head.u64(height)
    head.u64(group)
    head.raw(payloadCheck)
    head.raw(headCheck(head.bytes[...], at: offset))
    return head.bytes
  }

  /// A whole frame that will stand at `offset`.
  func frame(
    _ parts: [ArraySlice<UInt8>], height: UInt64, group: UInt64, at offset: UInt64
  ) -> [UInt8] {
    let length = parts.reduce(0) { $0 + $1.count }
    var frame = head(
      length: length, height: height, group: group,
      payloadCheck: payloadCheck(parts, at: offset), at: offset)
    let total = FrameHead.frameBytes(payload: length)
    frame.reserveCapacity(total)
    for part in parts { frame.append(contentsOf: part) }
    frame.append(contentsOf: repeatElement(0, count: total - frame.count))
    return frame
  }

  /// A frame's head, when these 48 bytes are one that was written to stand at `offset`.
  func head(_ bytes: ArraySlice<UInt8>, at offset: UInt64) -> FrameHead? {
    guard bytes.count == FrameHead.bytesCount, bytes.starts(with: FrameHead.magic),
      headCheck(bytes.prefix(40), at: offset).elementsEqual(bytes.suffix(8))
    else { return nil }
    return try? unchecked(Array(bytes.prefix(40)))
  }

  private func headCheck(_ bytes: ArraySlice<UInt8>, at offset: UInt64) -> ArraySlice<UInt8> {
    let sum = FrameSum(salt, .head, at: offset)
    unsafe bytes.withUnsafeBytes { unsafe sum.add($0) }
    return sum.finish()[..<8]
  }

  private func unchecked(_ bytes: [UInt8]) throws(BCSError) -> FrameHead {
    var reader = unsafe BCSReader(bytes.span.bytes)
    _ = try reader.u32("magic")
    return FrameHead(
      length: Int(try reader.u32("length")), height: try reader.u64("height"),
      group: try reader.u64("group"), payloadCheck: Array(bytes[24..<40]))
  }

  /// Whether the bytes after a head are its payload and the padding's zeros.
  func isPayload(_ bytes: [UInt8], of head: FrameHead, at offset: UInt64) -> Bool {
    guard bytes.count == head.frameBytes - FrameHead.bytesCount,
      bytes[head.length...].allSatisfy({ $0 == 0 })
    else { return false }
    return payloadCheck([bytes[..<head.length]], at: offset) == head.payloadCheck
  }
}

/// A checksum under way: GMAC with AES-128.
@safe struct FrameSum: ~Copyable {
  /// What of a frame is summed.
  enum Part: UInt32 {
    case head = 1
    case payload = 2
  }

  static let bytesCount = Int(CL_CHECKSUM_BYTES)
  private let handle: OpaquePointer

  /// - Parameter salt: 16 bytes, the key.
  init(_ salt: [UInt8], _ part: Part, at offset: UInt64) {
    var nonce = BCSWriter(reserving: Int(CL_CHECKSUM_NONCE_BYTES))
    nonce.u64(offset)
    nonce.u32(part.rawValue)
    self.init(key: salt, nonce: nonce.bytes)
  }

  /// - Parameters: key: 16 bytes. nonce: 12 bytes.
  init(key: [UInt8], nonce: [UInt8]) {
    precondition(
      key.count == CL_CHECKSUM_KEY_BYTES && nonce.count == CL_CHECKSUM_NONCE_BYTES,
      "a checksum's key has 16 bytes and its nonce 12")
    unsafe handle = unsafe cl_checksum_begin(key, nonce)
  }

  func add(_ bytes: UnsafeRawBufferPointer) {
    unsafe cl_checksum_add(
      handle, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
  }

  /// The 16 bytes of the checksum of all that was added.
  consuming func finish() -> [UInt8] {
    let handle = unsafe handle
    return unsafe [UInt8](unsafeUninitializedCapacity: Self.bytesCount) { buffer, count in
      unsafe cl_checksum_finish(handle, buffer.baseAddress)
      count = Self.bytesCount
    }
  }
}
