import LedgerCore
import LedgerRules
import LedgerStore
import NodeAPI
import NodeAnswers

/// Lists of lots.
extension NodeQueries {
  func lots(_ filter: LotFilter, from place: LotPlace?, limit: Int)
    async throws(NodeServiceError) -> LotPage
  {
    if let registry = filter.registry, let project = filter.project {
      return try await lots(filter, ofProject: project, of: registry, from: place, limit: limit)
    }
    return try await carbon { reader in
      let count = try reader.queries.registryBook().lots
      var next = if case .below(let number) = place { min(number, count) } else { count }
      var list = LotList(filter, limit: limit)
      while next > 0, list.hasRoom {
        next -= 1
        guard let lot = try reader.queries.lot(next) else { break }
        try list.take(lot, next, &reader)
      }
      return LotPage(lots: list.lots, next: next > 0 ? .below(next) : nil)
    }
  }

  /// A project's lots: its issuances one after another, each in the order of serials.
  private func lots(
    _ filter: LotFilter, ofProject project: String, of registry: String, from place: LotPlace?,
    limit: Int
  ) async throws(NodeServiceError) -> LotPage {
    let prefix = DerivedIndexes.projectKey(registry: registry, id: project)
    var start = (issuance: UInt64(0), serial: UInt64(0))
    if case .issuance(let number, let serial) = place { start = (number, serial) }
    let max = CarbonFormat.lotsLookedAtMax
    let first = prefix + Self.bytes(start.issuance)
    let entries = try await reads.quick { [opened] in
      try opened.store.records.index(DerivedIndexes.projectIssuances).range(
        from: first, below: prefix + [UInt8](repeating: .max, count: 9), limit: max)
    }
    let numbers = entries.map { $0.value.reduce(0) { $0 << 8 | UInt64($1) } }
    return try await carbon { [start] reader in
      var list = LotList(filter, limit: limit)
      for number in numbers {
        let issuance = try reader.issuance(number)
        var serial = number == start.issuance ? start.serial : issuance.range.start
        while true {
          guard list.hasRoom else {
            return LotPage(lots: list.lots, next: .issuance(number, serial: serial))
          }
          let wanted = min(limit, list.room) + 1
          let lots = try reader.queries.lots(of: issuance, from: serial, max: wanted)
          for lot in lots {
            guard let record = try reader.queries.lot(lot) else { break }
            guard list.hasRoom else {
              return LotPage(lots: list.lots, next: .issuance(number, serial: record.start))
            }
            try list.take(record, lot, &reader)
            serial = record.end &+ 1
          }
          if lots.count < wanted { break }
        }
      }
      let last = numbers.count == max ? numbers.last : nil
      return LotPage(
        lots: list.lots, next: last.map { .issuance($0 &+ 1, serial: 0) })
    }
  }

  private static func bytes(_ number: UInt64) -> [UInt8] {
    stride(from: UInt64(56), through: 0, by: -8).map {
      UInt8(truncatingIfNeeded: number >> $0)
    }
  }
}

/// A page of lots as it fills.
private struct LotList {
  private let filter: LotFilter
  private let limit: Int
  private(set) var lots: [LotAnswer] = []
  private var lookedAt = 0

  init(_ filter: LotFilter, limit: Int) {
    self.filter = filter
    self.limit = limit
  }

  /// Lots that may still be looked at.
  var room: Int { CarbonFormat.lotsLookedAtMax - lookedAt }

  var hasRoom: Bool { lots.count < limit && room > 0 }

  /// Takes a lot where the filter does.
  mutating func take(_ lot: Lot, _ number: UInt64, _ reader: inout CarbonReader)
    throws(RecordError)
  {
    lookedAt += 1
    if let owner = filter.owner, lot.owner != owner { return }
    if let label = filter.label, !lot.labels.codes.contains(label) { return }
    if let state = filter.state {
      let now = try reader.state(of: lot)
      guard now.name == state else { return }
    }
    let issuance = try reader.issuance(lot.issuance)
    if let registry = filter.registry, issuance.registry != registry { return }
    if let product = filter.product, issuance.range.product.code != product { return }
    if let year = filter.vintage {
      // yyyymmdd
      let first = issuance.range.vintageFrom / 10_000
      let last = issuance.range.vintageTo / 10_000
      guard first <= year, year <= last else { return }
    }
    lots.append(try reader.answer(lot, number, issuance))
  }
}
