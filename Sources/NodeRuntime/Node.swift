import Dispatch
import Foundation
import LedgerMetrics
import LedgerRules
import LedgerStore
import Logging
import PeerNetwork
import Replica

/// One node: what is in its home, opened; its threads, running; its API, serving.
///
/// Start: genesis, keys, store, the log's blocks above the flushed state, signer, replica, peers,
/// API. Stop: the same backwards, everything under way finished and synced.
public final class Node: Sendable {
  private let home: NodeHome
  private let logger: Logger
  private let queue: EventQueue<NodeEvent>
  private let peers: PeerNetwork
  private let performer: EffectPerformer
  private let loop: ReplicaLoop
  private let desk: SubmissionDesk
  private let board: NodeBoard
  private let reads: DiskReads
  private let control: NodeControl
  private let socket: ControlSocket
  private let history: HistoryKeeper
  private let api: Task<Void, Never>
  private let sweeper: Task<Void, Never>
  /// Resumed with the reason when the node stops for a fault of its own.
  private let fault: AsyncStream<String>

  /// Opens a home and starts everything. The node votes as soon as it has caught up.
  ///
  /// - Parameters:
  ///   - isMoved: a home that looks like a copy is confirmed to be the only one.
  ///   - pausedSeconds: it starts paused, for so long; see `ControlRequest.pause`.
  ///   - isTwin: for tests of debug builds: another process has the key, and both go on voting.
  public init(
    home: NodeHome, configuration: NodeConfiguration, isMoved: Bool = false,
    pausedSeconds: UInt64? = nil, isTwin: Bool = false, logs: NodeLogs
  ) async throws(NodeStartError) {
    let opened = try OpenedHome(home, configuration, isMoved: isMoved, isTwin: isTwin)
    let metrics = NodeMetrics()
    let names = MemberNames(opened.document.nodes)
    let watch = ReplicaWatch(own: opened.account, names: names, metrics: metrics)
    let lane = metrics.stages.lane("replica")
    let queue = EventQueue<NodeEvent>(weightMax: NodeLimits.queueBytesMax, meter: lane.queue)
    history = HistoryKeeper(
      home: home.path, store: opened.store, isOn: configuration.store.history, metrics: metrics,
      logger: logs[.store])
    let board = NodeBoard(isTest: opened.document.isTest, history: history)
    let desk = SubmissionDesk(metrics: metrics)
    let (fault, faults) = AsyncStream<String>.makeStream(bufferingPolicy: .bufferingNewest(1))

    let network = try opened.peerConfiguration()
    let workers = Self.workers(configuration.workers, logs[.node])
    let (replica, effects) = try Self.replica(
      opened, workers: workers, board: board, metrics: metrics, names: names)
    let control = NodeControl(
      queue: queue, board: board, intervalMilliseconds: opened.document.interval,
      logger: logs[.node])
    socket = try ControlSocket(path: home.controlSocket) { control.answer($0) }

    let router = PeerRouter(
      isFullNode: opened.account == nil, queue: queue, metrics: metrics, logger: logs[.peers])
    do throws(NodeStartError) { peers = try Self.peers(network, router) } catch {
      socket.close()
      throw error
    }
    let signatures = SignatureVerifier(
      chain: opened.chain, workers: workers, metrics: metrics)
    performer = EffectPerformer(
      opened, home: home, queue: queue, peers: peers, history: history, signatures: signatures,
      desk: desk, board: board, metrics: metrics, watch: watch, logger: logs[.replica]
    ) { reason in
      board.halted(reason)
      faults.yield(reason)
    }
    loop = ReplicaLoop(
      replica: replica, first: effects, queue: queue, performer: performer,
      watch: watch, meter: lane, logger: logs[.replica])
    reads = DiskReads(log: opened.store.log, metrics: metrics)
    if let pausedSeconds { control.pause(seconds: pausedSeconds) }
    let reader = MetricsReader(
      metrics: metrics, network: peers, router: router, store: opened.store,
      signatures: signatures, board: board,
      path: home.path, names: names,
      isFullNode: opened.account == nil)
    let service = NodeQueries(
      opened: opened, queue: queue, desk: desk, board: board, counts: metrics, peers: peers,
      reader: reader, reads: reads, history: history)
    api = Self.serve(
      service, APICounter(metrics: metrics), configuration, of: home, logs[.api], faults)
    sweeper = Self.sweep(
      desk, control,
      DiskWatch(path: home.data, settings: configuration.store, logger: logs[.store]),
      logs[.store], faults)
    self.home = home
    logger = logs[.node]
    self.queue = queue
    self.desk = desk
    self.board = board
    self.control = control
    self.fault = fault
  }

  /// Waits until the node stops for a fault of its own, and gives the reason; nil when cancelled.
  public func waitForFault() async -> String? {
    for await reason in fault { return reason }
    return nil
  }

  /// Where the node stands, asked of its replica's thread: nil when that does not answer in time.
  public func standing() async -> ControlStanding? {
    let control = control
    return await withCheckedContinuation { continuation in
      // It waits for a thread: not on the pool that runs tasks.
      DispatchQueue.global().async {
        continuation.resume(returning: control.answer(.status).standing)
      }
    }
  }

  /// Stops: no new requests, no new events, everything under way finished and synced.
  public func stop() async {
    sweeper.cancel()
    desk.close()
    board.waiters.close()
    board.flushed.close()
    api.cancel()
    await api.value
    let (peers, queue, loop, performer) = (peers, queue, loop, performer)
    let (reads, history) = (reads, history)
    let socket = socket
    await withCheckedContinuation { continuation in
      // These wait for threads: not on the pool that runs tasks.
      DispatchQueue.global().async {
        socket.close()
        peers.shutdown()
        queue.require(.stop)
        loop.waitForEnd()
        performer.finish()
        reads.finish()
        history.finish()
        queue.close()
        continuation.resume()
      }
    }
    try? FileManager.default.removeItem(atPath: home.apiAddress)
    logger.notice("stopped")
  }
}
