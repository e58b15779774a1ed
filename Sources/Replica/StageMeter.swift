/// What the shell measures around parts of the replica: CPU time by stage. Nothing the replica does
/// depends on it.
public protocol StageMeter: Sendable {
  /// Called before work of a stage; its answer is given to `end`.
  func begin() -> UInt64
  /// Books the work since `begin` to a stage.
  func end(_ stage: ReplicaStage, since start: UInt64)
}

/// The stages inside a replica.
public enum ReplicaStage: Sendable {
  case decode
  case dissemination
  case consensus
  case execution
  case root
}

/// A meter that measures nothing.
public struct NoMeter: StageMeter {
  public init() {}
  public func begin() -> UInt64 { 0 }
  public func end(_ stage: ReplicaStage, since start: UInt64) {}
}

extension StageMeter {
  func measure<Result, Failure: Error>(
    _ stage: ReplicaStage, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = begin()
    defer { end(stage, since: start) }
    return try body()
  }
}
