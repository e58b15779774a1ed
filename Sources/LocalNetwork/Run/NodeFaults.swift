/// What is done to the nodes of a running network, again and again.
public struct NodeFaults: Sendable {
  public enum Kind: String, CaseIterable, Codable, Sendable {
    /// SIGKILL, as a power cut, and a new start some seconds later.
    case kill
    /// SIGSTOP for longer than a view takes, and SIGCONT.
    case pause
    /// An orderly stop, and a new start at once.
    case restart
  }

  /// One or more.
  public var kinds: [Kind]
  /// From one fault to the next.
  public var every: Duration
  /// Seconds that a killed node stays away.
  public var awaySeconds: ClosedRange<Double>
  /// The same seed draws the same faults; when they happen is the network's.
  public var seed: UInt64

  public init(
    _ kinds: [Kind], every: Duration, awaySeconds: ClosedRange<Double> = 1...10, seed: UInt64 = 1
  ) {
    self.kinds = kinds
    self.every = every
    self.awaySeconds = awaySeconds
    self.seed = seed
  }
}

/// Draws faults.
struct FaultDraw {
  /// SplitMix64 (Steele, Lea, Flood 2014).
  private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var word = state
      word = (word ^ (word >> 30)) &* 0xBF58_476D_1CE4_E5B9
      word = (word ^ (word >> 27)) &* 0x94D0_49BB_1331_11EB
      return word ^ (word >> 31)
    }

    mutating func within(_ range: ClosedRange<Double>) -> Double {
      let fraction = Double(next() >> 11) / Double(1 << 53)
      return range.lowerBound + (range.upperBound - range.lowerBound) * fraction
    }
  }

  private let faults: NodeFaults
  private var numbers: Numbers

  init(_ faults: NodeFaults) {
    self.faults = faults
    numbers = Numbers(state: faults.seed)
  }

  mutating func kind() -> NodeFaults.Kind {
    faults.kinds.randomElement(using: &numbers) ?? .kill
  }

  /// A node that is up; every second time the coming primary, if it is.
  mutating func victim(among up: [Int], primary: Int?) -> Int? {
    let wantsPrimary = numbers.next() & 1 == 0
    let other = up.randomElement(using: &numbers)
    guard wantsPrimary, let primary, up.contains(primary) else { return other }
    return primary
  }

  /// How long a node stays away: a paused one for more than one view and up to three.
  mutating func away(_ kind: NodeFaults.Kind, view: Duration) -> Duration {
    switch kind {
    case .kill: .seconds(numbers.within(faults.awaySeconds))
    case .pause: view * numbers.within(1.25...3)
    case .restart: .zero
    }
  }

  /// So many of these nodes.
  mutating func some(_ count: Int, of nodes: Range<Int>) -> [Int] {
    Array(nodes.shuffled(using: &numbers).prefix(count))
  }
}
