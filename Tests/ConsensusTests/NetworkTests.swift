import Consensus
import LedgerCore
import Testing

@Suite("A network of machines")
struct NetworkTests {
  let start = Members.genesisTime

  @Test(
    "without faults every height is decided in view 0, soon after its slot",
    arguments: [4, 7, 10, 21])
  func normal(count: Int) {
    var network = TestNetwork(count)
    network.start()
    let heights = count == 21 ? 5 : 10
    let end = start + UInt64(heights) * 1_000 + 200
    let isReached = network.run(heights: heights, on: Array(0..<count), until: end)
    #expect(isReached)
    #expect(network.violations == [])
    #expect(network.highestView == 0)
  }

  @Test("late COMMITs reach those who decided without them")
  func lateCommits() {
    var network = TestNetwork(7)
    network.start()
    let isReached = network.run(heights: 10, on: Array(0..<7), until: start + 12_000)
    #expect(isReached)
    #expect(network.nodes.map(\.lateCommits).reduce(0, +) > 0)
    #expect(network.violations == [])
  }

  @Test("a silent primary costs a view, and its heights are decided")
  func silentPrimary() {
    var network = TestNetwork(4)
    network.configure(2) { $0.isUp = false }
    network.start()
    let isReached = network.run(heights: 8, on: [0, 1, 3], until: start + 40_000)
    #expect(isReached)
    #expect(network.violations == [])
    #expect(network.decided.contains { $0.view == 1 })
  }

  @Test("an equivocating primary never splits the others, and is proven to have done it")
  func equivocatingPrimary() {
    for count in [4, 7] {
      var network = TestNetwork(count)
      network.configure(1) { $0.behaviour = .equivocating }
      network.start()
      let isReached = network.run(heights: 8, on: Array(0..<count), until: start + 60_000)
      #expect(isReached)
      #expect(network.violations == [])
    }
  }

  @Test("f of n equivocating together do not fork a network, nor halt it")
  func equivocators() {
    var network = TestNetwork(10)
    for index in [1, 4, 8] { network.configure(index) { $0.behaviour = .equivocating } }
    network.start()
    let isReached = network.run(heights: 12, on: Array(0..<10), until: start + 120_000)
    #expect(isReached)
    #expect(network.violations == [])
  }

  @Test("6 of 21 silent: no fork, and heights go on")
  func sixSilent() {
    var network = TestNetwork(21)
    for index in [0, 3, 6, 9, 12, 15] { network.configure(index) { $0.isUp = false } }
    network.start()
    let rest = (0..<21).filter { network.nodes[$0].isUp }
    let isReached = network.run(heights: 4, on: rest, until: start + 60_000)
    #expect(isReached)
    #expect(network.violations == [])
  }

  @Test("7 of 21 silent: the network halts without a fork, and goes on when one comes back")
  func sevenSilent() {
    var network = TestNetwork(21)
    let silent = [0, 3, 6, 9, 12, 15, 18]
    for index in silent { network.crash(index, at: start + 1, restartAt: nil) }
    network.start()
    network.run(until: start + 60_000)
    #expect(network.decided.isEmpty)
    #expect(network.violations == [])
    network.crash(18, at: start + 60_000, restartAt: start + 60_001)
    let up = (0..<21).filter { !silent.contains($0) || $0 == 18 }
    let isReached = network.run(heights: 2, on: up, until: start + 160_000)
    #expect(isReached)
    #expect(network.violations == [])
  }

  @Test("a block prepared before its primary fell silent is the one that is decided")
  func preparedSurvives() throws {
    var network = TestNetwork(4)
    // All COMMITs of view 0 at height 1 are lost: everybody is prepared, nobody decides.
    network.isCut = { _, _, message in
      guard case .vote(let vote) = message else { return false }
      return vote.height == 1 && vote.view == 0 && vote.statement.kind == .commit
    }
    network.start()
    network.run(until: start + 1_500)
    let prepared = try #require(network.nodes[0].disk.record?.certificate.block)
    let isReached = network.run(heights: 1, on: Array(0..<4), until: start + 30_000)
    #expect(isReached)
    #expect(network.decided.first?.block == prepared)
    #expect(network.decided.first?.view == 1)
    #expect(network.violations == [])
  }

  @Test("a block that only one node saw committed stays the decision for all")
  func decidedByOne() throws {
    var network = TestNetwork(4)
    // In view 0 COMMITs reach node 0 alone; then it is cut off altogether.
    network.isCut = { from, to, message in
      guard message.height == 1 else { return false }
      if from == 0 || to == 0 {
        guard case .vote(let vote) = message else { return viewOf(message) > 0 }
        return vote.view > 0 || (from == 0 && vote.statement.kind == .commit)
      }
      guard case .vote(let vote) = message else { return false }
      return vote.view == 0 && vote.statement.kind == .commit
    }
    network.start()
    let isReached = network.run(heights: 1, on: [0], until: start + 1_900)
    #expect(isReached)
    let first = try #require(network.decided.first)
    let areReached = network.run(heights: 1, on: [1, 2, 3], until: start + 60_000)
    #expect(areReached)
    #expect(network.decided.first?.block == first.block)
    #expect(network.nodes[1].disk.chain[0].certificate.view > 0)
    #expect(network.violations == [])
  }

  @Test("every node crashing in turn, at any instant, with its disk, costs no safety")
  func restarts() {
    for seed in UInt64(1)...20 {
      var network = TestNetwork(4, seed: seed)
      var random = SplitMix(seed: seed)
      for round in 0..<12 {
        let at = start + 800 + UInt64(round) * 1_000 + random.below(600)
        network.crash(round % 4, at: at, restartAt: at + 1 + random.below(900))
      }
      network.start()
      let isReached = network.run(heights: 14, on: Array(0..<4), until: start + 90_000)
      #expect(isReached, "seed \(seed)")
      #expect(network.violations == [], "seed \(seed)")
    }
  }

  @Test("all nodes crashing at once between PREPARE and decision go on with what was prepared")
  func powerCut() {
    for offset in stride(from: UInt64(1_000), to: 1_150, by: 3) {
      var network = TestNetwork(4, seed: offset)
      for index in 0..<4 {
        network.crash(index, at: start + offset, restartAt: start + offset + 50)
      }
      network.start()
      let isReached = network.run(heights: 3, on: Array(0..<4), until: start + 60_000)
      #expect(isReached, "at \(offset)")
      #expect(network.violations == [], "at \(offset)")
    }
  }

  @Test("after ten minutes of asynchrony timers meet again and heights are decided")
  func asynchrony() {
    var network = TestNetwork(7, seed: 9)
    network.faults = TestNetwork.Faults(
      lossPerMille: 900, delayMaxMilliseconds: 20_000, until: start + 600_000)
    network.start()
    network.run(until: start + 600_000)
    let before = network.decided.count
    let isReached = network.run(
      heights: before + 3, on: Array(0..<7), until: start + 600_000 + 200_000)
    #expect(isReached)
    #expect(network.violations == [])
  }

  @Test("clocks half a second apart decide as well")
  func clocks() {
    var network = TestNetwork(4, seed: 3)
    for (index, offset) in [-250, 250, 0, 200].enumerated() {
      network.configure(index) { $0.clockOffset = Int64(offset) }
    }
    network.start()
    let isReached = network.run(heights: 10, on: Array(0..<4), until: start + 15_000)
    #expect(isReached)
    #expect(network.highestView == 0)
    #expect(network.violations == [])
  }

  @Test(
    "random schedules: agreement throughout, and heights go on once the network is good",
    arguments: [(4, 120), (5, 24), (7, 40), (10, 12), (21, 2)])
  func randomSchedules(count: Int, seeds: Int) {
    var highestView: UInt64 = 0
    for seed in 1...UInt64(seeds) {
      var network = TestNetwork(count, seed: seed)
      var random = SplitMix(seed: seed &* 7_919)
      let chaos = 5_000 + random.below(15_000)
      network.faults = TestNetwork.Faults(
        lossPerMille: random.below(400), delayMaxMilliseconds: 20 + random.below(3_000),
        until: start + chaos)
      network.executionMaxMilliseconds = 1 + random.below(500)
      let faulty = Int(random.below(UInt64((count - 1) / 3 + 1)))
      for index in 0..<faulty {
        switch random.below(3) {
        case 0: network.configure(index) { $0.behaviour = .equivocating }
        case 1: network.crash(index, at: start + random.below(chaos), restartAt: nil)
        default:
          let at = start + random.below(chaos)
          network.crash(index, at: at, restartAt: at + 1 + random.below(5_000))
        }
      }
      network.start()
      network.run(until: start + chaos)
      let goal = network.decided.count + 3
      let healthy = Array(faulty..<count)
      let isReached = network.run(heights: goal, on: healthy, until: start + chaos + 200_000)
      #expect(
        isReached,
        "n \(count), seed \(seed)")
      #expect(network.violations == [], "n \(count), seed \(seed)")
      highestView = max(highestView, network.highestView)
    }
    #expect(highestView > 0)
  }

  @Test("two copies of one member with one key, talking to different halves, fork nobody")
  func twins() {
    for (count, seeds) in [(4, 60), (7, 20)] {
      for seed in 1...UInt64(seeds) {
        var network = TestNetwork(count, seed: seed)
        var random = SplitMix(seed: seed)
        network.faults = TestNetwork.Faults(
          lossPerMille: random.below(200), delayMaxMilliseconds: 20 + random.below(1_000),
          until: start + 20_000)
        for member in 0..<(count - 1) / 3 { network.addTwin(of: member) }
        let phase = random.below(4_000)
        network.isCut = { from, to, message in
          // Each copy hears and reaches its own half, and the halves change from view to view.
          guard message.height > 0, from >= count || to >= count else { return false }
          let (copy, other) = from >= count ? (from, to) : (to, from)
          return (UInt64(other) + UInt64(copy) + message.height + phase) % 2 == 0
        }
        network.start()
        let honest = Array((count - 1) / 3..<count)
        let isReached = network.run(heights: 6, on: honest, until: start + 150_000)
        #expect(isReached, "n \(count), seed \(seed)")
        #expect(network.violations == [], "n \(count), seed \(seed)")
      }
    }
  }

  @Test("the same seed gives the same run")
  func repeatable() {
    func run() -> ([Digest], Int) {
      var network = TestNetwork(4, seed: 42)
      network.faults = TestNetwork.Faults(
        lossPerMille: 200, delayMaxMilliseconds: 900, until: start + 10_000)
      network.start()
      network.run(until: start + 30_000)
      return (network.decided.map(\.block), network.deliveries)
    }
    let (one, other) = (run(), run())
    #expect(one.0 == other.0)
    #expect(one.1 == other.1)
    #expect(!one.0.isEmpty)
  }
}

/// The view a message is about.
private func viewOf(_ message: ConsensusMessage) -> UInt64 {
  switch message {
  case .proposal(let proposal): proposal.vote.view
  case .vote(let vote): vote.view
  case .viewChange(let change): change.vote.view
  case .newView(let newView): newView.view
  case .decided, .inquiry: 1
  }
}
