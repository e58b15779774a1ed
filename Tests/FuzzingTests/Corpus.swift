import CatchUp
import Consensus
import Dissemination
import Foundation
import LedgerCore
import Replica

/// What fuzzing starts from: messages of a network that runs, and scripts that let one run. Made
/// anew each time, so that it is of today's encodings.
enum Corpus {
  /// Writes a folder for each target into this one.
  static func write(into folder: String) throws {
    let (frames, heights) = FuzzedNetwork.recorded(steady(1_500))
    let inputs = [
      "replica": [steady(400), steady(800), restless(800), talkative(800)],
      "decoders": decoderInputs(frames),
      "streams": streamInputs(frames),
    ]
    for (target, list) in inputs.sorted(by: { $0.key < $1.key }) {
      let path = folder + "/" + target
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      for (number, bytes) in list.enumerated() {
        try Data(bytes).write(to: URL(fileURLWithPath: "\(path)/seed-\(number)"))
      }
      print("\(target): starts from \(list.count) inputs")
    }
    print("\(frames.count) messages recorded, \(heights) heights final")
  }

  static func decoderInputs(_ frames: [[UInt8]]) -> [[UInt8]] {
    some(of: frames).flatMap(parts)
  }

  static func streamInputs(_ frames: [[UInt8]]) -> [[UInt8]] {
    [[3] + frames.filter { $0.count < 500 }.prefix(8).flatMap { stream($0) }]
  }

  /// Three of each kind, by their first two bytes.
  private static func some(of frames: [[UInt8]]) -> [[UInt8]] {
    var counts: [ArraySlice<UInt8>: Int] = [:]
    return frames.filter { frame in
      counts[frame.prefix(2), default: 0] += 1
      return counts[frame.prefix(2), default: 0] <= 3
    }
  }

  /// A message and what is in it, each with the number of its decoder before it.
  private static func parts(_ frame: [UInt8]) -> [[UInt8]] {
    var parts = [[0] + frame, [frame[0] + 1] + frame.dropFirst()]
    func add(_ decoder: UInt8, _ bytes: [UInt8]) { parts.append([decoder] + bytes) }
    switch try? PeerMessage(decoding: frame[...]) {
    case .dissemination(.bundle(let bundle)):
      add(5, Array(bundle.bytes))
      add(10, bundle.header.bcs)
      for transaction in bundle.transactions.prefix(2) {
        add(6, Array(transaction.bytes))
        add(17, transaction.body.bcs)
        for operation in transaction.body.operations { add(16, operation.bcs) }
      }
    case .consensus(.proposal(let proposal)):
      add(8, proposal.block.bcs)
      add(9, proposal.block.header.bcs)
      add(12, proposal.vote.bcs)
    case .consensus(.decided(let decided)): add(11, decided.certificate.bcs)
    default: break
    }
    return parts
  }

  private static func stream(_ frame: [UInt8]) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: frame.count >> (8 * $0)) } + frame
  }

  /// Frames arrive, machines answer, time passes, clients send.
  static func steady(_ count: Int) -> [UInt8] {
    (0..<count).map { [0xF0, 0xF8, 0xF0, 0xF8, 0x0A, 0xF0, 0xF8, 0x0E][$0 % 8] }
  }

  /// Nodes go down, connections break, frames overtake each other.
  static func restless(_ count: Int) -> [UInt8] {
    (0..<count).map { [0xF0, 0xF8, 5, 17, 0xF0, 0xF8, 0x0A, 0x0F, 1, 2, 0xF0, 0xF8][$0 % 12] }
  }

  /// The traitor says what it said before, changed and signed anew.
  static func talkative(_ count: Int) -> [UInt8] {
    (0..<count).map { [0xF0, 0xF8, 0xF0, 0xF8, 0x0A, 11, 3, 0x75, 0, 40, 1][$0 % 11] }
  }
}
