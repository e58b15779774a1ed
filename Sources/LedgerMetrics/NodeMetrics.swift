/// Everything a node counts, declared once in the groups it is made of.
public final class NodeMetrics: Sendable {
  public let stages: StageMetrics
  public let chain: ChainMetrics
  public let consensus: ConsensusMetrics
  public let members: MemberMetrics
  public let peers: PeerMetrics
  public let dissemination: DisseminationMetrics
  public let signatures: SignatureMetrics
  public let store: StoreMetrics
  public let api: APIMetrics
  public let carbon: CarbonMetrics
  public let registry: RegistryMetrics
  public let process: ProcessMetrics
  private let list: MetricList

  public init() {
    var list = MetricList()
    chain = ChainMetrics(&list)
    consensus = ConsensusMetrics(&list)
    members = MemberMetrics(&list)
    peers = PeerMetrics(&list)
    dissemination = DisseminationMetrics(&list)
    signatures = SignatureMetrics(&list)
    store = StoreMetrics(&list)
    api = APIMetrics(&list)
    carbon = CarbonMetrics(&list)
    registry = RegistryMetrics(&list)
    stages = StageMetrics(&list)
    process = ProcessMetrics(&list)
    self.list = list
  }

  /// Every metric's name, help, kind, unit and labels, in the order of the text.
  public var declarations: [MetricDeclaration] { list.declarations }

  /// Everything as text, version 0.0.4 of the exposition format.
  public func text() -> String {
    // What no other stage booked is the API's.
    stages.cpu[Stage.api.rawValue].follow(nanoseconds(.api))
    process.cpu.follow(CPUClock.processNanoseconds())
    return list.text()
  }

  /// Books CPU time and pieces of work to a stage.
  public func book(_ stage: Stage, nanoseconds: UInt64, items: Int = 1) {
    stages.cpu[stage.rawValue].add(nanoseconds)
    stages.items[stage.rawValue].add(UInt64(items))
  }

  /// Books pieces of work whose CPU time is booked otherwise.
  public func count(_ stage: Stage, items: Int = 1) {
    stages.items[stage.rawValue].add(UInt64(items))
  }

  /// Runs the body and books the calling thread's CPU time for it.
  public func measure<Result, Failure: Error>(
    _ stage: Stage, items: Int = 1, _ body: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let start = CPUClock.threadNanoseconds()
    defer {
      book(stage, nanoseconds: CPUClock.threadNanoseconds() &- start, items: items)
    }
    return try body()
  }

  /// CPU-µs of a stage since the node's start. `api` is what the process used and no other stage
  /// booked, so that the stages add up to the process.
  public func microseconds(_ stage: Stage) -> UInt64 { nanoseconds(stage) / 1_000 }

  private func nanoseconds(_ stage: Stage) -> UInt64 {
    guard stage == .api else { return stages.cpu[stage.rawValue].value }
    let booked = Stage.allCases.reduce(0) { sum, stage in
      stage == .api ? sum : sum + stages.cpu[stage.rawValue].value
    }
    let used = CPUClock.processNanoseconds()
    return used > booked ? used - booked : 0
  }
}
