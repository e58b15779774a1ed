import Dissemination
import LedgerCore
import Testing

@Suite("Dissemination messages")
struct MessageTests {
  private func samples() throws -> [DisseminationMessage] {
    let transaction = try TestTransactions.make(sender: 1)
    let other = try TestTransactions.make(sender: 2)
    let author = AccountID(try TestKeys.key(1).publicKey)
    let header = BundleHeader(
      author: author, incarnation: 3, number: 4, birthHeight: 5, transactionCount: 2,
      transactionBytes: UInt32(transaction.bytes.count + other.bytes.count),
      transactionsRoot: MerkleTree.root(leaves: [transaction.bytes, other.bytes]))
    let bundle = Bundle(
      header: header, signature: Signature(r: .zero, s: .zero), transactions: [transaction, other])
    let acknowledgement = Acknowledgement(author: author, incarnation: 1, number: .max)
    return [
      .bundle(bundle), .forward([transaction.bytes, other.bytes]),
      .holdings([]), .holdings([acknowledgement]), .acknowledge([acknowledgement]),
      .fetch([.zero, transaction.testID]),
      .fetchRun(BundleRange(author: author, incarnation: 1, first: .max, count: 16)),
      .missing([.zero]),
    ]
  }

  @Test("every message is read back from its bytes")
  func roundTrip() throws {
    for message in try samples() {
      let bytes = message.bcs
      #expect(try DisseminationMessage(decoding: bytes[...]).bcs == bytes)
    }
  }

  @Test("no truncated or extended message is read")
  func exact() throws {
    for message in try samples() {
      let bytes = message.bcs
      for length in bytes.indices {
        #expect(throws: BCSError.self) {
          try DisseminationMessage(decoding: bytes.prefix(length))
        }
      }
      #expect(throws: BCSError.self) { try DisseminationMessage(decoding: (bytes + [0])[...]) }
    }
  }

  @Test("hostile bytes are refused or give one message with exactly those bytes; none does harm")
  func hostile() throws {
    let network = try TestNetwork(4)
    var state: UInt64 = 42
    func next() -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return state >> 33
    }
    for message in try samples() {
      let bytes = message.bcs
      for _ in 0..<200 {
        var changed = bytes
        changed[Int(next()) % min(changed.count, 400)] = UInt8(truncatingIfNeeded: next())
        guard let read = try? DisseminationMessage(decoding: changed[...]) else { continue }
        #expect(read.bcs == changed)
        network.feed(.message(read, from: network.account(1)), to: 0)
      }
    }
    network.run(for: 5_000)
    // What was a good transaction all the same is in an honest author's bundle; nothing else is.
    let made = (0..<4).flatMap { network.authored(by: $0) }
    #expect(network.nodes[0].disseminator.gauges.bundles == made.count)
    #expect(made.flatMap(\.transactions).count <= 2)
  }

  @Test("the limits fit each other")
  func limits() {
    typealias Bounds = DisseminationLimits
    #expect(Bounds.ownBundlesMax * 2 <= Bounds.authorBundlesMax)
    for members in Limits.validatorsMin...Limits.validatorsMax {
      let own = Bounds.ownBytesMax(members: members)
      #expect(own * 2 <= Bounds.authorBytesMax(members: members))
      #expect(own > (Bounds.signingMax + 1) * Limits.bundleBytesMax)
      #expect(members * Bounds.authorBytesMax(members: members) <= Bounds.shelfBytesMax)
    }
    #expect(Bounds.windowBytesMax > 2 * Limits.bundleBytesMax)
    #expect(Bounds.contestedMax < Bounds.poolTransactionsMax)
    #expect(Bounds.poolContestedPerSenderMax < Bounds.poolPerSenderMax)
    #expect(Bounds.fetchDigestsInFlightMax >= Bounds.fetchDigestsPerPeerMax)
    #expect(Bounds.forwardBytesMax >= Limits.transactionBytesMax)
    #expect(
      Bounds.messageBytesMax > Bounds.forwardBytesMax + 5 * Bounds.forwardTransactionsMax)
    #expect(
      Bounds.messageBytesMax > Limits.bundleBytesMax + 5 * Limits.bundleTransactionsMax + 512)
    #expect(Bounds.wantedDigestsMax >= Limits.blockBundlesMax)
    #expect(Bounds.checkBundlesPerPeerMax < Bounds.checkBundlesMax)
    #expect(UInt64(Bounds.ownBundlesMax) <= Bounds.numbersAheadMax)
    #expect(Bounds.acknowledgementsMax * 48 < Bounds.messageBytesMax)
  }

  @Test("the home author is SHA-256 of the sender, as one number, modulo the members")
  func home() throws {
    let sender = AccountID(try TestKeys.key(5).publicKey)
    let hash = SHA256.hash(sender.bytes.array).bytes.array
    // By long division in 16-bit steps, another way than the product's.
    for count in [4, 7, 21, 64] {
      var rest = 0
      for index in stride(from: 0, to: 32, by: 2) {
        rest = (rest * 65_536 + Int(hash[index]) * 256 + Int(hash[index + 1])) % count
      }
      #expect(HomeAuthor.index(of: sender, count: count) == rest)
    }
  }
}
