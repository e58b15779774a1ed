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
      "exports": exportInputs,
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

  /// A small export of each registry, with what makes them hard to read.
  static let exportInputs: [[UInt8]] = [
    export(
      0,
      """
      Project ID,Vintage,"Credit\nStatus",Quantity,Product Type,Issuance Date,Serial Number\r
      GS1,2019,Issued,"1,100",VER,2020-11-17,GS1-1-TW-GS1001-12-2019-20258-1-1100\r
      GS2,2010,Issued,2,CER,1/2/20,CN-5-01-2-2-0-8288 - CN-5-02-2-2-0-8288\r
      GS2,2010,Issued,2,CER,1/2/20,CN-05-00-2-02-02-0-8288 -\u{A0}CN-05-00-3-02-02-0-8288\r\n
      """),
    export(
      1,
      """
      Vintage Start;Vintage End;ID;Quantity Issued;Serial Number;Retirement/Cancellation Date
      01/01/2021;30/11/2021;2348;114;\
      13861-531686656-531686769-VCS-VCU-263-VER-AU-7-2348-01012021-30112021-1;
      ;;641;1.000;4147-1-1000-VCU-016-MER-AU-14-641-16042012-15042013-0;9/3/2014

      """),
    export(
      2,
      """
      \u{FEFF}Retired credits
      Vintage\tQuantity of Credits\tCredit Serial Numbers
      2003\t62\tACR-US-102-2003-274-120158095 to 120158156

      """),
    export(
      3,
      "Offset Credit Serial Numbers,Quantity of Offset Credits,Status Effective\r"
        + "CAR-1-US-1008-27-845-WA-2015-2010-1 to 8645,8645,10/11/19\r"),
    export(
      4,
      #"""
      Serial,Units
      ABC-7-1-100,100
      abc-07-90 to 95,6
      """ABC-7-1-2",2
      GS1-1-TW-GS1001-12-2019-20258-1-1100,1100

      """#),
  ]

  private static func export(_ registry: UInt8, _ text: String) -> [UInt8] {
    [registry] + Array(text.utf8)
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
