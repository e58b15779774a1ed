import Foundation
import LedgerCore
import LedgerMetrics
import LedgerStore
import Logging
import NodeAPI
import PeerNetwork
import Replica

/// The parts of a node that take more than a line to start.
extension Node {
  /// The replica as the home has it, and what it does first.
  static func replica(
    _ opened: OpenedHome, workers: WorkerPool?, board: NodeBoard, metrics: NodeMetrics,
    names: MemberNames
  ) throws(NodeStartError) -> sending (ReplicaMachine, [ReplicaEffect]) {
    let start = try opened.replicaStart()
    var replica: ReplicaMachine
    do {
      replica = try ReplicaMachine(
        configuration: opened.replicaConfiguration(workers: workers), start: start,
        meter: MetricsMeter(metrics: metrics))
    } catch {
      throw .recovery("\(error)")
    }
    if start.isKeyUsedElsewhere { board.keyIsUsedElsewhere() }
    metrics.consensus.keyUsedElsewhere.set(start.isKeyUsedElsewhere)
    let effects = replica.begin(start, now: NodeClock.milliseconds())
    board.start(
      height: replica.height, flushed: opened.store.records.height, block: replica.blockHash,
      stateRoot: replica.stateRoot, timestamp: replica.timestamp,
      last: start.replay.last ?? start.recent.last)
    metrics.start(opened, height: replica.height, timestamp: replica.timestamp, names)
    return (replica, effects)
  }

  /// The threads that share large computations: so many as the settings say, or one for each core
  /// beyond two, at most 8; nil for none.
  static func workers(_ count: Int?, _ logger: Logger) -> WorkerPool? {
    let count = count ?? min(max(0, ProcessInfo.processInfo.activeProcessorCount - 2), 8)
    guard count > 0 else { return nil }
    do throws(WorkerPoolError) { return try WorkerPool(workers: count) } catch {
      logger.warning("the node computes without workers: \(error)")
      return nil
    }
  }

  /// The connections to other nodes. Their events come before the network is there to be named;
  /// whom to drop comes later.
  static func peers(
    _ configuration: PeerNetworkConfiguration, _ router: PeerRouter
  ) throws(NodeStartError) -> PeerNetwork {
    let started = StartedNetwork()
    do {
      let peers = try PeerNetwork.start(configuration) { router.route($0, of: started.network) }
      started.set(peers)
      return peers
    } catch {
      throw .network("\(error)")
    }
  }

  /// What is done once a second: requests that waited too long, a pause that ends, the disk.
  static func sweep(
    _ desk: SubmissionDesk, _ control: NodeControl, _ disk: DiskWatch,
    _ logger: Logger, _ faults: AsyncStream<String>.Continuation
  ) -> Task<Void, Never> {
    Task {
      var disk = disk
      while !Task.isCancelled {
        try? await Task.sleep(for: .seconds(1))
        desk.sweep()
        control.sweep()
        if let reason = disk.look(second: NodeClock.milliseconds() / 1_000) {
          logger.critical("the node stops: \(reason)")
          faults.yield(reason)
        }
      }
    }
  }

  /// Serves the API. A node that nobody can ask would look like one that does not answer: when that
  /// fails, it is a fault.
  static func serve(
    _ service: NodeQueries, _ meter: APICounter, _ configuration: NodeConfiguration,
    of home: NodeHome, _ logger: Logger, _ faults: AsyncStream<String>.Continuation
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
}
