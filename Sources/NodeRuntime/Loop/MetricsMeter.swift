import LedgerMetrics
import Replica

/// Books the replica's stages to the node's metrics.
struct MetricsMeter: StageMeter {
  let metrics: NodeMetrics

  func begin() -> UInt64 { CPUClock.threadNanoseconds() }

  func end(_ stage: ReplicaStage, since start: UInt64) {
    metrics.book(Self.stage(stage), nanoseconds: CPUClock.threadNanoseconds() &- start)
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
