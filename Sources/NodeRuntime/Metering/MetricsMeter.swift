import LedgerMetrics
import Replica
import Synchronization

/// Books the replica's stages to the node's metrics.
final class MetricsMeter: StageMeter {
  private let metrics: NodeMetrics
  /// When the stage at work began, by the monotonic clock: stages do not nest.
  private let began = Atomic<UInt64>(0)

  init(metrics: NodeMetrics) { self.metrics = metrics }

  func begin() -> UInt64 {
    began.store(CPUClock.monotonicNanoseconds(), ordering: .relaxed)
    return CPUClock.threadNanoseconds()
  }

  func end(_ stage: ReplicaStage, since start: UInt64) {
    metrics.book(Self.stage(stage), nanoseconds: CPUClock.threadNanoseconds() &- start)
    guard stage == .execution else { return }
    metrics.chain.execution.observe(
      nanoseconds: CPUClock.monotonicNanoseconds() &- began.load(ordering: .relaxed))
  }

  private static func stage(_ stage: ReplicaStage) -> Stage {
    switch stage {
    case .decode: .decode
    case .dissemination: .dissemination
    case .consensus: .consensus
    case .execution: .execution
    case .root: .root
    }
  }
}
