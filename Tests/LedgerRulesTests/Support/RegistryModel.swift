import LedgerCore

@testable import LedgerRules

/// The registry once more, as plainly as it can be said: every serial has a lot's number, an owner
/// and a state, and every sum is counted anew when it is asked for.
struct RegistryModel {
  /// Why an operation must fail.
  struct Refusal: Error, Equatable {
    /// What a subject's number counts.
    enum Kind { case lot, request, retirement, obligation }

    let fault: TransactionFault
    let subject: UInt64?
    let kind: Kind

    init(_ fault: TransactionFault, _ subject: UInt64? = nil, of kind: Kind = .lot) {
      self.fault = fault
      self.subject = subject
      self.kind = kind
    }
  }

  struct Serial: Equatable {
    var lot: UInt64
    var owner: AccountID
    var custodian: AccountID
    var state: LotState
    var isReversed = false
    var labels: CreditLabels
    var reference: UInt64?
  }

  struct Issued {
    let project: CreditProject
    let range: CreditRange
    let unit: SerialUnit
    var serials: [Serial]
  }

  struct Holder {
    var limit: UInt128
    var bond: UInt128 = 0
    var attestedUntil: UInt64
  }

  struct Asked {
    var request: CreditRequest
    let lotsMax: UInt16
    let filer: AccountID
    let expiresAt: UInt64
    var standing = RequestRecord.Standing.pending
    var approvals: [AccountID] = []
    var rejections: [AccountID] = []
  }

  struct Owed {
    let custodian: AccountID
    let purpose: Obligation.Purpose
    var open: UInt128
    let dueBy: UInt64
    var isClosed = false
  }

  struct Retired {
    let lot: UInt64
    let start: UInt64
    let end: UInt64
    var isConfirmed = false
  }

  /// A lot as its serials say.
  struct Place {
    let issuance: Int
    let start: UInt64
    let end: UInt64
    let first: Serial
    var count: UInt64 { end - start + 1 }
  }

  let parameters: Parameters
  let nodes: Set<AccountID>
  let registrars: [AccountID]
  let threshold: Int
  var time: UInt64
  var issued: [Issued] = []
  /// The issuance of each lot.
  var issuanceOfLot: [Int] = []
  var registries: [String: SerialUnit] = [:]
  var projects: [String: CreditProject] = [:]
  var holders: [AccountID: Holder] = [:]
  var requests: [Asked] = []
  var firstOpenRequest = 0
  var owed: [Owed] = []
  var firstOpenObligation = 0
  /// Lots that the request which is carried out may still make or change.
  var lotsLeft = 0
  var retired: [Retired] = []
  var carbon: CarbonModel

  init(_ document: GenesisDocument, carbon: CarbonModel) {
    parameters = document.parameters
    nodes = Set(document.nodes.map(\.account))
    registrars = document.registry.registrars
    threshold = Int(document.registry.threshold)
    time = document.genesisTime
    self.carbon = carbon
    for registry in document.registry.registries { registries[registry.name] = registry.unit }
    let attested = time + parameters.registry.attestationMilliseconds
    for custodian in document.registry.custodians {
      holders[custodian.account] = Holder(
        limit: custodian.limit.baseUnits, attestedUntil: attested)
    }
    holders[document.depositor] = Holder(limit: 1 << 100, attestedUntil: attested)
    for lot in document.lots {
      projects[Self.name(lot.project)] = lot.project
      add(
        lot.range, of: lot.project, owner: document.depositor, custodian: document.depositor,
        state: .inReserve)
    }
  }

  static func name(_ project: CreditProject) -> String { project.registry + "\n" + project.id }

  // MARK: Counting

  func amount(_ count: UInt64, _ unit: SerialUnit) -> UInt128 { UInt128(count) * unit.micrograms }

  /// µg of the serials that a predicate takes.
  func sum(_ isMeant: (Serial) -> Bool) -> UInt128 {
    issued.reduce(0) { total, issuance in
      total + amount(UInt64(issuance.serials.count(where: isMeant)), issuance.unit)
    }
  }

  func live(_ account: AccountID) -> UInt128 {
    sum { $0.custodian == account && $0.state.isLive }
  }

  func buffer(_ account: AccountID) -> UInt128 {
    sum { $0.custodian == account && $0.state == .buffer }
  }

  func openObligations(_ account: AccountID) -> Int {
    owed.count { $0.custodian == account && !$0.isClosed }
  }

  func serials(of project: CreditProject) -> UInt64 {
    issued.reduce(0) {
      $0 + (Self.name($1.project) == Self.name(project) ? UInt64($1.serials.count) : 0)
    }
  }

  // MARK: Lots

  func place(_ lot: UInt64) throws(Refusal) -> Place {
    guard lot < UInt64(issuanceOfLot.count) else { throw Refusal(.unknownLot, lot) }
    let number = issuanceOfLot[Int(lot)]
    let issuance = issued[number]
    guard let first = issuance.serials.firstIndex(where: { $0.lot == lot }),
      let last = issuance.serials.lastIndex(where: { $0.lot == lot })
    else { throw Refusal(.malformed, lot) }
    return Place(
      issuance: number, start: issuance.range.start + UInt64(first),
      end: issuance.range.start + UInt64(last), first: issuance.serials[first])
  }

  mutating func add(
    _ range: CreditRange, of project: CreditProject, owner: AccountID, custodian: AccountID,
    state: LotState
  ) {
    let serial = Serial(
      lot: UInt64(issuanceOfLot.count), owner: owner, custodian: custodian, state: state,
      labels: range.labels)
    issuanceOfLot.append(issued.count)
    issued.append(
      Issued(
        project: project, range: range, unit: registries[project.registry] ?? .tonne,
        serials: Array(repeating: serial, count: Int(range.end - range.start + 1))))
  }

  /// Changes every serial of a lot.
  mutating func change(_ lot: UInt64, _ change: (inout Serial) -> Void) {
    let number = issuanceOfLot[Int(lot)]
    for index in issued[number].serials.indices where issued[number].serials[index].lot == lot {
      change(&issued[number].serials[index])
    }
  }

  mutating func split(_ lot: UInt64, at serial: UInt64) throws(Refusal) -> UInt64 {
    let place = try place(lot)
    guard serial > place.start, serial <= place.end else { throw Refusal(.rangeOutsideLot, lot) }
    if place.first.state == .exporting { throw Refusal(.lotNotTradable, lot) }
    if place.first.state == .inReserve {
      let tonnes = (serial - place.start) % issued[place.issuance].unit.perTonne
      if tonnes != 0 { throw Refusal(.notWholeTonnes, lot) }
    }
    let new = UInt64(issuanceOfLot.count)
    issuanceOfLot.append(place.issuance)
    let base = issued[place.issuance].range.start
    for number in serial...place.end {
      issued[place.issuance].serials[Int(number - base)].lot = new
    }
    return new
  }

  mutating func cut(_ range: LotRange) throws(Refusal) -> UInt64 {
    let place = try place(range.lot)
    guard range.start <= range.end, range.start >= place.start, range.end <= place.end else {
      throw Refusal(.rangeOutsideLot, range.lot)
    }
    if range.end < place.end { _ = try split(range.lot, at: range.end + 1) }
    return range.start > place.start ? try split(range.lot, at: range.start) : range.lot
  }

  /// What holds serials of a block now, ascending; the last 65 of them.
  func found(_ block: String, _ start: UInt64, _ end: UInt64) -> [LotRange] {
    var found: [LotRange] = []
    let inBlock = issued.filter { $0.range.serialBlock == block && $0.range.start <= end }
      .sorted { $0.range.start < $1.range.start }
    for issuance in inBlock where issuance.range.end >= start {
      let base = issuance.range.start
      for (index, serial) in issuance.serials.enumerated() {
        let number = base + UInt64(index)
        guard number >= start, number <= end else { continue }
        if let last = found.last, last.lot == serial.lot {
          found[found.count - 1] = LotRange(lot: last.lot, start: last.start, end: number)
        } else {
          found.append(LotRange(lot: serial.lot, start: number, end: number))
        }
      }
    }
    return found.suffix(65)
  }

  func parts(of range: LotRange) throws(Refusal) -> [LotRange] {
    let place = try place(range.lot)
    let whole = issued[place.issuance].range
    guard range.start <= range.end, range.start >= place.start, range.end <= whole.end else {
      throw Refusal(.rangeOutsideLot, range.lot)
    }
    let found = found(whole.serialBlock, range.start, range.end)
    guard found.count <= 64 else { throw Refusal(.rangeOutsideLot, range.lot) }
    return found
  }

  mutating func take(_ range: LotRange, of owner: AccountID) throws(Refusal) -> UInt64 {
    let place = try place(range.lot)
    guard place.first.owner == owner else { throw Refusal(.notOwner, range.lot) }
    guard place.first.state == .tradable else { throw Refusal(.lotNotTradable, range.lot) }
    guard time <= holders[place.first.custodian]?.attestedUntil ?? 0 else {
      throw Refusal(.custodyLapsed, range.lot)
    }
    return try cut(range)
  }

  mutating func move(_ lot: UInt64, to state: LotState, _ reference: UInt64? = nil) {
    change(lot) {
      $0.state = state
      $0.reference = reference
    }
  }

  mutating func retire(_ lot: UInt64) throws(Refusal) {
    let place = try place(lot)
    let number = UInt64(retired.count)
    retired.append(Retired(lot: lot, start: place.start, end: place.end))
    move(lot, to: .retired, number)
  }

  func isEligible(_ issuance: Issued) -> Bool {
    guard parameters.reserveRegistries.contains(issuance.project.registry),
      parameters.reserveProducts.contains(issuance.range.product),
      let to = CivilDate(yyyymmdd: issuance.range.vintageTo)
    else { return false }
    let today = CivilDate(milliseconds: time)
    return to <= today && to.adding(months: 12 * Int(parameters.vintageYearsMax)) >= today
  }

  func checkEligibility(_ lot: UInt64, as named: UInt64) throws(Refusal) {
    let place = try place(lot)
    let issuance = issued[place.issuance]
    guard place.count % issuance.unit.perTonne == 0 else { throw Refusal(.notWholeTonnes, named) }
    guard isEligible(issuance) else { throw Refusal(.notEligible, named) }
  }
}
