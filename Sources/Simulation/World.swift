import Consensus
import LedgerCore
import LedgerRules
import LedgerState
import Replica

/// A whole network in one thread: nodes, their disks and clocks, the links between them, clients
/// and faults. Everything that happens is an event of one queue; everything drawn comes from one
/// seed.
final class World {
  let options: SimulationOptions
  let seed: UInt64
  let setChanges: SetChanges
  let genesis: SimulatedGenesis
  let sets: SimulatedSets
  let nodes: [SimulatedNode]
  /// How many of them are ER Nodes: the first.
  let erNodes: Int
  /// Where the nodes of a name are: several where twins share it.
  let places: [AccountID: [Int]]
  let circles: Circles
  /// Scripted rounds, instead of drawn faults.
  var stage: TwinsStage?
  let theatre: TwinsTheatre?
  /// The members that are Byzantine, ascending.
  let byzantineMembers: [ByzantineMember]
  /// The Byzantine nodes, twins included, and what they are up to.
  var corruptions: [Int: Corruption] = [:]
  /// Twins that start later than everybody else.
  private(set) var lateTwins: [Int: LateTwin] = [:]
  var network: SimulatedNetwork
  let timing: ConsensusTiming
  var clients: SimulatedClients
  var checker: Checker
  var memo: VerdictMemo
  var queue: EventQueue
  var plan: FaultPlan
  let budget: FaultBudget
  /// Nodes whose disks may be set back: those of the budget, and all full nodes.
  let forgetful: [Int]
  let genesisState: SimulatedState
  /// Planned pauses, in one seed of three.
  var pauses: SeededRandom?
  /// For everything that no part draws for itself.
  var random: SeededRandom
  /// Milliseconds since 1970, by the world's own clock.
  var now: UInt64
  let startTime: UInt64
  var phase = Phase.faults
  /// Ranges of this run's machines, drawn once.
  let costs: Costs
  var counts = Counts()
  var eventLog = EventLog()
  /// Clients send nothing more.
  var areClientsQuiet = false
  private var eventsAtInstant = 0

  /// Whether things still go wrong.
  enum Phase {
    case faults
    case healthy
  }

  /// How long a machine takes for things, milliseconds at most.
  struct Costs {
    let syncMillisecondsMax: UInt64
    /// A flush of state is longer than other writes; a slow one leaves blocks to be replayed.
    let flushMillisecondsMax: UInt64
    let verificationMillisecondsMax: UInt64
    let connectMillisecondsMax: UInt64
  }

  /// What the report tells.
  struct Counts {
    var events: UInt64 = 0
    var turnsHandedOver: UInt64 = 0
    var crashes: UInt64 = 0
    var framesSent: UInt64 = 0
    var framesLost: UInt64 = 0
    var framesHeld: UInt64 = 0
    var framesReplayed: UInt64 = 0
    var writesLost: UInt64 = 0
    var startsRefused: UInt64 = 0
    var disksSetBack: UInt64 = 0
    var keysStopped: UInt64 = 0
    var winnersDownMax: UInt64 = 0
    var livenessMilliseconds: UInt64 = 0
    var livenessPermille: UInt64 = 0
  }

  /// More events at one instant are a loop that never ends.
  static let eventsPerInstantMax = 50_000

  init(seed: UInt64, options: SimulationOptions) throws(SimulationFailure) {
    self.seed = seed
    self.options = options
    var random = SeededRandom(seed: seed)
    let drawn = Self.drawSize(&random)
    let count = options.nodes ?? drawn
    guard (Limits.validatorsMin...Limits.validatorsMax).contains(count) else {
      throw .options("a network has 4…64 nodes, not \(count)")
    }
    setChanges = Self.setChanges(seed: seed, options)
    genesis = try SimulatedGenesis(
      nodes: count, clients: Self.clientsMax + 1,
      intervalMilliseconds: options.intervalMilliseconds, setChanges: setChanges, random: &random)
    sets = SimulatedSets(genesis.initial.validators)
    let time = SimulatedGenesis.timeMilliseconds
    guard
      let timing = ConsensusTiming.recommended(
        genesisTimeMilliseconds: time, intervalMilliseconds: options.intervalMilliseconds)
    else { throw .options("\(options.intervalMilliseconds) ms is no interval") }
    self.timing = timing
    let hasFaults = options.hasFaults
    let keepsVotes = random.happens(permille: 500)
    let follows = try Self.follows(seed: seed, erNodes: count, options: options)
    let configuration = ReplicaConfiguration(
      chain: genesis.initial.chain, account: nil, timing: timing)
    // Elected sets may be as small as sets get.
    let faultyMax = setChanges == .elected ? 1 : genesis.initial.validators.faultyMax
    let liars = Self.drawByzantine(
      seed: seed, faultyMax: faultyMax, members: count, firstTwin: count + follows.count, options)
    byzantineMembers = liars
    let singles =
      Self.erNodes(
        genesis, timing, keepsVotes: keepsVotes, hasFaults: hasFaults, liars: liars, &random)
      + (try Self.fullNodes(
        follows, seed: seed, genesis: genesis, configuration: configuration,
        hasFaults: hasFaults))
    nodes = singles + Self.twins(of: singles, liars, genesis, seed: seed, &lateTwins)
    theatre = nil
    erNodes = genesis.members.count
    places = Self.places(nodes)
    circles = Circles(nodes)
    costs = Costs(
      syncMillisecondsMax: random.within(1...(hasFaults ? 20 : 5)),
      flushMillisecondsMax: Self.flushMilliseconds(options, &random),
      verificationMillisecondsMax: random.within(1...5),
      connectMillisecondsMax: random.within(20...500))
    network = SimulatedNetwork(
      nodes: nodes.count, weather: hasFaults ? Self.weather(&random) : .healthy,
      random: random.fork())
    let ballot = setChanges == .elected ? SimulatedBallot(genesis) : nil
    clients = SimulatedClients(
      chain: genesis.initial.chain,
      holders: Array(genesis.clients.prefix(Self.clientsMax)),
      nodes: nodes.count, ballot: ballot, random: random.fork())
    genesisState = SimulatedState(genesis.changes)
    budget = FaultBudget(
      members: count, faultyMax: faultyMax, byzantine: liars.map(\.node),
      hasFaults: hasFaults, random: &random)
    let fullNodes = count..<count + follows.count
    forgetful = budget.forgetful + Array(fullNodes)
    plan = FaultPlan(nodes: nodes.count, forgetful: forgetful, random: random.fork())
    checker = Checker(
      genesis: genesis, sets: sets, names: nodes.map(\.name), fullNodes: fullNodes)
    memo = VerdictMemo(chain: genesis.initial.chain)
    startTime = time + random.within(0...3 * options.intervalMilliseconds)
    now = startTime
    queue = EventQueue(from: startTime)
    if hasFaults, seed.isMultiple(of: 3) { pauses = SeededRandom(seed: ~seed) }
    self.random = random
    corrupt()
  }

  /// Beside them one account is for what Byzantine nodes think of.
  private static let clientsMax = 6

  /// A world in which a script says what happens.
  init(_ theatre: TwinsTheatre, _ scenario: TwinsScenario, options: TwinsOptions) {
    seed = 0
    self.options = theatre.simulation(options)
    setChanges = .none
    genesis = theatre.genesis
    sets = SimulatedSets(genesis.initial.validators)
    nodes = theatre.nodes(scenario, options)
    erNodes = nodes.count
    byzantineMembers = []
    places = Self.places(nodes)
    circles = Circles(nodes)
    network = SimulatedNetwork(
      nodes: nodes.count, weather: .healthy, random: SeededRandom(seed: 1))
    clients = SimulatedClients(
      chain: genesis.initial.chain, holders: genesis.clients, nodes: nodes.count,
      random: SeededRandom(seed: 2))
    timing = nodes[0].configuration.timing
    genesisState = theatre.state
    var random = SeededRandom(seed: 3)
    budget = FaultBudget(
      members: nodes.count, faultyMax: genesis.initial.validators.faultyMax, byzantine: [],
      hasFaults: false,
      random: &random)
    forgetful = []
    plan = FaultPlan(nodes: nodes.count, forgetful: [], random: random.fork())
    checker = Checker(genesis: genesis, sets: sets, names: nodes.map(\.name))
    memo = theatre.memo
    theatre.memo = VerdictMemo(chain: genesis.initial.chain)
    startTime = SimulatedGenesis.timeMilliseconds
    now = startTime
    queue = EventQueue(from: startTime)
    self.random = SeededRandom(seed: 4)
    costs = Costs(
      syncMillisecondsMax: 2, flushMillisecondsMax: 2, verificationMillisecondsMax: 2,
      connectMillisecondsMax: 10)
    stage = TwinsStage(scenario)
    self.theatre = theatre
  }

  private static func places(_ nodes: [SimulatedNode]) -> [AccountID: [Int]] {
    var places: [AccountID: [Int]] = [:]
    for node in nodes { places[node.name, default: []].append(node.index) }
    return places
  }

  /// Sizes at which quorum and f are of each form (n = 3f + 1, + 2 and + 3), most often the small
  /// ones: an event of 31 nodes is seldom worth ten of 4.
  private static func drawSize(_ random: inout SeededRandom) -> Int {
    let ticket = random.index(100)
    let other = 4 + random.index(28)
    switch ticket {
    case ..<30: return 4
    case ..<55: return 7
    case ..<70: return 10
    case ..<78: return 21
    case ..<81: return 22
    case ..<83: return 31
    default: return other
    }
  }

  private static func erNodes(
    _ genesis: SimulatedGenesis, _ timing: ConsensusTiming, keepsVotes: Bool, hasFaults: Bool,
    liars: [ByzantineMember], _ random: inout SeededRandom
  ) -> [SimulatedNode] {
    let chain = genesis.initial.chain
    let state = SimulatedState(genesis.changes)
    return genesis.members.enumerated().map { index, member in
      var configuration = ReplicaConfiguration(
        chain: chain, account: member.account, timing: timing)
      configuration.rehearsal = Rehearsal(
        sharesKey: liars.contains { $0.node == index && $0.ignoresGuard })
      let keys = NodeKeys(member.key)
      return SimulatedNode(
        index: index, name: member.account, configuration: configuration, keys: keys,
        disk: SimulatedDisk(state: state.copy(), chain: chain, keys: keys),
        keepsVotes: keepsVotes,
        clockErrorMilliseconds: hasFaults ? Int64(random.within(0...200)) - 100 : 0)
    }
  }

  /// In one seed of four that has faults, sets change.
  private static func setChanges(seed: UInt64, _ options: SimulationOptions) -> SetChanges {
    if let changes = options.setChanges { return changes }
    var random = SeededRandom(seed: seed ^ 0x5E75_C4A6)
    return options.hasFaults && random.happens(permille: 250) ? .elected : .none
  }

  private static func flushMilliseconds(
    _ options: SimulationOptions, _ random: inout SeededRandom
  ) -> UInt64 {
    guard options.hasFaults else { return 50 }
    switch random.index(4) {
    case 0: return random.within(1...20)
    case 3: return random.within(0...12) * options.intervalMilliseconds
    default: return random.within(0...2) * options.intervalMilliseconds
    }
  }

  private static func weather(_ random: inout SeededRandom) -> SimulatedNetwork.Weather {
    let fastest = random.within(1...40)
    return SimulatedNetwork.Weather(
      delayMillisecondsMin: fastest, delayMillisecondsMax: fastest + random.within(0...120),
      lostPermille: random.happens(permille: 500) ? random.within(0...20) : 0,
      doubledPermille: random.happens(permille: 500) ? random.within(0...50) : 0,
      latePermille: random.within(0...30))
  }

  // MARK: The loop

  /// Whether no invariant is broken, and no last event named that has happened.
  var goesOn: Bool {
    checker.violations.isEmpty && options.lastEvent.map { counts.events < $0 } ?? true
  }

  /// Milliseconds since the run began.
  var elapsed: UInt64 { now - startTime }

  func schedule(_ event: WorldEvent, in milliseconds: UInt64) {
    queue.add(event, at: now + milliseconds)
  }

  /// Runs until the condition holds, a deadline has passed or an invariant is broken; whether the
  /// condition holds.
  func run(until deadline: UInt64, _ condition: () -> Bool) -> Bool {
    while goesOn {
      if condition() { return true }
      guard now < deadline, let (time, event) = queue.next() else { return false }
      eventsAtInstant = time == now ? eventsAtInstant + 1 : 0
      now = max(now, time)
      counts.events += 1
      checker.event = counts.events
      checker.milliseconds = elapsed
      if eventsAtInstant > Self.eventsPerInstantMax {
        checker.report(.liveness, [], "events go on for ever at one instant")
      }
      take(event)
    }
    return false
  }

  /// Adds what happens to the log's hash.
  func log(_ kind: UInt8, _ node: Int, _ detail: [UInt8] = []) {
    eventLog.add(at: now, kind: kind, node: node, detail)
  }

  func trace(_ line: @autoclosure () -> String) {
    guard let trace = options.trace else { return }
    trace("\(elapsed) \(line())")
  }
}
