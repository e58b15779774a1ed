/// How a run goes, for those who watch.
public struct LoadProgress: Sendable {
  public enum Phase: String, Sendable {
    case preparing
    case signing
    case warmUp = "warm-up"
    case steady
    case draining
    case over
  }

  public var phase = Phase.preparing
  /// Seconds since the first send; of the signing, the share that is done.
  public var seconds = 0.0
  public var signedShare = 0.0
  public var counts = LoadCounts()
  public var open = 0
  public var blocks: [LoadBlock] = []
  public var nodes: [NodeSample] = []
  /// CPU seconds of this process since the first send.
  public var generatorSeconds = 0.0

  public init() {}
}
