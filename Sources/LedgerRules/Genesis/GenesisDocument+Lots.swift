import LedgerCore

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
    let lot = row.lot
    guard hasAllTexts(lot) else { return .text }
    let listed = parameters.reserveRegistries.contains {
      $0.utf8.elementsEqual(lot.registry.utf8)
    }
    guard listed else { return .registry(lot.registry) }
    guard parameters.reserveProducts.contains(lot.product) else { return .product(lot.product) }
    guard row.status == .issued else { return .status(row.status) }
    guard lot.start <= lot.end, lot.end < .max else {
      return .range(start: lot.start, end: lot.end)
    }
    let serials = lot.end - lot.start + 1
    guard row.tonnes == serials else { return .tonnes(stated: row.tonnes, serials: serials) }
    guard let from = CivilDate(yyyymmdd: lot.vintageFrom),
      let to = CivilDate(yyyymmdd: lot.vintageTo), from <= to
    else { return .vintage(from: lot.vintageFrom, to: lot.vintageTo) }
    guard to <= today else { return .vintageInFuture(to: lot.vintageTo) }
    guard to.adding(months: 12 * Int(parameters.vintageYearsMax)) >= today else {
      return .vintageTooOld(to: lot.vintageTo)
    }
    return nil
  }

  private func hasAllTexts(_ lot: CreditLot) -> Bool {
    let needed = [
      (lot.registry, RulesLimits.registryBytesMax),
      (lot.projectID, RulesLimits.projectIDBytesMax),
      (lot.projectName, RulesLimits.projectNameBytesMax),
      (lot.country, RulesLimits.countryBytesMax),
      (lot.serialBlock, RulesLimits.serialBlockBytesMax),
      (lot.serialText, RulesLimits.serialTextBytesMax),
    ]
    return needed.allSatisfy { $0.isText(max: $1) }
      && lot.projectType.utf8.count <= RulesLimits.projectTypeBytesMax
      && lot.methodology.utf8.count <= RulesLimits.methodologyBytesMax
  }

  /// Two ranges share serials only within one block: sorted by block and start, each must begin
  /// after everything before it has ended. O(n log n).
  private func checkOverlaps() throws(GenesisError) {
    let keys = lots.map { Array($0.lot.serialBlock.utf8) }
    let order = lots.indices.sorted { left, right in
      if keys[left] != keys[right] {
        return keys[left].lexicographicallyPrecedes(keys[right])
      }
      return (lots[left].lot.start, left) < (lots[right].lot.start, right)
    }
    for (earlier, later) in zip(order, order.dropFirst())
    where keys[earlier] == keys[later] && lots[later].lot.start <= lots[earlier].lot.end {
      throw .lot(row: max(earlier, later), .overlap(with: min(earlier, later)))
    }
  }

  /// The rows of lots in the order of their retirement.
  var retirementOrder: [Int] {
    lots.indices.sorted { left, right in
      if lots[left].lot.isRetired(before: lots[right].lot) { return true }
      if lots[right].lot.isRetired(before: lots[left].lot) { return false }
      return left < right
    }
  }
}
