import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica

/// What each event does.
extension World {
  func take(_ event: WorldEvent) {
    if let node = standingStill(event) { return queue.add(event, at: nodes[node].pausedUntil) }
    switch event {
    case .local(let node, let life, let event):
      guard isAlive(node, life) else { return }
      log(1, node)
      step(node, event)
    case .synced(let node, let life, let write):
      guard isAlive(node, life) else { return }
      log(2, node)
      synced(node, write)
    case .served(let node, let life, let message, let peer):
      guard isAlive(node, life) else { return }
      transmit(message.bytes, from: node, to: peer)
    case .wake(let node, let life, let number):
      guard isAlive(node, life), nodes[node].wakeNumber == number else { return }
      log(3, node)
      step(node, .tick)
    case .frame(let bytes, let sender, let node, let connection):
      guard nodes[node].isUp, network.connection(from: node, to: sender) == connection else {
        return
      }
      log(4, node, bytes)
      step(node, .frame(bytes, from: account(sender)))
    case .connect(let a, let b): connect(a, b)
    case .disconnected(let node, let peer, let connection):
      guard nodes[node].isUp, network.connection(from: node, to: peer) == connection else {
        return
      }
      log(5, node)
      network.drop(node, peer: peer)
      disconnected(node, from: peer)
      schedule(.connect(node, peer), in: reconnectPause())
    case .start(let node): start(node)
    case .crash(let node): crash(node)
    case .window(let window, let begins): if begins { begin(window) } else { end(window) }
    case .drawFault: drawFault()
    case .drawPause: drawPause()
    case .clientsAct: clientsAct()
    case .round(let round): beginRound(round)
    }
  }

  func account(_ node: Int) -> AccountID { nodes[node].name }

  func isAlive(_ node: Int, _ life: UInt64) -> Bool {
    nodes[node].isUp && nodes[node].life == life
  }

  /// The node to which an event must wait because its process stands still.
  private func standingStill(_ event: WorldEvent) -> Int? {
    let node: Int
    switch event {
    case .local(let to, _, _), .wake(let to, _, _), .frame(_, _, let to, _),
      .disconnected(let to, _, _), .synced(let to, _, _), .served(let to, _, _, _):
      node = to
    default: return nil
    }
    return nodes[node].isUp && nodes[node].pausedUntil > now ? node : nil
  }

  // MARK: Connections

  private func reconnectPause() -> UInt64 { random.within(1...costs.connectMillisecondsMax) }

  private func connect(_ a: Int, _ b: Int) {
    guard nodes[a].isUp, nodes[b].isUp else { return }
    guard !network.isConnected(a, b) || network.mustReplace(a, b) else { return }
    guard !network.isCut(from: a, to: b), !network.isCut(from: b, to: a) else {
      return schedule(.connect(a, b), in: 300 + reconnectPause())
    }
    network.connect(a, b)
    trace("nodes \(a) and \(b) connect")
    log(6, a)
    // One of the two may go down in its step; the other then learns of it in time.
    connected(a, to: b)
    if let connection = network.connection(from: b, to: a), nodes[b].isUp {
      connected(b, to: a)
      if !nodes[a].isUp { schedule(.disconnected(b, peer: a, connection: connection), in: 1) }
    }
  }

  /// A frame goes out; what the network does to it is drawn.
  func transmit(_ bytes: [UInt8], from node: Int, to peer: Int) {
    guard let connection = network.connection(from: node, to: peer) else { return }
    counts.framesSent += 1
    guard !isHeldUp(bytes, from: node, to: peer) else { return }
    let delays = network.delays(from: node, to: peer)
    for delay in delays {
      schedule(.frame(bytes, from: node, to: peer, connection: connection), in: delay)
    }
    guard delays.isEmpty else { return }
    counts.framesLost += 1
    if network.wantsReplacement(node, peer) {
      schedule(.connect(node, peer), in: random.within(200...8_000))
    }
  }

  // MARK: Disks

  private func synced(_ index: Int, _ write: UInt64) {
    let node = nodes[index]
    guard case .event(let event) = node.disk.sync(write) else { return }
    switch event {
    case .voteSigned(let vote):
      checker.signed(vote, by: index)
      trace(
        "node \(index) signs \(vote.statement.kind) for height \(vote.height) view \(vote.view)")
    case .flushed: checker.checkStore(node.disk.state, node: index)
    default: break
    }
    step(index, event)
  }

  func write(_ write: SimulatedDisk.Write, of node: SimulatedNode) {
    var milliseconds = random.within(0...costs.syncMillisecondsMax)
    if write.file == .state, phase == .faults {
      milliseconds += random.within(0...costs.flushMillisecondsMax)
    }
    if node.diskDelayMilliseconds > 0 {
      milliseconds += random.within(0...node.diskDelayMilliseconds)
    }
    let number = node.disk.begin(write)
    let time = node.finish(on: .file(write.file), after: milliseconds, now: now)
    queue.add(.synced(node: node.index, life: node.life, write: number), at: time)
  }

  // MARK: Clients

  private func clientsAct() {
    guard !areClientsQuiet else { return }
    schedule(.clientsAct, in: clients.pause())
    let index = clients.node(of: nodes.count)
    let transactions = clients.next(height: checker.height)
    guard nodes[index].isUp, nodes[index].pausedUntil <= now, !transactions.isEmpty else { return }
    let ticket = clients.submit(
      to: index, life: nodes[index].life, count: transactions.count, now: now)
    log(7, index, transactions.flatMap(\.self))
    step(index, .submitted([ClientSubmission(ticket: ticket, transactions)]))
  }
}
