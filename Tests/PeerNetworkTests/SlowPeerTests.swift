import Dissemination
import LedgerCore
import PeerNetwork
import Testing

@Suite("A slow peer over real connections", .timeLimit(.minutes(2)))
struct SlowPeerTests {
  private let count = 2_048

  private func key(_ seed: UInt8) throws -> SigningKey {
    try #require(SigningKey(seed: [UInt8](repeating: seed, count: 32)))
  }

  /// Transactions of 3 KiB each whose home author is the first member, 256 of each sender.
  private func transactions() throws -> [ArraySlice<UInt8>] {
    var list: [ArraySlice<UInt8>] = []
    var seed: UInt8 = 100
    let recipient = AccountID(try key(99).publicKey)
    let operation = Operation.transfer(
      Transfer(token: .eco2, recipient: recipient, amount: Amount(1)))
    while list.count < count {
      seed += 1
      let sender = try key(seed)
      let account = AccountID(sender.publicKey)
      guard HomeAuthor.index(of: account, count: 4) == 0 else { continue }
      for sequence in 1...256 as ClosedRange<UInt64> {
        let body = TransactionBody(
          chain: chain(1), sender: account, sequence: sequence, validUntil: 100,
          chargeMax: Amount(1), feeMax: Amount(1),
          operations: Array(repeating: operation, count: 60))
        list.append(try Transaction(body: body, chain: chain(1), senderKeys: [sender]).bytes)
      }
    }
    return list
  }

  @Test(
    "one that reads nothing, or 10 KB a second, is queued a window; the others get all, and accept",
    arguments: [SocketNode.Reading.never, .slowly(milliseconds: 1_600)])
  func others(reading: SocketNode.Reading) async throws {
    let identities = try (1...4).map { try TestIdentity($0) }
    let keys = try (1...4).map { try key($0) }
    let set = try #require(
      ValidatorSet(
        firstHeight: 1,
        members: zip(identities, keys).map {
          Validator(account: $0.account, consensusKey: $1.publicKey)
        }))
    let (accepted, continuation) = AsyncStream.makeStream(of: Int.self)
    let nodes = (0..<4).map { index in
      SocketNode(
        identities[index], key: keys[index], set: set, reading: index == 3 ? reading : .all
      ) { if index == 0 { continuation.yield($0) } }
    }
    // The smaller account dials: the last one is started first.
    for index in (0..<4).reversed() {
      let above = try (index + 1..<4).map { try #require(nodes[$0].known) }
      try nodes[index].start(peers: identities[..<index].map(\.dialler) + above)
    }
    nodes[0].feed(.submitted([ClientSubmission(ticket: 1, try transactions())]))
    for await number in accepted where number == count { break }

    let author = nodes[0]
    #expect(author.counters.bundlesSealed > 10)
    // Accepted is what two of the others hold: the third may still be at its last bundle.
    let deadline = ContinuousClock.now + .seconds(30)
    for index in 1...2 {
      while nodes[index].counters.bundlesVerified < author.counters.bundlesSealed,
        ContinuousClock.now < deadline
      { try await ContinuousClock().sleep(for: .milliseconds(5)) }
      #expect(nodes[index].counters.bundlesVerified == author.counters.bundlesSealed)
    }
    // 7 MB were made; a window of it was queued for the slow one, and nothing was dropped.
    let slow = try #require(author.counters(of: identities[3].account))
    let queued = Int(slow.bytesSent) + slow.queuedBytes
    #expect(queued <= DisseminationLimits.windowBytesMax + Limits.bundleBytesMax)
    #expect(slow.framesDropped == 0)
    #expect(author.gauges.peersBehind == 1)
    #expect(nodes[3].counters.bundlesVerified < author.counters.bundlesSealed)
    for node in nodes { node.stop() }
  }
}
