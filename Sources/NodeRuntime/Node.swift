import Consensus
import Dispatch
import Dissemination
import Foundation
import LedgerCore
import LedgerMetrics
import LedgerRules
import LedgerState
import LedgerStore
import Logging
import NodeAPI
import PeerNetwork
import Replica
import Signer
import Synchronization

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
  public init(
    home: NodeHome, configuration: NodeConfiguration, isMoved: Bool = false,
    pausedSeconds: UInt64? = nil, logs: NodeLogs
  ) async throws(NodeStartError) {
    let opened = try OpenedHome(home, configuration, isMoved: isMoved)
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

    let start = try opened.replicaStart()
    var replica: ReplicaMachine
    do {
      replica = try ReplicaMachine(
        configuration: opened.replicaConfiguration(), start: start,
        meter: MetricsMeter(metrics: metrics))
    } catch {
      throw .recovery("\(error)")
    }
    let first = replica.begin(start, now: NodeClock.milliseconds())
    board.start(
      height: replica.height, block: replica.blockHash, stateRoot: replica.stateRoot,
      timestamp: replica.timestamp, last: start.replay.last ?? start.recent.last)
    metrics.start(opened, height: replica.height, timestamp: replica.timestamp, names)

    let control = NodeControl(
      queue: queue, board: board, intervalMilliseconds: opened.document.interval,
      logger: logs[.node])
    socket = try ControlSocket(path: home.controlSocket) { control.answer($0) }

    let peers: PeerNetwork
    let network = try opened.peerConfiguration()
    let router = PeerRouter(
      isFullNode: opened.account == nil, queue: queue, peers: network.peers.map(\.account),
      metrics: metrics, logger: logs[.peers])
    do {
      // Events come before the network is there to be named; whom to drop comes later.
      let started = StartedNetwork()
      peers = try PeerNetwork.start(network) { router.route($0, of: started.network) }
      started.set(peers)
    } catch {
      throw .network("\(error)")
    }
    performer = EffectPerformer(
      chain: opened.chain, queue: queue, peers: peers, store: opened.store,
      signer: opened.signer, desk: desk, board: board, metrics: metrics, watch: watch,
      logger: logs[.replica]
    ) { reason in
      board.halted(reason)
      faults.yield(reason)
    }
    loop = ReplicaLoop(
      replica: replica, first: first, queue: queue, performer: performer, watch: watch,
      meter: lane, logger: logs[.replica])
    reads = DiskReads(log: opened.store.log, metrics: metrics)
    if let pausedSeconds { control.pause(seconds: pausedSeconds) }
    let reader = MetricsReader(
      metrics: metrics, network: peers, router: router, store: opened.store, board: board,
      path: home.path, peers: network.peers.map(\.account), names: names,
      isFullNode: opened.account == nil)
    let service = NodeQueries(
      opened: opened, queue: queue, desk: desk, board: board, counts: metrics, peers: peers,
      reader: reader, reads: reads, history: history)
    api = Self.serve(
      service, APICounter(metrics: metrics), configuration, of: home, logs[.api], faults)
    let disk = DiskWatch(path: home.data, settings: configuration.store, logger: logs[.store])
    sweeper = Task {
      var disk = disk
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        desk.sweep()
        control.sweep()
        if let reason = disk.look(second: NodeClock.milliseconds() / 1_000) {
          logs[.store].critical("the node stops: \(reason)")
          faults.yield(reason)
        }
      }
    }
    self.home = home
    logger = logs[.node]
    self.queue = queue
    self.peers = peers
    self.desk = desk
    self.board = board
    self.control = control
    self.fault = fault
  }

  /// Serves the API. A node that nobody can ask would look like one that does not answer: when that
  /// fails, it is a fault.
  private static func serve(
    _ service: NodeQueries, _ meter: APICounter, _ configuration: NodeConfiguration,
    of home: NodeHome,
    _ logger: Logger, _ faults: AsyncStream<String>.Continuation
  ) -> Task<Void, Never> {
    let endpoint = configuration.api.listen
    let host = endpoint.host
    let settings = APISettings(configuration)
    let server = APIServer(
      service: service, host: host, port: endpoint.port, settings: settings, meter: meter,
      logger: logger)
    return Task {
      async let metrics: Void = serveMetrics(service, configuration, settings, logger, faults)
      do {
        try await server.run { port in
          logger.notice("API listens on \(host):\(port)")
          try? "\(host):\(port)\n".write(
            toFile: home.apiAddress, atomically: true, encoding: .utf8)
        }
      } catch is CancellationError {
      } catch {
        faults.yield("the API cannot be served at \(host):\(endpoint.port): \(error)")
      }
      await metrics
    }
  }

  /// Serves the metrics on an address of their own, where the configuration names one.
  private static func serveMetrics(
    _ service: NodeQueries, _ configuration: NodeConfiguration, _ settings: APISettings,
    _ logger: Logger, _ faults: AsyncStream<String>.Continuation
  ) async {
    guard case .own(let endpoint) = configuration.metrics.listen else { return }
    let server = APIServer(
      service: service, host: endpoint.host, port: endpoint.port, settings: settings.forMetrics,
      logger: logger)
    do {
      try await server.run { port in
        logger.notice("metrics are served on \(endpoint.host):\(port)")
      }
    } catch is CancellationError {
    } catch {
      faults.yield("the metrics cannot be served at \(endpoint): \(error)")
    }
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

/// Bounds of the node's own queues and files.
enum NodeLimits {
  /// The birth height from which bundles are kept at a tip: those that a block may still name, and
  /// those that expired unnamed, until their transactions are in other bundles on disk.
  static func oldestBundle(at tip: UInt64) -> UInt64 {
    let kept = Limits.bundleAgeHeightsMax + 1 + DisseminationLimits.expiredKeepHeights
    return tip > kept ? tip - kept : 0
  }

  /// Peer frames and submissions waiting for the replica.
  static let queueBytesMax = 64 * 1024 * 1024
  /// Peers' requests for logged blocks that wait for the disk.
  static let servesMax = 64
  /// Clients' small reads from the disk that wait.
  static let quickReadsMax = 256
  /// Whole old blocks that wait to be read for clients, each up to
  /// `CatchUpLimits.blockBytesMax`.
  static let blockReadsMax = 8
  /// Requests that wait for the next final block.
  static let heightWaitersMax = 4_096
  /// Old blocks in one answer when each must be read from the log.
  static let blocksFromLogMax = 8
  /// Full nodes' requests for logged blocks that wait for the disk.
  static let followerServesMax = 16
  /// Bytes of blocks handed to full nodes in a second, all together.
  static let followerServeBytesPerSecond = 32 * 1024 * 1024
  /// A full node with more than this waiting for its socket is handed no more.
  static let followerWaitingBytesMax = 1024 * 1024
  /// Requests that wait for a transaction's acceptance or end.
  static let waitsMax = 4_096
  /// … and the transactions in them.
  static let waitingTransactionsMax = 131_072
}
