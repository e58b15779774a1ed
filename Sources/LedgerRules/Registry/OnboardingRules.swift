import LedgerCore
import LedgerState

extension ExecutionContext {
  /// Brings credits on chain, or back (carbon rules, "Global Carbon Registry").
  mutating func onboard(
    _ onboarding: CreditRequest.Onboarding, by filer: AccountID, request: UInt64
  ) throws(OperationFailure) {
    guard let holder = try custodian(filer) else { throw .fault(.notCustodian) }
    guard header.timestamp <= holder.attestedUntil else { throw .fault(.custodyLapsed) }
    guard holder.bond >= parameters.registry.custodianBond else { throw .fault(.bondTooSmall) }
    let receiving = Receiving(
      owner: onboarding.isBuffer ? filer : onboarding.owner, custodian: filer,
      state: onboarding.isBuffer ? .buffer : .tradable, request: request)
    for batch in onboarding.batches {
      let unit = try registry(batch.project.registry).unit
      let slot = try slot(of: batch.project)
      var project = try entry(slot, of: batch.project)
      for range in batch.ranges {
        try check(range)
        let new = try onboard(range, of: batch.project, unit, receiving)
        let (serials, overflow) = project.serials.addingReportingOverflow(new)
        guard !overflow, serials <= project.project.cap ?? .max else {
          throw .fault(.capExceeded)
        }
        project.serials = serials
      }
      projects.set(slot, project)
    }
    try checkCustodian(filer)
  }

  /// Who receives on-boarded serials, and how.
  private struct Receiving {
    let owner: AccountID
    let custodian: AccountID
    let state: LotState
    let request: UInt64
  }

  /// Whether a custodian holds no more than it may, and enough of it in its buffer.
  func checkCustodian(_ holder: Custodian) throws(OperationFailure) {
    guard holder.live <= holder.limit else { throw .fault(.custodianLimit) }
    let percent = UInt128(parameters.registry.bufferPercent)
    // Amounts here are at most 2^48 × 10^12 × 2^32: inside 128 bits.
    guard holder.buffer.baseUnits * 100 >= holder.live.baseUnits * percent else {
      throw .fault(.bufferTooSmall)
    }
  }

  private mutating func checkCustodian(_ account: AccountID) throws(OperationFailure) {
    if let holder = try custodian(account) { try checkCustodian(holder) }
  }

  /// A registry whose credits the ledger takes.
  private mutating func registry(_ name: String) throws(OperationFailure) -> CreditRegistry {
    let record: CreditRegistry?
    do { record = try view.find(CreditRegistry.key(name)) } catch {
      throw OperationFailure(error)
    }
    guard let record else { throw .fault(.unknownRegistry) }
    return record
  }

  /// The slot of a project.
  mutating func slot(of project: CreditProject) throws(OperationFailure) -> Int {
    let key = ProjectEntry.key(registry: project.registry, id: project.id)
    do { return try projects.slot(of: key, in: &view) } catch { throw OperationFailure(error) }
  }

  /// The project's entry: a new one, or the one on chain, which must state the same.
  private func entry(_ slot: Int, of project: CreditProject) throws(OperationFailure)
    -> ProjectEntry
  {
    guard let entry = projects.entries[slot].current else {
      try check(project)
      return ProjectEntry(project: project)
    }
    // Bytes, not `==`: texts that are only canonically equivalent are not the same statement.
    guard entry.project.bcs == project.bcs else { throw .fault(.projectDiffers) }
    return entry
  }

  /// Whether a registry could state a project like this.
  func check(_ project: CreditProject) throws(OperationFailure) {
    let needed = [project.registry, project.id, project.name, project.country, project.type]
    guard needed.allSatisfy({ !$0.isEmpty }), !project.registry.utf8.contains(0),
      !project.id.utf8.contains(0), project.cap != 0
    else { throw .fault(.invalidCredit) }
  }

  /// Whether a registry could state a range like this, and has issued its credits.
  private func check(_ range: CreditRange) throws(OperationFailure) {
    guard !range.serialBlock.isEmpty, !range.serialBlock.utf8.contains(0),
      !range.serialText.isEmpty, range.start <= range.end, range.end < .max,
      range.end - range.start < CreditLimits.rangeSerialsMax, range.product != .planned,
      let from = CivilDate(yyyymmdd: range.vintageFrom),
      let to = CivilDate(yyyymmdd: range.vintageTo), from <= to, to <= today
    else { throw .fault(.invalidCredit) }
    try check(range.adjustment)
  }

  /// Whether an adjustment is dated exactly when something is declared.
  func check(_ adjustment: CorrespondingAdjustment) throws(OperationFailure) {
    if adjustment == .undeclared { return }
    guard adjustment.declaration != .unknown,
      let date = CivilDate(yyyymmdd: adjustment.date), date <= today,
      adjustment.declaration == .committed || adjustment.status == .notStarted
    else { throw .fault(.invalidDate) }
  }

  /// Brings one range: as a new lot where none of its serials is on chain, or back where all of
  /// them are in exported lots. Returns how many serials are new.
  private mutating func onboard(
    _ range: CreditRange, of project: CreditProject, _ unit: SerialUnit, _ receiving: Receiving
  ) throws(OperationFailure) -> UInt64 {
    let block = try number(ofBlock: range.serialBlock)
    let found = try lots(block: block, start: range.start, end: range.end)
    try use(lots: max(found.count, 1))
    guard !found.isEmpty else {
      try issue(range, of: project, unit, block, receiving)
      return range.end - range.start + 1
    }
    for interval in found {
      guard try record(ofLot: interval.lot).state == .exported else {
        throw .fault(.serialOverlap, subject: .lot(interval.lot))
      }
    }
    try checkReturn(range, of: project, found)
    for interval in found {
      let part = LotRange(
        lot: interval.lot, start: max(interval.start, range.start),
        end: min(interval.end, range.end))
      try takeBack(part, range, receiving)
    }
    return 0
  }

  private mutating func issue(
    _ range: CreditRange, of project: CreditProject, _ unit: SerialUnit, _ block: UInt64,
    _ receiving: Receiving
  ) throws(OperationFailure) {
    let issuance = now.book.issuances
    now.book.issuances += 1
    issuances.make(
      issuance,
      Issuance(
        registry: project.registry, projectID: project.id, range: range, unit: unit,
        block: block, request: receiving.request, height: height))
    // A new lot begins as an exported one of no amount: `move` counts it in.
    let record = Lot(
      issuance: issuance, block: block, unit: unit, start: range.start, end: range.end,
      owner: receiving.owner, custodian: receiving.custodian, state: .exported,
      labels: range.labels, adjustment: range.adjustment)
    let lot = try add(record)
    do {
      now.book.onboarded = try now.book.onboarded.sum(record.amount)
      now.book[.exported] = try now.book[.exported].sum(record.amount)
    } catch { throw .fatal(error) }
    // Keeps every sum of tonnes inside 64 bits, and of µg inside 128.
    let most = Amount(UInt128(RulesLimits.reserveTonnesMax) * Supply.microgramsPerTonne)
    guard now.book.onboarded <= most else { throw .fault(.overflow) }
    try move(lot, to: receiving.state)
  }

  /// Whether exported lots hold a range without a gap, as credits of the same project and kind.
  private mutating func checkReturn(
    _ range: CreditRange, of project: CreditProject, _ found: [SerialInterval]
  ) throws(OperationFailure) {
    var next = range.start
    for (position, interval) in found.enumerated() {
      let issuance = try issuance(try record(ofLot: interval.lot).issuance)
      guard issuance.registry.utf8.elementsEqual(project.registry.utf8),
        issuance.projectID.utf8.elementsEqual(project.id.utf8),
        issuance.range.product == range.product,
        issuance.range.vintageFrom == range.vintageFrom,
        issuance.range.vintageTo == range.vintageTo
      else { throw .fault(.projectDiffers, subject: .lot(interval.lot)) }
      guard position == 0 ? interval.start <= next : interval.start == next else {
        throw .fault(.partlyExported, subject: .lot(interval.lot))
      }
      next = interval.end + 1
    }
    guard next > range.end, found.count <= RulesLimits.rangeLotsMax else {
      throw .fault(.partlyExported, subject: found.last.map { .lot($0.lot) })
    }
  }

  /// Takes a part of an exported lot back, with the labels and the adjustment it has now.
  private mutating func takeBack(
    _ part: LotRange, _ range: CreditRange, _ receiving: Receiving
  ) throws(OperationFailure) {
    let number = try cut(part)
    var record = try record(ofLot: number)
    record.owner = receiving.owner
    record.custodian = receiving.custodian
    record.labels = range.labels
    record.adjustment = range.adjustment
    try put(record, number)
    try move(number, to: receiving.state)
  }
}
