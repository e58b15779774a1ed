public import LedgerCore
import LedgerState

/// Lists of requests.
extension LedgerQueries {
  /// Requests that have all of what a filter names, the newest first.
  ///
  /// Who receives credits, or asks for their release, is a request's owner; who filed it counts as
  /// its custodian. Bounded as lists of lots are.
  ///
  /// - Parameters:
  ///   - standing: how they stand; nil for any.
  ///   - number: only requests below it, as a page's `next` says; nil for all.
  ///   - reader: the indexes of this state.
  public mutating func requests(
    _ filter: CreditFilter, standing: RequestRecord.Standing?, below number: UInt64?, limit: Int,
    reading reader: some DerivedIndexReader
  ) throws(RecordError) -> ListPage<UInt64> {
    let count = min(number ?? .max, try registryBook().requests)
    guard count > 0 else { return ListPage() }
    var facets = filter.issuanceFacets + filter.labelFacets
    if let owner = filter.owner { facets.append(.owner(owner)) }
    if let filer = filter.custodian { facets.append(.filer(filer)) }
    if let standing { facets.append(.standing(standing)) }
    if let serial = filter.serial { facets.append(.serialBlock(serial.block)) }
    var join = FacetJoin(
      facets.map { PlaceList(DerivedIndexes.requests, placeBytes: 8, of: [$0]) },
      asksBase: facets.isEmpty)
    var page = ListPage<UInt64>()
    var from = [UInt8](bigEndian: ~(count - 1))
    while true {
      // Numbers have no gaps: every place from the newest request's on is one.
      let step = try join.next(from: from, in: reader) { FoundPlace(place: $0, value: []) }
      switch step {
      case .end: return page
      case .stopped(let place):
        page.next = ~place.bigEndianNumber + 1
        return page
      case .found(let found):
        let number = ~found.place.bigEndianNumber
        var isWanted = true
        if let serial = filter.serial { isWanted = try names(serial, request: number, &join) }
        if isWanted {
          guard page.numbers.count < limit else {
            page.next = number + 1
            return page
          }
          page.numbers.append(number)
        }
        guard let next = found.place.successor else { return page }
        from = next
      }
    }
  }

  /// What reading a whole request costs, in seeks.
  private static let requestSeeks = 16

  /// Whether a request names a serial: the index knows its block alone.
  private mutating func names(
    _ serial: CreditFilter.SerialName, request number: UInt64, _ join: inout FacetJoin
  ) throws(RecordError) -> Bool {
    join.count(Self.requestSeeks)
    guard let request = try request(number) else {
      throw .missing(key: RequestRecord.key(number))
    }
    do {
      return try Self.serials(of: request, in: &source).contains {
        $0.block == serial.block && $0.start <= serial.number && serial.number <= $0.end
      }
    } catch { throw .unreadable(error) }
  }

  private static func serials(
    of request: RequestRecord, in source: inout some RecordSource
  ) throws(StateReadError) -> [RequestRecord.Serials] { try request.serials(reading: &source) }
}
