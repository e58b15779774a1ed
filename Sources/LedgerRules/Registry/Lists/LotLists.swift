public import LedgerCore
import LedgerState

/// A part of a list.
public struct ListPage<Place: Hashable & Sendable>: Hashable, Sendable {
  /// Numbers of what was found.
  public internal(set) var numbers: [UInt64] = []
  /// Where the list goes on; nil at its end.
  public internal(set) var next: Place?
}

/// Lists of lots.
extension LedgerQueries {
  /// Lots that have all of what a filter names, the newest issuances first, those of each in the
  /// order of their serials.
  ///
  /// At most `RulesLimits.listSeeksMax` entries of indexes are looked for: where several things are
  /// asked for that seldom meet, a page may have fewer lots than `limit`, or none, and still go on.
  ///
  /// - Parameters:
  ///   - state: their state now; nil for any.
  ///   - place: where the list goes on; nil for its begin.
  ///   - reader: the indexes of this state.
  public mutating func lots(
    _ filter: CreditFilter, state: LotState?, from place: LotPlace?, limit: Int,
    reading reader: some DerivedIndexReader
  ) throws(RecordError) -> ListPage<LotPlace> {
    var lists = Self.issuanceLists(filter)
    let own = try lotLists(filter, state, reader)
    lists += own
    var from = (place ?? LotPlace(issuance: .max, serial: 0)).bytes
    var only: LotPlace?
    if let serial = filter.serial {
      guard let number = try lot(holding: serial.number, block: serial.block),
        let lot = try lot(number)
      else { return ListPage() }
      let place = LotPlace(issuance: lot.issuance, serial: lot.start)
      guard !place.bytes.lexicographicallyPrecedes(from) else { return ListPage() }
      (only, from) = (place, place.bytes)
    }
    var join = FacetJoin(lists, asksBase: own.isEmpty)
    var page = ListPage<LotPlace>()
    while true {
      let step = try join.next(from: from, in: reader) { place throws(RecordError) in
        try firstLot(from: place)
      }
      switch step {
      case .end: return page
      case .stopped(let place):
        page.next = LotPlace(place)
        return page
      case .found(let found):
        let place = LotPlace(found.place)
        if let only, place != only { return page }
        guard page.numbers.count < limit else {
          page.next = place
          return page
        }
        page.numbers.append(found.value.bigEndianNumber)
        guard let next = found.place.successor else { return page }
        from = next
      }
    }
  }

  /// What all lots of an issuance have.
  private static func issuanceLists(_ filter: CreditFilter) -> [PlaceList] {
    filter.issuanceFacets.map {
      PlaceList(DerivedIndexes.issuances, placeBytes: 8, of: [$0])
    }
  }

  /// What each lot has for itself.
  private mutating func lotLists(
    _ filter: CreditFilter, _ state: LotState?, _ reader: some DerivedIndexReader
  ) throws(RecordError) -> [PlaceList] {
    var lists: [[CreditFacet]] = filter.labelFacets.map { [$0] }
    if let owner = filter.owner { lists.append([.owner(owner)]) }
    if filter.custodian != nil || state != nil {
      lists.append(try custody(of: filter.custodian, state, reader))
    }
    return lists.map { PlaceList(DerivedIndexes.lots, placeBytes: 16, of: $0) }
  }

  /// The custodians and states as stored that a lot may have which is in a state now: whether free
  /// lots are suspended is their custodian's.
  private mutating func custody(
    of account: AccountID?, _ state: LotState?, _ reader: some DerivedIndexReader
  ) throws(RecordError) -> [CreditFacet] {
    let time = try tip().timestamp
    var facets: [CreditFacet] = []
    var accounts: [AccountID] = []
    if let account { accounts = [account] } else { accounts = try custodians(reader) }
    for account in accounts {
      let isSuspended = try custodian(account).map { time > $0.attestedUntil } ?? false
      let free: [LotState] = [.tradable, .escrowed]
      let stored =
        switch state {
        case nil: LotState.allCases
        case .suspended?: isSuspended ? free : []
        case let state?: isSuspended && free.contains(state) ? [] : [state]
        }
      facets += stored.map { CreditFacet.custody(account, $0) }
    }
    return facets
  }

  /// All custodians: `RulesLimits.custodiansMax` of genesis, and the depositor of its lots.
  private func custodians(_ reader: some DerivedIndexReader) throws(RecordError) -> [AccountID] {
    var accounts: [AccountID] = []
    var from: [UInt8] = []
    do {
      while accounts.count <= RulesLimits.custodiansMax,
        let entry = try reader.first(DerivedIndexes.custodians, from: from)
      {
        if let account = try? AccountID(bcs: entry.value) { accounts.append(account) }
        from = entry.key + [0]
      }
    } catch { throw .unreadable(error) }
    return accounts
  }

  /// The first lot there is at or behind a place.
  private mutating func firstLot(from bytes: [UInt8]) throws(RecordError) -> FoundPlace? {
    guard var place = LotPlace(bytes) else { return nil }
    let count = try registryBook().issuances
    if place.issuance >= count {
      guard count > 0 else { return nil }
      place = LotPlace(issuance: count - 1, serial: 0)
    }
    while true {
      guard let issuance = try issuance(place.issuance) else {
        throw .missing(key: Issuance.key(place.issuance))
      }
      // The first is the lot that holds the serial, and may begin before it.
      for number in try lots(of: issuance, from: place.serial, max: 2) {
        guard let lot = try lot(number) else { throw .missing(key: Lot.key(number)) }
        guard lot.start >= place.serial else { continue }
        let found = LotPlace(issuance: place.issuance, serial: lot.start)
        return FoundPlace(place: found.bytes, value: [UInt8](bigEndian: number))
      }
      guard place.issuance > 0 else { return nil }
      place = LotPlace(issuance: place.issuance - 1, serial: 0)
    }
  }
}

extension CreditFilter {
  /// What it says of issuances, and of requests.
  var issuanceFacets: [CreditFacet] {
    var facets: [CreditFacet] = []
    if let registry {
      facets.append(project.map { .project(registry: registry, id: $0) } ?? .registry(registry))
    }
    if let product { facets.append(.product(product)) }
    if let vintage { facets.append(.vintage(vintage)) }
    return facets
  }

  var labelFacets: [CreditFacet] { label.map(CreditFacet.facets) ?? [] }
}

extension [UInt8] {
  /// The next of so many bytes; nil behind the last.
  var successor: [UInt8]? {
    var bytes = self
    for index in bytes.indices.reversed() {
      bytes[index] &+= 1
      if bytes[index] != 0 { return bytes }
    }
    return nil
  }
}
