/// Times two pieces of work that do the same job, in turns, so that whatever else the machine does
/// meets both alike; the figure is the median of the rounds' own ratios.
public struct PairedRun: Sendable {
  /// How much is measured.
  public struct Effort: Sendable {
    /// Rounds whose times count.
    public var rounds: Int
    /// Each side of a round repeats its work until this long has passed.
    public var turnSeconds: Double

    public init(rounds: Int, turnSeconds: Double) {
      self.rounds = rounds
      self.turnSeconds = turnSeconds
    }

    /// Some seconds a figure.
    public static let full = Effort(rounds: 25, turnSeconds: 0.1)
    /// A look.
    public static let quick = Effort(rounds: 7, turnSeconds: 0.03)
  }

  /// Median time of one unit of the subject's work, in microseconds.
  public let microseconds: Double
  /// The same of the floor or peer.
  public let peerMicroseconds: Double
  /// Median over rounds of peer ÷ subject: how many times faster the subject is.
  public let ratio: Double
  /// First and third quartile of the rounds' ratios.
  public let quartiles: ClosedRange<Double>

  /// Runs both sides once unmeasured, then in alternating order, `effort.rounds` times. `subject`
  /// and `peer` do one repetition of `subjectUnits` and `peerUnits` units of work.
  public init(
    effort: Effort, subjectUnits: Int, peerUnits: Int, subject: () -> Void, peer: () -> Void
  ) {
    subject()
    peer()
    var ours: [Double] = []
    var theirs: [Double] = []
    for round in 0..<max(1, effort.rounds) {
      let isPeerFirst = round % 2 == 0
      if isPeerFirst { theirs.append(Self.time(effort.turnSeconds, peerUnits, peer)) }
      ours.append(Self.time(effort.turnSeconds, subjectUnits, subject))
      if !isPeerFirst { theirs.append(Self.time(effort.turnSeconds, peerUnits, peer)) }
    }
    self.init(ours, theirs)
  }

  /// Runs rounds of whole jobs, which prepare what they need and say how long the job itself took.
  /// Both sides run round 0 unmeasured, then rounds 1 … `rounds` in alternating order.
  public init(
    rounds: Int, subject: (Int) throws -> Duration, peer: (Int) throws -> Duration
  ) throws {
    var ours: [Double] = []
    var theirs: [Double] = []
    for round in 0...max(1, rounds) {
      let isPeerFirst = round % 2 == 0
      if isPeerFirst { theirs.append(try peer(round) / .microseconds(1)) }
      ours.append(try subject(round) / .microseconds(1))
      if !isPeerFirst { theirs.append(try peer(round) / .microseconds(1)) }
    }
    self.init(Array(ours.dropFirst()), Array(theirs.dropFirst()))
  }

  /// The run that rounds of these times make.
  public init(_ ours: [Double], _ theirs: [Double]) {
    let ratios = zip(theirs, ours).map { $0 / $1 }.sorted()
    microseconds = Quantile.of(ours.sorted(), 0.5)
    peerMicroseconds = Quantile.of(theirs.sorted(), 0.5)
    ratio = Quantile.of(ratios, 0.5)
    quartiles = Quantile.of(ratios, 0.25)...Quantile.of(ratios, 0.75)
  }

  /// Microseconds a unit, of as many repetitions as fill the turn.
  private static func time(_ seconds: Double, _ units: Int, _ work: () -> Void) -> Double {
    let clock = ContinuousClock()
    let start = clock.now
    var repetitions = 0
    var taken = Duration.zero
    repeat {
      work()
      repetitions += 1
      taken = clock.now - start
    } while taken < .seconds(seconds)
    return taken / .microseconds(1) / Double(repetitions * units)
  }
}
