import Foundation
import LedgerClient
import LedgerCore
import NodeAnswers

/// What coordinator and workers say to each other: one JSON object a line. Whoever can reach a
/// worker's port can make it send load: it is for networks under test, behind their own firewall.
enum WorkerMessage: Codable, Sendable {
  /// What does your clock say?
  case askClock
  /// Nanoseconds since 1970.
  case clock(UInt64)
  case prepare(WorkerPlan)
  /// Everything is signed.
  case ready
  /// Begin at this moment of the worker's own clock, nanoseconds since 1970.
  case begin(UInt64)
  /// Send no more.
  case stop
  case done(LoadReport)
  case failed(String)
}

/// A plan on its way to another machine.
struct WorkerPlan: Codable, Sendable {
  var nodes: [String]
  /// Hexadecimal; the accounts are of a test network and guard nothing.
  var accountSeed: String
  var accounts: Int
  var chain: String
  var rate: Double
  var warmUpSeconds: Double
  var seconds: Double
  var profile: LoadProfile
  var invalidShare: Double
  var routing: LoadRouting
  var seed: UInt64
  var chargeMax: String
  var feeMax: String
  var validityHeights: UInt64
  var patienceSeconds: Double
  var part: LoadGenerator.Plan.Part

  init(_ plan: LoadGenerator.Plan) {
    nodes = plan.nodes.map { "\($0)" }
    accountSeed = Hex.encode(plan.accounts.seed)
    accounts = plan.accounts.count
    chain = plan.chain.hex
    rate = plan.rate
    warmUpSeconds = plan.warmUp / .seconds(1)
    seconds = (plan.duration ?? .zero) / .seconds(1)
    profile = plan.profile
    invalidShare = plan.invalidShare
    routing = plan.routing
    seed = plan.seed
    chargeMax = "\(plan.chargeMax)"
    feeMax = "\(plan.feeMax)"
    validityHeights = plan.validityHeights
    patienceSeconds = plan.patience / .seconds(1)
    part = plan.part
  }

  /// Nil when it makes no sense.
  var plan: LoadGenerator.Plan? {
    let addresses = nodes.compactMap { NodeAddress($0) }
    guard let seedBytes = Hex.decode(accountSeed), seedBytes.count == 32, accounts >= 2,
      let chain = ChainID(hex: chain), let charge = UInt128(chargeMax), let fee = UInt128(feeMax),
      addresses.count == nodes.count, !addresses.isEmpty, rate > 0, seconds > 0,
      (0..<part.count).contains(part.index)
    else { return nil }
    var plan = LoadGenerator.Plan(
      nodes: addresses, accounts: LoadAccounts(seed: seedBytes, count: accounts), chain: chain,
      rate: rate, duration: .seconds(seconds),
      estimate: .init(charge: "", fee: "", creationFee: ""),
      validityHeights: validityHeights, patience: .seconds(patienceSeconds))
    plan.chargeMax = Amount(charge)
    plan.feeMax = Amount(fee)
    plan.warmUp = .seconds(warmUpSeconds)
    plan.profile = profile
    plan.invalidShare = invalidShare
    plan.routing = routing
    plan.seed = seed
    plan.part = part
    plan.signsAhead = true
    return plan
  }
}
