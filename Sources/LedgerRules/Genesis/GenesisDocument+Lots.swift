import LedgerCore
import LedgerState

extension GenesisDocument {
  /// Throws the first lot that may not enter the reserve, then the first overlap.
  func checkLots() throws(GenesisError) {
    let today = CivilDate(milliseconds: genesisTime)
    var tonnes: UInt64 = 0
    for (row, lot) in lots.enumerated() {
      if let fault = fault(of: lot, today: today) { throw .lot(row: row, fault) }
      let (sum, overflow) = tonnes.addingReportingOverflow(lot.tonnes)
      guard !overflow, sum <= RulesLimits.reserveTonnesMax else { throw .overflow }
      tonnes = sum
    }
    try checkOverlaps()
  }

  /// Reserve eligibility (carbon rules, "Global Carbon Registry"): listed registries, verified and
  /// issued units, a vintage that has ended, at most so many years ago.
  private func fault(of row: GenesisLot, today: CivilDate) -> LotFault? {
    let (project, range) = (row.project, row.range)
    guard hasAllTexts(row) else { return .text }
    let listed = parameters.reserveRegistries.contains {
      $0.utf8.elementsEqual(project.registry.utf8)
    }
    guard listed, let unit = unit(of: project.registry) else {
      return .registry(project.registry)
    }
    guard parameters.reserveProducts.contains(range.product) else {
      return .product(range.product)
    }
    guard row.status == .issued else { return .status(row.status) }
    guard range.start <= range.end, range.end < .max,
      range.end - range.start < CreditLimits.rangeSerialsMax
    else { return .range(start: range.start, end: range.end) }
    let serials = range.end - range.start + 1
    guard serials.isMultiple(of: unit.perTonne), row.tonnes == serials / unit.perTonne else {
      return .tonnes(stated: row.tonnes, serials: serials)
    }
    guard let from = CivilDate(yyyymmdd: range.vintageFrom),
      let to = CivilDate(yyyymmdd: range.vintageTo), from <= to
    else { return .vintage(from: range.vintageFrom, to: range.vintageTo) }
    guard to <= today else { return .vintageInFuture(to: range.vintageTo) }
    guard to.adding(months: 12 * Int(parameters.vintageYearsMax)) >= today else {
      return .vintageTooOld(to: range.vintageTo)
    }
    return nil
  }

  private func hasAllTexts(_ row: GenesisLot) -> Bool {
    let needed = [
      (row.project.registry, CreditLimits.registryBytesMax),
      (row.project.id, CreditLimits.projectIDBytesMax),
      (row.project.name, CreditLimits.projectNameBytesMax),
      (row.project.country, CreditLimits.countryBytesMax),
      (row.range.serialBlock, CreditLimits.serialBlockBytesMax),
      (row.range.serialText, CreditLimits.serialTextBytesMax),
    ]
    let hasNoZero = [row.project.registry, row.project.id, row.range.serialBlock].allSatisfy {
      !$0.utf8.contains(0)
    }
    return hasNoZero && needed.allSatisfy { $0.isText(max: $1) }
      && row.project.subdivision.utf8.count <= CreditLimits.subdivisionBytesMax
      && row.project.type.utf8.count <= CreditLimits.projectTypeBytesMax
      && row.project.methodology.utf8.count <= CreditLimits.methodologyBytesMax
      && row.project.proponent.utf8.count <= CreditLimits.proponentBytesMax
      && row.project.documents.count <= CreditLimits.documentsMax
  }

  /// Two ranges share serials only within one block: sorted by block and start, each must begin
  /// after everything before it has ended. O(n log n).
  private func checkOverlaps() throws(GenesisError) {
    let keys = lots.map { Array($0.range.serialBlock.utf8) }
    let order = lots.indices.sorted { left, right in
      if keys[left] != keys[right] {
        return keys[left].lexicographicallyPrecedes(keys[right])
      }
      return (lots[left].range.start, left) < (lots[right].range.start, right)
    }
    for (earlier, later) in zip(order, order.dropFirst())
    where keys[earlier] == keys[later] && lots[later].range.start <= lots[earlier].range.end {
      throw .lot(row: max(earlier, later), .overlap(with: min(earlier, later)))
    }
  }

  /// The projects of the lots with what was brought of each, in the order of their first lot.
  private func projects() throws(GenesisError) -> [ProjectEntry] {
    var entries: [ProjectEntry] = []
    var rows: [StateKey: (entry: Int, row: Int)] = [:]
    for (row, lot) in lots.enumerated() {
      let key = ProjectEntry.key(registry: lot.project.registry, id: lot.project.id)
      let place = rows[key] ?? (entries.count, row)
      if place.entry == entries.count {
        entries.append(ProjectEntry(project: lot.project))
        rows[key] = place
      }
      guard entries[place.entry].project.bcs == lot.project.bcs else {
        throw .lot(row: row, .project(of: place.row))
      }
      // At most 2^48 serials a lot, and `RulesLimits.lotsMax` of them: inside 128 bits, not 64.
      let serials = lot.range.end - lot.range.start + 1
      let (sum, overflow) = entries[place.entry].serials.addingReportingOverflow(serials)
      guard !overflow else { throw .overflow }
      if let cap = lot.project.cap, sum > cap { throw .lot(row: row, .cap(cap)) }
      entries[place.entry].serials = sum
    }
    return entries
  }

  /// Adds the lots in the reserve, with projects, issuances and indexes.
  func addLots(to records: inout RecordList) throws(GenesisError) {
    var amount = Amount.zero
    var tonnes: UInt64 = 0
    for entry in try projects() {
      records.add(
        ProjectEntry.key(registry: entry.project.registry, id: entry.project.id), entry)
    }
    var book = RegistryBook()
    var view = StateView(over: NoRecords())
    var ordered = OrderedIndexes()
    var blocks: [StateKey: UInt64] = [:]
    for (row, lot) in lots.enumerated() {
      let unit = unit(of: lot.project.registry) ?? .tonne
      let key = SerialBlockEntry.key(lot.range.serialBlock)
      let block = blocks[key] ?? book.blocks
      if block == book.blocks {
        blocks[key] = block
        records.add(key, SerialBlockEntry(number: block))
        book.blocks += 1
      }
      let number = UInt64(row)
      let issuance = Issuance(
        registry: lot.project.registry, projectID: lot.project.id, range: lot.range, unit: unit,
        block: block, request: nil, height: 0)
      records.add(Issuance.key(number), issuance)
      records.add(
        Lot.key(number),
        Lot(
          issuance: number, block: block, unit: unit, start: lot.range.start,
          end: lot.range.end, owner: depositor, custodian: depositor, state: .inReserve,
          labels: lot.range.labels, adjustment: lot.range.adjustment))
      do {
        try ordered.set(
          .serials, SerialPlace(block: block, start: lot.range.start).key,
          SerialPlace.value(end: lot.range.end, lot: number), in: &view)
        try ordered.set(
          .retirementOrder, issuance.retirementKey(start: lot.range.start),
          [UInt8](bigEndian: number), in: &view)
      } catch { throw .overflow }
      tonnes += lot.tonnes
    }
    amount = Amount(UInt128(tonnes) * Supply.microgramsPerTonne)
    book.issuances = UInt64(lots.count)
    book.lots = UInt64(lots.count)
    book.onboarded = amount
    book[.inReserve] = amount
    var pages: [StateChange] = []
    ordered.add(to: &pages)
    records.add(pages)
    records.add(book)
    records.add(Reserve(tonnes: tonnes))
    records.add(FundBid(openedAt: genesisTime))
    addRegistry(holding: amount, to: &records)
  }
}

/// A state without records, to build genesis on.
private struct NoRecords: RecordSource {
  mutating func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { nil }
}
