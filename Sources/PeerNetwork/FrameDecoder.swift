/// Cuts a stream into frames: a length of 4 bytes, little-endian, then that many bytes. A frame of
/// length 0 is a keep-alive.
///
/// A frame's memory grows with what has arrived, not with what was announced.
struct FrameDecoder {
  enum Frame: Equatable {
    case keepAlive
    case payload([UInt8])
  }

  struct TooLong: Error, Equatable {
    let bytes: Int
    let bytesMax: Int
  }

  static let headerBytes = 4

  /// The longest payload accepted from here on.
  var bytesMax: Int
  private var header: UInt32 = 0
  private var headerCount = 0
  private var payload: [UInt8] = []

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  /// Takes bytes off the front of `input` until a frame is complete; nil when all were taken and
  /// none is.
  mutating func next(_ input: inout ArraySlice<UInt8>) throws(TooLong) -> Frame? {
    while headerCount < Self.headerBytes {
      guard let byte = input.popFirst() else { return nil }
      header |= UInt32(byte) << UInt32(8 * headerCount)
      headerCount += 1
      if headerCount == Self.headerBytes, header > bytesMax {
        throw TooLong(bytes: Int(header), bytesMax: bytesMax)
      }
    }
    let length = Int(header)
    let taken = min(length - payload.count, input.count)
    if payload.isEmpty && taken > 0 {
      payload.reserveCapacity(min(length, 2 * Bounds.recordBytesMax))
    }
    payload.append(contentsOf: input.prefix(taken))
    input.removeFirst(taken)
    guard payload.count == length else { return nil }
    defer {
      header = 0
      headerCount = 0
      payload = []
    }
    return length == 0 ? .keepAlive : .payload(payload)
  }

  /// The 4 bytes before a payload of `count` bytes.
  static func header(_ count: Int) -> [UInt8] {
    let length = UInt32(truncatingIfNeeded: count)
    return (0..<4).map { UInt8(truncatingIfNeeded: length >> UInt32(8 * $0)) }
  }
}
