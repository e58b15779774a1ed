import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica

/// What each event does.
extension World {
  func take(_ event: WorldEvent) {
    if let node = standingStill(event) { return nodes[node].backlog.append(event) }
    happen(event)
  }

  private func happen(_ event: WorldEvent) {
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
      woken(nodes[node])
    case .frame(let bytes, let sender, let node, let connection):
      guard nodes[node].isUp, network.connection(from: node, to: sender) == connection else {
        return
      }
      log(4, node, bytes)
      let height = watchedHeight(of: node, from: sender)
      let refusals = checker.evidence.refusals
      step(node, .frame(bytes, from: account(sender)))
      if height != nil, refusals == checker.evidence.refusals {
        watch(bytes, from: sender, to: node, at: height)
      }
      observe(bytes, at: node)
    case .connect(let a, let b): connect(a, b)
    case .disconnected(let node, let peer, let connection):
      guard nodes[node].isUp, network.connection(from: node, to: peer) == connection else {
        return
      }
      log(5, node)
      network.drop(node, peer: peer)
      disconnected(node, from: peer)
      schedule(.connect(node, peer), in: reconnectPause())
    case .resume(let node, let life):
      guard isAlive(node, life) else { return }
      resume(nodes[node])
    case .start(let node): start(node)
    case .crash(let node): if phase == .faults { crash(node) }
    case .window(let window, let begins): if begins { begin(window) } else { end(window) }
    case .replay(let window): replay(window)
    case .released(let frame): send(frame)
    case .drawFault: drawFault()
    case .drawPause: drawPause()
    case .drawBackup: drawBackup()
    case .clientsAct: clientsAct()
    case .round(let round): beginRound(round)
    case .late(let bytes, let node, let life, let peer):
      guard isAlive(node, life) else { return }
      deliver(bytes, from: node, to: peer)
    }
  }

  func account(_ node: Int) -> AccountID { nodes[node].name }

  func isAlive(_ node: Int, _ life: UInt64) -> Bool {
    nodes[node].isUp && nodes[node].life == life
  }

  /// The node at which an event must wait because its process stands still or is busy.
  private func standingStill(_ event: WorldEvent) -> Int? {
    let node: Int
    switch event {
    case .local(let to, _, _), .wake(let to, _, _), .frame(_, _, let to, _),
      .disconnected(let to, _, _), .synced(let to, _, _), .served(let to, _, _, _):
      node = to
    default: return nil
    }
    return nodes[node].standsStill(at: now) ? node : nil
  }

  /// A node goes on with what came in while it stood still, until an event keeps it busy again.
  private func resume(_ node: SimulatedNode) {
    guard node.pausedUntil <= now, node.busyUntil <= now else { return }
    let waiting = node.backlog
    node.backlog = []
    for (place, event) in waiting.enumerated() {
      happen(event)
      guard node.isUp else { return }
      guard node.busyUntil > now || node.pausedUntil > now else { continue }
      node.backlog = waiting[(place + 1)...] + node.backlog
      return
    }
  }

  /// The processor is busy with what a node has just begun.
  func occupy(_ node: SimulatedNode) {
    guard node.cpuMillisecondsMax > 0, node.isUp else { return }
    node.busyUntil = now + random.within(0...node.cpuMillisecondsMax)
    schedule(.resume(node: node.index, life: node.life), in: node.busyUntil - now)
  }

  /// Timers go by the node's own clock, which may have been set meanwhile: it is looked at once a
  /// second at least.
  private func woken(_ node: SimulatedNode) {
    guard node.clock(at: now) >= node.wakeAt else { return awaitClock(of: node) }
    log(3, node.index)
    step(node.index, .tick)
  }

  func awaitClock(of node: SimulatedNode) {
    let time = node.time(ofClock: node.wakeAt, now: now)
    queue.add(
      .wake(node: node.index, life: node.life, number: node.wakeNumber),
      at: min(max(time, now + 1), now + Self.clockPollMilliseconds))
  }

  static let clockPollMilliseconds: UInt64 = 1_000

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

  /// A replica's frame goes out, or what a Byzantine node makes of it.
  func transmit(_ bytes: [UInt8], from node: Int, to peer: Int) {
    guard corruptions[node] != nil else { return deliver(bytes, from: node, to: peer) }
    for outgoing in outgoing(bytes, from: node, to: peer) {
      guard outgoing.delayMilliseconds > 0 else {
        deliver(outgoing.bytes, from: node, to: peer)
        continue
      }
      schedule(
        .late(outgoing.bytes, from: node, life: nodes[node].life, to: peer),
        in: outgoing.delayMilliseconds)
    }
  }

  /// What the network does to a frame is drawn.
  func deliver(_ bytes: [UInt8], from node: Int, to peer: Int) {
    guard let connection = network.connection(from: node, to: peer) else { return }
    counts.framesSent += 1
    guard !isHeldUp(bytes, from: node, to: peer) else { return }
    send(SimulatedNetwork.Frame(bytes: bytes, from: node, to: peer, connection: connection))
  }

  private func send(_ frame: SimulatedNetwork.Frame) {
    func arrive(after milliseconds: UInt64) {
      queue.add(
        .frame(frame.bytes, from: frame.from, to: frame.to, connection: frame.connection),
        at: now + milliseconds)
    }
    switch network.fate(of: frame, now: now) {
    case .arrives(let milliseconds): arrive(after: milliseconds)
    case .arrivesTwice(let one, let other):
      arrive(after: one)
      arrive(after: other)
    case .held: counts.framesHeld += 1
    case .lost:
      counts.framesLost += 1
      if network.wantsReplacement(frame.from, frame.to) {
        schedule(.connect(frame.from, frame.to), in: random.within(200...8_000))
      }
    }
  }

  /// A frame of earlier comes once more, over the connection that stands now.
  private func replay(_ window: FaultWindow) {
    guard phase == .faults, case .replays(let milliseconds) = window.kind,
      network.windows.contains(where: { $0.number == window.number })
    else { return }
    schedule(.replay(window), in: random.within(1...milliseconds))
    guard let old = network.oldFrame(),
      let connection = network.connection(from: old.from, to: old.to),
      network.connection(from: old.to, to: old.from) == connection
    else { return }
    counts.framesReplayed += 1
    checker.replayed(from: old.from, to: old.to)
    send(
      SimulatedNetwork.Frame(
        bytes: old.bytes, from: old.from, to: old.to, connection: connection))
  }

  // MARK: Disks

  private func synced(_ index: Int, _ write: UInt64) {
    let node = nodes[index]
    if let failing = node.failingWrites { return fail(node, failing) }
    guard case .event(let event) = node.disk.sync(write) else { return }
    switch event {
    case .voteSigned(let vote):
      checker.signed(vote, by: index) { isExcused(node, last: $0) }
      checkPrepared(node, vote)
      trace(
        "node \(index) signs \(vote.statement.kind) for height \(vote.height) view \(vote.view)")
    case .flushed:
      if !node.disk.state.isDamaged { checker.checkStore(node.disk.state, node: index) }
    default: break
    }
    step(index, event)
  }

  /// A COMMIT signed before its prepared block is on the disk would be denied after a crash. One
  /// for the block with which the log has ended its height cannot be: nothing more of that height
  /// is signed.
  private func checkPrepared(_ node: SimulatedNode, _ vote: Vote) {
    guard vote.statement.kind == .commit, !byzantine.contains(node.index),
      !node.disk.hasLogged(vote.statement)
    else { return }
    let stored = node.disk.prepared
    // A COMMIT may be signed so late that a block of a later height is prepared.
    if let stored, stored.height > vote.height { return }
    guard let stored, stored.height == vote.height,
      let record = try? PreparedRecord(bcs: stored.bytes), record.view >= vote.view
    else {
      return checker.report(
        .votes, [node.index],
        "signed COMMIT for height \(vote.height), view \(vote.view), before the block it had "
          + "prepared was on its disk")
    }
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
    guard nodes[index].isUp, !nodes[index].standsStill(at: now), !transactions.isEmpty else {
      return
    }
    let ticket = clients.submit(
      to: index, life: nodes[index].life, count: transactions.count, now: now)
    log(7, index, transactions.flatMap(\.self))
    step(index, .submitted([ClientSubmission(ticket: ticket, transactions)]))
  }
}
