import LedgerCore
import LedgerRules

/// The network that figures of carbon stand on: everything in it is a function of a number, so that
/// no file has to keep it.
///
/// 21 ER Nodes, a custodian and five registrars of whom three decide. Lots were brought in requests
/// of 128 ranges; each range is an issuance of its own, which is what costs most: a real registry
/// divides fewer issuances into more lots.
struct CarbonNetwork: Sendable {
  /// Lots that requests bring, and accounts.
  let lots: Int
  let accounts: Int

  static let nodes = 21
  static let interval: UInt64 = 10_000
  /// Of a term: ten days.
  static let termSlots: UInt64 = 10 * 8_640
  /// Milliseconds since 1970.
  static let genesisTime: UInt64 = 1_749_945_600_000
  static let registry = "gold-standard"
  /// Serials of each range that is brought: tonnes.
  static let serialsPerRange: UInt64 = 100
  /// Requests that bring credits of one project, and of one serial block.
  static let requestsPerProject = 4
  static let rangesPerRequest = CreditLimits.requestRangesMax
  /// The buffer's.
  static let bufferLot: UInt64 = 1
  /// The first lot that somebody owns: before it there are that of genesis and the buffer.
  static let firstLot: UInt64 = 2

  /// Whether the builder has put a lot into the reserve.
  static func isDeposited(_ lot: UInt64) -> Bool { lot % 10 == 0 }

  /// Whether the builder has retired a lot.
  static func isRetired(_ lot: UInt64) -> Bool { lot % 20 == 13 }

  /// An account of a number; nobody has its key.
  static func account(_ number: Int) -> AccountID {
    AccountID(SHA256.hash(Array("benchmark account \(number)".utf8)).bytes)
  }

  static let custodian = account(-1)
  static let registrars = (0..<5).map { account(-10 - $0) }
  /// Registrars that have to approve.
  static let approvals = 3
  private static let depositor = account(-2)
  private static let operatingCommittee = account(-3)
  private static let founder = account(-4)

  static func nodeAccount(_ index: Int) -> AccountID { account(-100 - index) }

  static func consensusKey(_ index: Int) throws -> SigningKey { try key("consensus", index) }

  private static func key(_ role: String, _ index: Int) throws -> SigningKey {
    let seed = SHA256.hash(Array("benchmark \(role) key \(index)".utf8)).bytes.array
    guard let key = SigningKey(seed: seed) else {
      throw BenchmarkFault.broken("a seed of 32 bytes makes no key")
    }
    return key
  }

  // MARK: Genesis

  /// One custodian without a limit that matters, and money for everybody.
  func genesis() throws -> GenesisDocument {
    let tonne = Supply.microgramsPerTonne
    let eco2 = Token.eco2.baseUnitsPerToken
    var allocations = (0..<accounts).map {
      GenesisAllocation(
        account: Self.account($0), eco2: Amount(10 * eco2), ecc: Amount(100_000_000))
    }
    let nodes = (0..<Self.nodes).map(Self.nodeAccount)
    for account in [Self.custodian] + Self.registrars + nodes {
      allocations.append(
        GenesisAllocation(
          account: account, eco2: Amount(1_000_000 * eco2), ecc: Amount(100 * tonne)))
    }
    var parameters = Parameters.standard
    // Ten years' due exceed what the fund begins with: it bids.
    parameters.fund.targetDays = 3_650
    parameters.elections = Self.elections
    parameters.governance.delayMilliseconds = Self.interval
    return GenesisDocument(
      network: "benchmarks", isTest: true, genesisTime: Self.genesisTime,
      interval: Self.interval, parameters: parameters, factors: [Self.factor],
      nodes: try (0..<Self.nodes).map(Self.node),
      operatingCommittee: Self.operatingCommittee,
      founders: [GenesisFounder(account: Self.founder, amount: Supply.founders)],
      allocations: allocations,
      registry: GenesisRegistry(
        registries: GenesisRegistry.standard.registries,
        custodians: [
          GenesisCustodian(
            account: Self.custodian, name: "custodian", limit: Amount(10_000_000_000 * tonne))
        ], threshold: UInt8(Self.approvals), registrars: Self.registrars),
      depositor: Self.depositor, lots: [Self.genesisLot])
  }

  /// Elections whose operations can be executed in any block: windows that are always open, delays
  /// of a block, and bonds that every account can pay. A term is longer than what is built and
  /// shorter than what is weighed, since votes earn from the term after theirs on. Nobody is jailed,
  /// since headers here carry no COMMITs.
  private static var elections: ElectionParameters {
    var elections = ElectionParameters.standard
    elections.termMilliseconds = termSlots * interval
    elections.windowMilliseconds = elections.termMilliseconds
    elections.readyMilliseconds = elections.termMilliseconds
    elections.unlockMilliseconds = interval
    elections.bond = Amount(Token.eco2.baseUnitsPerToken)
    elections.bondMilliseconds = interval
    elections.reserveDays = 0
    elections.jailMilliseconds = interval
    elections.releaseFine = Amount(1_000)
    elections.downtimeBlocks = 1
    elections.signedPercentMin = 0
    return elections
  }

  private static let factor = FactorRow(
    regionCode: "CHN", region: "China", year: 2023, microgramsPerKilowattHour: 557_500_000,
    source: "benchmark", licence: "none")

  private static func node(_ index: Int) throws -> GenesisNode {
    let key = try consensusKey(index)
    let account = nodeAccount(index)
    let message = GenesisNode.possessionMessage(
      network: "benchmarks", account: account, key: key.publicKey)
    return GenesisNode(
      account: account, consensusKey: key.publicKey,
      possession: key.sign(prefix: GenesisNode.possessionTag, message: message[...]),
      transportKey: try self.key("transport", index).publicKey, name: "node \(index)",
      profile: EnergyProfile(
        tier: .rack, region: "CHN", idleMilliwatts: 48_000, millijoulesPerCPUSecond: 12_000,
        puePermille: 1_580), isAttested: true)
  }

  private static let genesisLot = GenesisLot(
    project: CreditProject(
      registry: registry, id: "GS0", name: "project 0", country: "Kenya", type: "cookstoves"),
    range: CreditRange(
      serialBlock: "gs:genesis", serialText: "GS1-1-KE-GS0-1-2022-1-1-1000000", start: 1,
      end: 1_000_000, vintageFrom: 20_220_101, vintageTo: 20_221_231, product: .verified),
    tonnes: 1_000_000, status: .issued)

  // MARK: Credits

  /// Ranges that are brought of each project.
  static let rangesPerProject = rangesPerRequest * requestsPerProject

  /// The projects that the requests are about: as many as bring the lots, or a few more.
  var projects: Int { (lots + Self.rangesPerProject - 1) / Self.rangesPerProject }

  static func project(_ number: Int) -> CreditProject {
    CreditProject(
      registry: registry, id: "GS\(number + 1)", name: "Improved cookstoves, programme \(number)",
      country: "Kenya", subdivision: "Nakuru", type: "Energy efficiency - domestic",
      methodology: "AMS-II.G.", proponent: "Proponent of programme \(number)")
  }

  static func serialBlock(_ project: Int) -> String { "gold-standard|1|KE|GS\(project + 1)|12" }

  /// The range at a place among those of a project.
  static func range(_ place: Int, of project: Int) -> CreditRange {
    let start = 1 + UInt64(place) * serialsPerRange
    let year = UInt32(2016 + place % 9)
    return CreditRange(
      serialBlock: serialBlock(project),
      serialText:
        "GS1-1-KE-GS\(project + 1)-12-\(year)-7719-\(start)-\(start + serialsPerRange - 1)",
      start: start, end: start + serialsPerRange - 1, vintageFrom: year * 10_000 + 101,
      vintageTo: year * 10_000 + 1_231, product: .verified)
  }

  /// Requests in an order of chance, each for every fourth range of a project: new lots come to
  /// stand between old ones, as they do when a registry's projects are brought one by one.
  func requests() -> [CreditRequest] {
    var numbers = Numbers(seed: 7)
    var places = (0..<projects).flatMap { project in
      (0..<Self.requestsPerProject).map { (project: project, part: $0) }
    }
    places.shuffle(using: &numbers)
    return places.map { place in
      let ranges = (0..<Self.rangesPerRequest).map {
        Self.range($0 * Self.requestsPerProject + place.part, of: place.project)
      }
      return Self.request(
        ranges, of: Self.project(place.project), to: Int.random(in: 0..<accounts, using: &numbers))
    }
  }

  static func request(
    _ ranges: [CreditRange], of project: CreditProject, to owner: Int, isBuffer: Bool = false
  ) -> CreditRequest {
    .onboard(
      CreditRequest.Onboarding(
        owner: account(owner), isBuffer: isBuffer,
        batches: [CreditRequest.Onboarding.Batch(project: project, ranges: ranges)]))
  }

  /// The serial block of the buffer's lot, which is lot 1, and how many serials it has at first.
  static let bufferBlock = "gold-standard|1|KE|BUFFER|1"
  static let bufferSerials: UInt64 = 10_000_000

  /// What the custodian brings first: a buffer for all that follows.
  static func bufferRequest() -> CreditRequest {
    let range = CreditRange(
      serialBlock: bufferBlock, serialText: "GS1-1-KE-BUFFER-1-2022-1-1-\(bufferSerials)",
      start: 1, end: bufferSerials, vintageFrom: 20_220_101, vintageTo: 20_221_231,
      product: .verified)
    return request([range], of: project(1_000_000), to: 0, isBuffer: true)
  }
}
