import LedgerCore
import Testing

@testable import Dissemination

@Suite("Whatever comes, what is held stays within the limits")
struct FloodTests {
  private struct Dice {
    var state: UInt64

    mutating func roll(_ bound: UInt64) -> UInt64 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return (state >> 33) % bound
    }

    /// Small, near a limit, or anything.
    mutating func number() -> UInt64 {
      switch roll(6) {
      case 0: roll(4)
      case 1: roll(1_200)
      case 2: .max - roll(3)
      case 3: UInt64(1) << roll(64)
      case 4: (1 << 16) + roll(4)
      default: roll(20)
      }
    }

    mutating func digest() -> Digest { SHA256.hash([UInt8(roll(256)), UInt8(roll(4))]) }
  }

  private struct Source {
    var dice: Dice
    let network: TestNetwork
    var transactions: [Transaction] = []
    var bundles: [Bundle] = []

    /// A member, a stranger, or the node itself.
    mutating func account() -> AccountID {
      let roll = dice.roll(12)
      if roll < 7 { return network.account(Int(roll % 4)) }
      return AccountID(SHA256.hash([UInt8(dice.roll(255))]).bytes)
    }

    mutating func transaction() throws -> Transaction {
      if !transactions.isEmpty, dice.roll(3) > 0 {
        return transactions[Int(dice.roll(UInt64(transactions.count)))]
      }
      let made = try TestTransactions.make(
        sender: UInt8(1 + dice.roll(20)), sequence: dice.number(), validUntil: dice.number(),
        tip: UInt128(dice.number()), feeMax: UInt128(dice.number()), badlySigned: dice.roll(9) == 0)
      transactions.append(made)
      return made
    }

    mutating func bundle() throws -> Bundle {
      if !bundles.isEmpty, dice.roll(3) == 0 {
        return bundles[Int(dice.roll(UInt64(bundles.count)))]
      }
      var list: [Transaction] = []
      for _ in 0...dice.roll(3) { list.append(try transaction()) }
      let author = Int(dice.roll(4))
      let header = BundleHeader(
        author: dice.roll(20) == 0 ? account() : network.account(author),
        incarnation: dice.number(), number: dice.number(), birthHeight: dice.number(),
        transactionCount: UInt32(list.count),
        transactionBytes: UInt32(list.reduce(0) { $0 + $1.bytes.count }),
        transactionsRoot: MerkleTree.root(leaves: list.map(\.bytes)))
      let made = Bundle(
        header: header, signature: network.sign(header, dice.roll(10) == 0 ? 2 : author),
        transactions: list)
      bundles.append(made)
      return made
    }

    mutating func runs() -> [BundleRun] {
      (0..<dice.roll(4)).map { _ in
        let digests = (0...dice.roll(40)).map { _ in
          bundles.isEmpty || dice.roll(2) == 0
            ? dice.digest()
            : bundles[Int(dice.roll(UInt64(bundles.count)))].header.digest(TestNetwork.chain)
        }
        return BundleRun(
          author: account(), incarnation: dice.number(),
          firstNumber: min(dice.number(), .max - 100), digests: digests)
      }
    }

    mutating func acknowledgements() -> [Acknowledgement] {
      (0..<dice.roll(20)).map { _ in
        Acknowledgement(author: account(), incarnation: dice.number(), number: dice.number())
      }
    }

    mutating func message() throws -> DisseminationMessage {
      switch dice.roll(10) {
      case 0, 1: return .bundle(try bundle())
      case 2:
        return .forward([try transaction().bytes, dice.roll(4) == 0 ? [1, 2, 3] : [0]])
      case 3: return .holdings(acknowledgements())
      case 4: return .acknowledge(acknowledgements())
      case 5: return .fetch((0...dice.roll(16)).map { _ in dice.digest() })
      case 6:
        return .fetchRun(
          BundleRange(
            author: account(), incarnation: dice.number(), first: dice.number(),
            count: 1 + Int(dice.roll(16))))
      case 7: return .missing([dice.digest()])
      case 8: return .relay([try transaction().bytes])
      default:
        return .standings([
          RelayStanding(
            id: try transaction().testID, status: dice.roll(2) == 0 ? .taken : .accepted)
        ])
      }
    }

    mutating func event() throws -> DisseminationEvent {
      switch dice.roll(30) {
      case 0:
        return .submitted([ClientSubmission(ticket: dice.number(), [try transaction().bytes])])
      case 1: return .peerConnected(account())
      case 2: return .peerDisconnected(account())
      case 3: return .peerCongested(account(), dice.roll(2) == 0)
      case 4: return .followerConnected(AccountID(SHA256.hash([UInt8(dice.roll(8))]).bytes))
      case 5: return .followerDisconnected(AccountID(SHA256.hash([UInt8(dice.roll(8))]).bytes))
      case 6: return .needed(runs())
      case 7: return .tick
      case 8: return .stored(token: dice.number())
      case 9: return .checked(token: 1 << 60, [])
      case 10: return .prechecked(token: 1 << 60, [])
      case 11:
        let bundle = try bundle()
        return .bundleSigned(bundle.header, bundle.signature)
      default: return .message(try message(), from: account())
      }
    }
  }

  private func check(_ node: Disseminator, followers: Int) {
    typealias Bounds = DisseminationLimits
    #expect(node.pool.count <= Bounds.poolTransactionsMax && node.pool.bytes <= Bounds.poolBytesMax)
    #expect(node.peers.list.count <= Bounds.peersMax)
    for peer in node.peers.list { #expect(peer.holdings.count <= Bounds.acknowledgementsMax) }
    #expect(node.wanted.list.count <= Bounds.wantedDigestsMax)
    #expect(node.wanted.list.allSatisfy { $0.tried.count <= Bounds.peersMax })
    #expect(node.shelf.authors.count <= 2 * Limits.validatorsMax)
    for author in node.shelf.authors {
      #expect(author.lanes.count <= Bounds.incarnationsMax)
      #expect(author.bundleCount <= Bounds.authorBundlesMax)
      #expect(author.byteCount <= Bounds.authorBytesMax)
      #expect(author.bundleCount == author.lanes.reduce(0) { $0 + $1.numbers.count })
    }
    let placed = node.shelf.authors.reduce(0) { $0 + $1.bundleCount }
    #expect(node.shelf.held.count <= placed + Bounds.wantedDigestsMax)
    #expect(node.intake.count >= 0 && node.intake.byteCount >= 0)
    #expect(
      node.known.count
        <= node.pool.count + node.shelf.transactionCount + node.intake.count
        + Bounds.executedIDsMax + Bounds.signingMax * Limits.bundleTransactionsMax)
    #expect(node.relays.outbox.isEmpty)
  }

  @Test(
    "random and crafted events of every kind, by anybody, trap nowhere and fill nothing",
    arguments: 1...10 as ClosedRange<UInt64>)
  func flood(seed: UInt64) throws {
    let network = try TestNetwork(4, interval: 1_000)
    // One node alone is looked at; what it says is lost.
    network.loses = { _, _, _ in true }
    var source = Source(dice: Dice(state: seed), network: network)
    for step in 0..<1_500 {
      network.feed(try source.event(), to: 0)
      if step % 7 == 0 { network.run(for: source.dice.roll(300)) }
      if step % 60 == 59 {
        let height = network.height
        network.commit([], by: 1)
        #expect(network.height == height + 1)
        check(network.nodes[0].disseminator, followers: 8)
      }
    }
    // All that was held for others ends when it can be named no more.
    for _ in 0...Limits.bundleAgeHeightsMax + 1 {
      network.commit([], by: 1)
      network.run(for: 10)
    }
    let others = network.nodes[0].disseminator.shelf.held.values.filter {
      $0.header.author != network.account(0)
    }
    #expect(others.allSatisfy { $0.header.birthHeight + 8 >= network.height })
  }

  @Test("strangers without end are not remembered")
  func strangers() throws {
    let network = try TestNetwork(4)
    for number in 0..<3_000 {
      let stranger = AccountID(SHA256.hash(Array("\(number)".utf8)).bytes)
      network.feed(.message(.holdings([]), from: stranger), to: 0)
      network.feed(.message(.fetch([SHA256.hash([1])]), from: stranger), to: 0)
    }
    #expect(network.nodes[0].disseminator.peers.list.count <= DisseminationLimits.peersMax)
    network.commit([], by: 0)
    #expect(network.nodes[0].disseminator.peers.list.count <= 4)
  }
}
