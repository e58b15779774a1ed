import Dissemination
import LedgerCore
import LedgerRules

/// People who send transfers to nodes drawn by lot, vote where there are elections, and what they
/// hear of them.
struct SimulatedClients {
  /// A transaction that was sent.
  struct Sent {
    let bytes: ArraySlice<UInt8>
    let account: AccountID
    let sequence: UInt64
    let validUntil: UInt64
    /// The nodes that said "accepted", and in which life.
    var acceptedBy: [(node: Int, life: UInt64)] = []
    /// The full nodes that took it, and in which life.
    var relayedBy: [(node: Int, life: UInt64)] = []
    /// Which node said that it is over without a block, and why.
    var ended: (node: Int, fault: TransactionFault)?

    /// Whether a full node took it that has not gone down since.
    func isRelayed(in lives: [UInt64]) -> Bool {
      relayedBy.contains { lives[$0.node] == $0.life }
    }
  }

  /// A submission whose answers are still to come.
  struct Open {
    let node: Int
    let life: UInt64
    let time: UInt64
    /// One for each transaction.
    var isAnswered: [Bool]
  }

  private let chain: ChainID
  /// The clients, then those of the ballot.
  private let holders: [SimulatedGenesis.Client]
  private let clients: Int
  /// Whom they vote for; none where there are no elections.
  private var ballot: SimulatedBallot?
  private var random: SeededRandom
  private var sequences: [UInt64]
  /// Submissions are spread over this time on average.
  private let pauseMilliseconds: UInt64
  private(set) var sent: [Digest: Sent] = [:]
  /// In the order in which they were sent.
  private(set) var ids: [Digest] = []
  private(set) var open: [UInt64: Open] = [:]
  private var tickets: UInt64 = 0

  /// What every node does with a bundle grows with their number, and so do the pauses: what goes
  /// wrong with transactions goes wrong in small networks, too.
  init(
    chain: ChainID, holders: [SimulatedGenesis.Client], nodes: Int, ballot: SimulatedBallot? = nil,
    random: SeededRandom
  ) {
    self.chain = chain
    clients = holders.count
    self.holders = holders + (ballot?.holders ?? [])
    self.ballot = ballot
    self.random = random
    sequences = Array(repeating: 0, count: self.holders.count)
    let size = ballot == nil ? max(1, nodes / 7) : max(1, nodes / 21)
    pauseMilliseconds = self.random.within(100...1_000) * UInt64(size)
  }

  /// How long until the next submission.
  mutating func pause() -> UInt64 { random.within(1...2 * pauseMilliseconds) }

  /// The next submission: usually new transfers, sometimes one that was sent before.
  mutating func next(height: UInt64) -> [ArraySlice<UInt8>] {
    if !ids.isEmpty, random.happens(permille: 60), let known = sent[ids[random.index(ids.count)]] {
      return [known.bytes]
    }
    return (0...random.index(4)).compactMap { _ in transfer(height: height) }
  }

  private mutating func transfer(height: UInt64) -> ArraySlice<UInt8>? {
    // Who wants to be elected registers first.
    let first = ballot?.nextToRegister.flatMap { random.happens(permille: 500) ? $0 : nil }
    let index = first.map { clients + $0 } ?? random.index(holders.count)
    let sender = holders[index]
    var sequence = sequences[index] + 1
    // Some reuse a sequence for something else: at most one of the two may execute.
    if sequences[index] > 0, random.happens(permille: 50) {
      sequence = sequences[index]
    } else {
      sequences[index] = sequence
    }
    let isShort = random.happens(permille: 200)
    let validUntil = height + (isShort ? random.within(2...8) : random.within(200...1_000))
    let body = TransactionBody(
      chain: chain, sender: sender.account, sequence: sequence, validUntil: validUntil,
      chargeMax: Amount(5_000_000), feeMax: Amount(20_000_000),
      tip: Amount(UInt128(random.within(0...100))),
      operations: operations(of: index, registers: first != nil))
    guard
      let transaction = try? Transaction(body: body, chain: chain, senderKeys: [sender.key])
    else { return nil }
    let id = transaction.id(chain)
    if sent[id] == nil {
      ids.append(id)
      sent[id] = Sent(
        bytes: transaction.bytes, account: sender.account, sequence: sequence,
        validUntil: validUntil)
    }
    return transaction.bytes
  }

  private mutating func operations(of index: Int, registers: Bool) -> [Operation] {
    if registers, let operation = ballot?.register(holders[index], &random) { return [operation] }
    if ballot != nil, random.happens(permille: 400),
      let operations = ballot?.operations(of: holders[index], &random), !operations.isEmpty
    {
      return operations
    }
    return [
      .transfer(
        Transfer(
          token: random.happens(permille: 500) ? .eco2 : .ecc, recipient: recipient(not: index),
          amount: Amount(UInt128(random.within(1...1_000_000)))))
    ]
  }

  private mutating func recipient(not sender: Int) -> AccountID {
    if random.happens(permille: 100) {
      return AccountID(Bytes32(random.bytes(32)) ?? .zero)
    }
    let other = random.index(holders.count - 1)
    return holders[other < sender ? other : other + 1].account
  }

  /// Draws who is asked.
  mutating func node(of count: Int) -> Int { random.index(count) }

  /// A submission is on its way to a node; gives its ticket.
  mutating func submit(to node: Int, life: UInt64, count: Int, now: UInt64) -> UInt64 {
    tickets += 1
    open[tickets] = Open(
      node: node, life: life, time: now, isAnswered: Array(repeating: false, count: count))
    return tickets
  }

  /// Takes an answer; false when none was due.
  mutating func take(_ answer: SubmissionAnswer, from node: Int, life: UInt64) -> Bool {
    guard var entry = open[answer.ticket], entry.node == node, entry.life == life,
      entry.isAnswered.indices.contains(answer.index), !entry.isAnswered[answer.index]
    else { return false }
    entry.isAnswered[answer.index] = true
    open[answer.ticket] = entry.isAnswered.allSatisfy(\.self) ? nil : entry
    return true
  }

  mutating func accepted(_ id: Digest, by node: Int, life: UInt64) {
    guard let known = sent[id], !known.acceptedBy.contains(where: { $0 == (node, life) }) else {
      return
    }
    sent[id]?.acceptedBy.append((node, life))
  }

  /// A full node has it in its pool, and keeps relaying it until its chain holds it.
  mutating func relayed(_ id: Digest, by node: Int, life: UInt64) {
    guard let known = sent[id], !known.relayedBy.contains(where: { $0 == (node, life) }) else {
      return
    }
    sent[id]?.relayedBy.append((node, life))
  }

  mutating func ended(_ end: EndedTransaction, at node: Int) {
    sent[end.id]?.ended = (node, end.fault)
  }

  /// A node is down: whoever waited for its answer waits no more.
  mutating func nodeCrashed(_ node: Int) { open = open.filter { $0.value.node != node } }

  /// The tickets whose answers are overdue, ascending.
  func overdue(since time: UInt64) -> [UInt64] {
    open.filter { $0.value.time <= time }.map(\.key).sorted()
  }

  var acceptedCount: Int { ids.count { sent[$0]?.acceptedBy.isEmpty == false } }
}
