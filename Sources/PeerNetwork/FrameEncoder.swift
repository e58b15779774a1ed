/// Turns frames into the stream's bytes, a piece at a time, so that a long frame does not hold up
/// its event loop and waits as it is while the socket is full.
struct FrameEncoder {
  private var frames: [[UInt8]] = []
  /// The frame being written, and how much of its payload is.
  private var index = 0
  private var offset = 0
  private var isHeaderWritten = false

  /// Frames not yet written to their end.
  var unfinished: Int { frames.count - index }

  var isEmpty: Bool { unfinished == 0 }

  /// Adds frames behind those it has.
  mutating func load(_ more: [[UInt8]]) {
    if isEmpty {
      frames = more
      index = 0
    } else {
      frames += more
    }
  }

  /// Appends to `staging` up to `bytesMax` bytes in all; tells the frames that came to their end
  /// and their payload bytes.
  mutating func fill(_ staging: inout [UInt8], bytesMax: Int) -> (frames: Int, bytes: Int) {
    var finished = (frames: 0, bytes: 0)
    while index < frames.count {
      let count = frames[index].count
      if !isHeaderWritten {
        guard staging.count + FrameDecoder.headerBytes <= bytesMax else { break }
        staging.append(contentsOf: FrameDecoder.header(count))
        isHeaderWritten = true
      }
      let end = min(count, offset + bytesMax - staging.count)
      staging.append(contentsOf: frames[index][offset..<end])
      offset = end
      guard offset == count else { break }
      finished.frames += 1
      finished.bytes += count
      frames[index] = []
      index += 1
      offset = 0
      isHeaderWritten = false
    }
    return finished
  }
}
