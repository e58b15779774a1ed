@testable import PeerNetwork

/// A peer's stream, cut into frames as it comes: however it is cut, the frames are the same.
enum Streams {
  static func run(_ input: [UInt8]) {
    guard let seed = input.first else { return }
    let stream = Array(input.dropFirst())
    let whole = frames(stream, pieces: stream.count + 1)
    let cut = frames(stream, pieces: 1 + Int(seed) % 7)
    guard whole == cut else { fatalError("frames depend on how the stream is cut") }
  }

  private static func frames(_ stream: [UInt8], pieces: Int) -> [FrameDecoder.Frame] {
    var decoder = FrameDecoder(bytesMax: 512)
    var frames: [FrameDecoder.Frame] = []
    var start = 0
    while start < stream.count {
      let end = min(stream.count, start + pieces)
      var piece = stream[start..<end]
      do {
        while let frame = try decoder.next(&piece) { frames.append(frame) }
      } catch {
        return frames
      }
      start = end
    }
    return frames
  }
}
