import CatchUp
import Consensus
import DequeModule
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState
import Synchronization

@testable import Replica
@testable import Simulation

/// Four replicas, one of them in the hands of the input: it says in what order frames arrive, which
/// are lost, doubled and changed, what the fourth one says in its own name, when disks and verdicts
/// answer, who goes down and how time passes. The three others must not stop and not fork.
enum ReplicaTarget {
  static func run(_ input: [UInt8]) {
    let network = FuzzedNetwork()
    network.run(Script(input))
  }
}

/// The input, read byte by byte.
struct Script {
  private var bytes: ArraySlice<UInt8>

  init(_ bytes: [UInt8]) { self.bytes = bytes[...] }

  var isOver: Bool { bytes.isEmpty }

  /// 0 at the end.
  mutating func next() -> Int { Int(bytes.popFirst() ?? 0) }

  mutating func some(_ count: Int) -> [UInt8] {
    let taken = Array(bytes.prefix(count))
    bytes = bytes.dropFirst(count)
    return taken
  }
}

final class FuzzedNetwork {
  private struct Frame {
    let from: Int
    let to: Int
    let bytes: [UInt8]
  }

  private static let genesis: SimulatedGenesis = {
    var random = SeededRandom(seed: 1)
    guard
      let genesis = try? SimulatedGenesis(
        nodes: 4, clients: 2, intervalMilliseconds: 1_000, random: &random)
    else { fatalError("the genesis is not made") }
    return genesis
  }()

  /// Verdicts on signatures stay what they are over all inputs, and tests run at the same time.
  private static let memo = Mutex(VerdictMemo(chain: genesis.initial.chain))

  /// The member that the input speaks for.
  private static let traitor = 3
  private static let framesMax = 2_000

  private let nodes: [SimulatedNode]
  private var frames: Deque<Frame> = []
  /// What the traitor has sent, to be changed and sent again.
  private var said: [[UInt8]] = []
  /// What nodes' own machines have to answer, in order.
  private var answers: Deque<(node: Int, life: UInt64, () -> ReplicaEvent?)> = []
  private var wakes: [UInt64]
  private var now: UInt64
  private var clients: SimulatedClients
  private var finals: [UInt64: (block: Digest, root: Digest)] = [:]
  private var random = SeededRandom(seed: 2)
  private var record: [[UInt8]]?

  init() {
    let genesis = Self.genesis
    now = SimulatedGenesis.timeMilliseconds
    let state = SimulatedState(genesis.initial.changes)
    guard
      let timing = ConsensusTiming.recommended(
        genesisTimeMilliseconds: now, intervalMilliseconds: 1_000)
    else { fatalError("no timing") }
    nodes = genesis.members.enumerated().map { index, member in
      let keys = NodeKeys(member.key)
      return SimulatedNode(
        index: index, name: member.account,
        configuration: ReplicaConfiguration(
          chain: genesis.initial.chain, account: member.account, timing: timing),
        keys: keys,
        disk: SimulatedDisk(state: state.copy(), chain: genesis.initial.chain, keys: keys),
        keepsVotes: true, clockErrorMilliseconds: 0)
    }
    wakes = [UInt64](repeating: .max, count: nodes.count)
    clients = SimulatedClients(
      chain: genesis.initial.chain, holders: genesis.clients, nodes: 4,
      random: SeededRandom(seed: 3))
  }

  /// Every frame that a network with this script sends, and how many heights are final.
  static func recorded(_ input: [UInt8]) -> (frames: [[UInt8]], heights: Int) {
    let network = FuzzedNetwork()
    network.record = []
    network.run(Script(input))
    return (network.record ?? [], network.finals.count)
  }

  func run(_ input: Script) {
    var script = input
    for node in nodes { start(node) }
    for node in nodes {
      for peer in nodes where peer !== node { step(node, .peerConnected(peer.name)) }
    }
    while !script.isOver { act(&script) }
    // Whatever was done: it goes on.
    for _ in 0..<4 {
      for _ in 0..<400 where !(answers.isEmpty && frames.isEmpty) {
        answer()
        deliver(0)
      }
      passTime()
    }
  }

  private func act(_ script: inout Script) {
    let choice = script.next()
    switch choice & 15 {
    case 0...4: for _ in 0...choice >> 4 { deliver(0) }
    case 5: deliver(script.next())
    case 6: if let index = place(script.next()) { frames.remove(at: index) }
    case 7: if let index = place(script.next()) { frames.append(frames[index]) }
    case 8, 9: for _ in 0...choice >> 4 { answer() }
    case 10: passTime()
    case 11, 12: speak(&script)
    case 13: send(Frame(from: Self.traitor, to: choice >> 4 & 3, bytes: script.some(script.next())))
    case 14: submit(to: nodes[choice >> 4 & 3])
    default: disturb(choice >> 4, &script)
    }
  }

  // MARK: What happens

  private func place(_ number: Int) -> Int? {
    frames.isEmpty ? nil : number % frames.count
  }

  private func deliver(_ number: Int) {
    guard let index = place(number) else { return }
    let frame = frames.remove(at: index)
    step(nodes[frame.to], .frame(frame.bytes, from: nodes[frame.from].name))
  }

  private func answer() {
    guard let (node, life, event) = answers.popFirst(), nodes[node].isUp, nodes[node].life == life,
      let event = event()
    else { return }
    step(nodes[node], event)
  }

  /// To when the next node wants to be woken.
  private func passTime() {
    guard let next = wakes.min(), next < .max else { return }
    now = max(now, next)
    for node in nodes where wakes[node.index] <= now {
      wakes[node.index] = .max
      step(node, .tick)
    }
  }

  private func submit(to node: SimulatedNode) {
    let transactions = clients.next(height: UInt64(finals.count))
    guard node.isUp, !transactions.isEmpty else { return }
    let ticket = clients.submit(
      to: node.index, life: node.life, count: transactions.count, now: now)
    step(node, .submitted([ClientSubmission(ticket: ticket, transactions)]))
  }

  private func disturb(_ kind: Int, _ script: inout Script) {
    let node = nodes[script.next() & 3]
    let peer = nodes[script.next() & 3]
    switch kind {
    case 0...3:
      _ = node.disk.crash(&random)
      node.forgetMemory()
      wakes[node.index] = .max
      start(node)
      for other in nodes where other !== node {
        step(other, .peerDisconnected(node.name))
        step(other, .peerConnected(node.name))
        step(node, .peerConnected(other.name))
      }
    case 4...7 where peer !== node: step(node, .peerDisconnected(peer.name))
    case 8...11 where peer !== node: step(node, .peerConnected(peer.name))
    case 12: step(node, .peerCongested(peer.name, true))
    case 13: step(node, .peerCongested(peer.name, false))
    case 14: step(node, .handOverChanged(script.next() & 1 == 1))
    default: now += UInt64(script.next()) * 16
    }
  }

  // MARK: The traitor

  /// Changes something that it has said, signs it anew and says it to some.
  private func speak(_ script: inout Script) {
    guard !said.isEmpty else { return }
    var bytes = said[said.count - 1 - script.next() % said.count]
    let changes = script.next()
    for _ in 0..<changes & 3 where !bytes.isEmpty {
      let place = (script.next() << 8 | script.next()) % bytes.count
      switch script.next() & 3 {
      case 0: bytes[place] ^= UInt8(1 << (script.next() & 7))
      case 1: bytes[place] &+= 1
      case 2: bytes[place] &-= 1
      default: bytes[place] = UInt8(script.next())
      }
    }
    if changes & 4 != 0, let message = try? PeerMessage(decoding: bytes[...]) {
      bytes = resigned(message).bytes
    }
    let to = changes >> 4
    for node in nodes where to >> node.index & 1 == 1 && node.index != Self.traitor {
      send(Frame(from: Self.traitor, to: node.index, bytes: bytes))
    }
  }

  private func resigned(_ message: PeerMessage) -> PeerMessage {
    switch message {
    case .consensus(.vote(let vote)): .consensus(.vote(resigned(vote)))
    case .consensus(.proposal(let proposal)):
      .consensus(.proposal(Proposal(vote: resigned(proposal.vote), block: proposal.block)))
    case .consensus(.viewChange(let change)):
      .consensus(.viewChange(ViewChange(vote: resigned(change.vote), prepared: change.prepared)))
    case .consensus(.newView(let newView)):
      .consensus(
        .newView(
          NewView(
            vote: resigned(newView.vote), viewChanges: newView.viewChanges,
            certificate: newView.certificate, prePrepare: resigned(newView.prePrepare),
            block: newView.block)))
    case .dissemination(.bundle(let bundle)):
      .dissemination(
        .bundle(
          Bundle(
            header: bundle.header, signature: signature(of: bundle.header),
            transactions: bundle.transactions)))
    default: message
    }
  }

  private func resigned(_ vote: Vote) -> Vote {
    let statement = vote.statement
    return Vote(
      statement: statement, member: vote.member,
      signature: nodes[Self.traitor].keys.first.sign(
        domain: statement.kind.domain, chain: Self.genesis.initial.chain,
        message: statement.message[...]))
  }

  private func signature(of header: BundleHeader, by node: Int = traitor) -> Signature {
    nodes[node].keys.first.sign(
      domain: .bundle, chain: Self.genesis.initial.chain, message: header.bcs[...])
  }

  // MARK: Nodes

  private func start(_ node: SimulatedNode) {
    node.life += 1
    node.disk.countStart(secondsSince1970: now / 1_000)
    do {
      let start = try node.disk.start(keepsVotes: node.keepsVotes)
      var replica = try ReplicaMachine(
        configuration: node.configuration, start: start, meter: NoMeter())
      let effects = replica.begin(start, now: now)
      node.run(replica)
      perform(effects, node)
    } catch {
      fatalError("node \(node.index) does not start: \(error)")
    }
  }

  private func step(_ node: SimulatedNode, _ event: ReplicaEvent) {
    perform(node.step(event, now: now), node)
  }

  private func send(_ frame: Frame) {
    guard frame.to != frame.from, frames.count < Self.framesMax else { return }
    record?.append(frame.bytes)
    frames.append(frame)
  }

  private func perform(_ effects: [ReplicaEffect], _ node: SimulatedNode) {
    for effect in effects { perform(effect, node) }
  }

  private func perform(_ effect: ReplicaEffect, _ node: SimulatedNode) {
    let index = node.index
    switch effect {
    case .send(let bytes, _, let peer):
      if index == Self.traitor { said.append(bytes) }
      guard let to = nodes.firstIndex(where: { $0.name == peer }) else { return }
      send(Frame(from: index, to: to, bytes: bytes))
    case .broadcast(let bytes, _):
      if index == Self.traitor { said.append(bytes) }
      for to in nodes.indices { send(Frame(from: index, to: to, bytes: bytes)) }
    case .verify(let token, let checks, _):
      answer(node) {
        .verified(token, Self.memo.withLock { memo in checks.map { memo.verdict($0) } })
      }
    case .signBundle(let header, _):
      answer(node) { [self] in .bundleSigned(header, signature(of: header, by: index)) }
    case .signVote(let statement, let member, let key):
      write(.vote(statement, member: member, key: key), node)
    case .storePrepared(let token, let height, let bytes):
      write(.prepared(height: height, bytes, token: token), node)
    case .storeBundles(let token, let bundles): write(.bundles(bundles, token: token), node)
    case .discardBundles(let digests): write(.discard(digests), node)
    case .appendBlock(let block): write(.block(block), node)
    case .flush(let batch): write(.flush(batch), node)
    case .finalised(let block): finalised(block, node)
    case .wake(let time): wakes[index] = time
    case .halt(let failure):
      if index != Self.traitor { fatalError("node \(index) stops: \(failure)") }
    case .signReport(let body, _):
      let key = node.keys.first
      answer(node) {
        let signature = key.sign(
          domain: .transaction, chain: Self.genesis.initial.chain, message: body.bcs[...])
        return .reportSigned(body, signature)
      }
    case .declareReady: break  // Terms are longer than what is fuzzed.
    case .report(.offenceFound(_, let offender)):
      guard offender == nodes[Self.traitor].name else { fatalError("an honest member is accused") }
    case .serveBlocks, .serveDecided, .announce, .answer, .accepted, .saidAccepted, .ended,
      .report:
      break
    }
  }

  private func answer(_ node: SimulatedNode, _ event: @escaping () -> ReplicaEvent?) {
    answers.append((node.index, node.life, event))
  }

  private func write(_ write: SimulatedDisk.Write, _ node: SimulatedNode) {
    let number = node.disk.begin(write)
    answer(node) {
      guard case .event(let event) = node.disk.sync(number) else { return nil }
      return event
    }
  }

  private func finalised(_ block: FinalBlock, _ node: SimulatedNode) {
    guard node.index != Self.traitor else { return }
    let height = block.decided.height
    let root = block.decided.certificate.stateRoot
    guard let first = finals[height] else {
      finals[height] = (block.hash, root)
      return
    }
    guard first.block == block.hash, first.root == root else {
      fatalError("a fork at height \(height)")
    }
  }
}
