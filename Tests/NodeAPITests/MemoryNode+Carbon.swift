import LedgerCore
import NodeAPI
import NodeAnswers

/// A registry with five of everything.
extension MemoryNode {
  static let count: UInt64 = 5

  private func keyed<Item: Sendable>(_ item: Item, after key: [UInt8]?, _ limit: Int)
    -> [Keyed<Item>]
  {
    (1...UInt8(Self.count)).filter { key.map { [$0[0]] }?.first ?? 0 < $0 }.prefix(limit).map {
      Keyed([$0], item)
    }
  }

  private func newest<Item>(before number: UInt64?, _ limit: Int, _ item: (UInt64) -> Item)
    -> [Item]
  {
    (0..<min(number ?? .max, Self.count)).reversed().prefix(limit).map(item)
  }

  func registries(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<RegistryAnswer>]
  { keyed(Samples.registry, after: key, limit) }

  func projects(registry: String?, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<ProjectAnswer>]
  { registry == "none" ? [] : keyed(Samples.project, after: key, limit) }

  func project(registry: String, id: String) async throws(NodeServiceError) -> ProjectAnswer? {
    registry == "verra" && id == "a b/c" ? Samples.project : nil
  }

  /// Shows what it was asked: a page without lots leads to one lot by its place.
  func lots(_ filter: CreditFilter, state: String?, from place: LotPlace?, limit: Int)
    async throws(NodeServiceError) -> ListPart<LotAnswer, LotPlace>
  {
    if state == "suspended" {
      return ListPart(filter == Samples.filter ? [Samples.lot(9)] : [], next: nil)
    }
    guard let place else {
      return ListPart([Samples.lot(5)], next: LotPlace(issuance: 7, serial: 8))
    }
    guard place.issuance == 7 else {
      return ListPart([Samples.lot(place.serial)], next: nil)
    }
    return ListPart([], next: LotPlace(issuance: 6, serial: place.serial))
  }

  func lot(_ number: UInt64) async throws(NodeServiceError) -> LotDetailAnswer? {
    number < Self.count ? Samples.lotDetail : nil
  }

  func serial(_ serial: UInt64, block: String) async throws(NodeServiceError) -> SerialAnswer? {
    block == "a/b" && serial == 3 ? Samples.serial : nil
  }

  func requests(_ filter: CreditFilter, state: String?, below number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> ListPart<RequestAnswer, UInt64>
  {
    if state == "expired" {
      return ListPart(filter == Samples.filter ? [Samples.request(9)] : [], next: nil)
    }
    let all = newest(before: number, .max, Samples.request)
    return ListPart(
      Array(all.prefix(limit)), next: all.count > limit ? all[limit - 1].number : nil)
  }

  func request(_ number: UInt64) async throws(NodeServiceError) -> RequestAnswer? {
    number < Self.count ? Samples.request(number) : nil
  }

  func custodians(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<CustodianAnswer>]
  { keyed(Samples.custodian, after: key, limit) }

  func registrars() async throws(NodeServiceError) -> RegistrarsAnswer { Samples.registrars }

  func book() async throws(NodeServiceError) -> BookAnswer { Samples.book }

  func retirements(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [RetirementAnswer]
  { newest(before: number, limit, Samples.retirement) }

  func unshownRetirements(isOverdue: Bool, after number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> ListPart<RetirementAnswer, UInt64>
  {
    let numbers = (0..<(isOverdue ? 2 : Self.count)).filter { candidate in
      number.map { candidate > $0 } ?? true
    }
    let part = numbers.prefix(limit)
    return ListPart(
      part.map(Samples.retirement), next: numbers.count > part.count ? part.last : nil)
  }

  func retirement(_ number: UInt64) async throws(NodeServiceError) -> RetirementAnswer? {
    number < Self.count ? Samples.retirement(number) : nil
  }

  func obligations(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [ObligationAnswer]
  { newest(before: number, limit, Samples.obligation) }

  func fund() async throws(NodeServiceError) -> FundAnswer { Samples.fund }

  func factors(from row: UInt64, limit: Int) async throws(NodeServiceError) -> [FactorAnswer] {
    (row..<max(row, Self.count)).prefix(limit).map { _ in Samples.factor }
  }

  func indicators(from: UInt64, to: UInt64) async throws(NodeServiceError) -> IndicatorsAnswer? {
    guard to <= height else { return nil }
    var answer = Samples.indicators
    (answer.from, answer.to) = (from, to)
    return answer
  }

  func statements(from: UInt64, to: UInt64, buckets: Int)
    async throws(NodeServiceError) -> StatementRangeAnswer?
  {
    guard to <= height else { return nil }
    var answer = Samples.statementRange
    answer.sums.from = from
    answer.sums.to = to
    answer.buckets = (0..<buckets).map { _ in answer.sums }
    return answer
  }
}
