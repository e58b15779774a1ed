import Foundation
import LedgerCore
import Testing

@testable import PeerNetwork

@Suite("Frames and hellos")
struct FrameTests {
  private func frames(
    _ decoder: inout FrameDecoder, _ bytes: [UInt8]
  ) throws -> [FrameDecoder.Frame] {
    var rest = bytes[...]
    var frames: [FrameDecoder.Frame] = []
    while let frame = try decoder.next(&rest) { frames.append(frame) }
    #expect(rest.isEmpty)
    return frames
  }

  @Test("frames come out the same however the stream is cut", arguments: 1...40)
  func everyCut(piece: Int) throws {
    var encoder = FrameEncoder()
    let payloads: [[UInt8]] = [[1], Array(2...30), [9, 9], Array(0...255)]
    encoder.load(payloads)
    var stream: [UInt8] = []
    var finished = 0
    while !encoder.isEmpty {
      var staging: [UInt8] = []
      finished += encoder.fill(&staging, bytesMax: max(piece, 5)).bytes
      #expect(staging.count <= max(piece, 5))
      stream += staging
    }
    #expect(finished == payloads.reduce(0) { $0 + $1.count })
    #expect(stream.count == finished + 4 * payloads.count)

    var decoder = FrameDecoder(bytesMax: 256)
    var decoded: [FrameDecoder.Frame] = []
    for start in stride(from: 0, to: stream.count, by: piece) {
      decoded += try frames(&decoder, Array(stream[start..<min(stream.count, start + piece)]))
    }
    #expect(decoded == payloads.map { .payload($0) })
  }

  @Test("a frame of length 0 is a keep-alive")
  func keepAlive() throws {
    var decoder = FrameDecoder(bytesMax: 10)
    #expect(
      try frames(&decoder, [0, 0, 0, 0, 1, 0, 0, 0, 7, 0, 0, 0, 0])
        == [.keepAlive, .payload([7]), .keepAlive])
  }

  @Test("a length over the bound is refused before any of its bytes is kept")
  func overTheBound() {
    var decoder = FrameDecoder(bytesMax: 255)
    var rest: ArraySlice<UInt8> = [0, 1, 0, 0]
    #expect(throws: FrameDecoder.TooLong(bytes: 256, bytesMax: 255)) { try decoder.next(&rest) }
    var other = FrameDecoder(bytesMax: 255)
    var highest: ArraySlice<UInt8> = [0xFF, 0xFF, 0xFF, 0xFF]
    #expect(throws: FrameDecoder.TooLong(bytes: 0xFFFF_FFFF, bytesMax: 255)) {
      try other.next(&highest)
    }
  }

  @Test("a hello reads back as written, and fits the bound before the hello")
  func helloRoundTrip() throws {
    for channel in PeerChannel.allCases {
      let hello = Hello(
        genesis: chain(3), account: AccountID(.zero), channel: channel, verdict: .followersFull)
      #expect(try Hello(bcs: hello.bcs) == hello)
      #expect(hello.bcs.count <= Bounds.helloBytesMax)
    }
  }

  @Test("a hello that is short, long, or of an unknown channel or verdict is refused")
  func hostileHello() {
    let bytes = Hello(genesis: chain(3), account: AccountID(.zero), channel: .data).bcs
    for count in 0..<bytes.count {
      #expect(throws: BCSError.self) { try Hello(bcs: Array(bytes.prefix(count))) }
    }
    #expect(throws: BCSError.self) { try Hello(bcs: bytes + [0]) }
    #expect(throws: BCSError.self) { try Hello(bcs: bytes.dropLast(2) + [3, 0]) }
    #expect(throws: BCSError.self) { try Hello(bcs: bytes.dropLast() + [6]) }
  }

  @Test("the hellos on the protocol's page are the bytes this code writes")
  func documentedHello() throws {
    let page = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Documentation/protocol/peers.md"), encoding: .utf8)
    let full = try #require(AccountID([UInt8](repeating: 0x33, count: 32)))
    let member = try #require(AccountID([UInt8](repeating: 0x22, count: 32)))
    let hellos = [
      Hello(genesis: chain(0x11), account: full, channel: .follow),
      Hello(genesis: chain(0x11), account: member, channel: .follow, verdict: .followersFull),
    ]
    #expect(page.contains(hellos.map { Hex.encode($0.bcs) }.joined(separator: "\n")))
  }

  @Test("the limits fit each other")
  func limitsFit() {
    let limits = PeerLimits()
    #expect(limits.votesFrameBytesMax <= limits.votesQueueBytesMax)
    #expect(limits.dataFrameBytesMax <= limits.dataQueueBytesMax)
    #expect(2 * limits.pingIntervalMilliseconds < limits.idleTimeoutMilliseconds)
    #expect(limits.backoffInitialMilliseconds < limits.backoffMaxMilliseconds)
    #expect(Bounds.helloBytesMax <= Bounds.stagingBytesMax)
    #expect(Bounds.stagingBytesMax <= 65_536, "more is not taken by one TLS write")
  }
}
