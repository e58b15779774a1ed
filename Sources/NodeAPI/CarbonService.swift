public import LedgerCore
public import NodeAnswers

/// What the API asks of the node about credits, ECC and carbon statements. Each question reads a
/// bounded number of records of the last final state.
public protocol CarbonService: Sendable {
  /// Registries by name: those after a key of the list, at most `limit`.
  func registries(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<RegistryAnswer>]
  /// Projects by registry and id: those after a key of the list, at most `limit`.
  ///
  /// - Parameter registry: only this one's; nil for all.
  func projects(registry: String?, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<ProjectAnswer>]
  func project(registry: String, id: String) async throws(NodeServiceError) -> ProjectAnswer?
  /// Lots that a filter takes, from a place on; at most `limit`, or fewer where it takes few of
  /// many.
  ///
  /// - Parameter state: such as `tradable`; `suspended` where the custodian's attestation has
  ///   lapsed; nil for any.
  func lots(_ filter: CreditFilter, state: String?, from place: LotPlace?, limit: Int)
    async throws(NodeServiceError) -> ListPart<LotAnswer, LotPlace>
  func lot(_ number: UInt64) async throws(NodeServiceError) -> LotDetailAnswer?
  /// - Parameter block: the canonical key of the serial's block.
  func serial(_ serial: UInt64, block: String) async throws(NodeServiceError) -> SerialAnswer?
  /// Requests that a filter takes, below a number or the newest for nil, newest first; at most
  /// `limit`, or fewer where it takes few of many.
  ///
  /// - Parameter state: such as `pending`; nil for any.
  func requests(_ filter: CreditFilter, state: String?, below number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> ListPart<RequestAnswer, UInt64>
  func request(_ number: UInt64) async throws(NodeServiceError) -> RequestAnswer?
  /// Custodians by account: those after a key of the list, at most `limit`.
  func custodians(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<CustodianAnswer>]
  func registrars() async throws(NodeServiceError) -> RegistrarsAnswer
  func book() async throws(NodeServiceError) -> BookAnswer
  /// Retirements below a number, or the newest for nil, newest first, at most `limit`.
  func retirements(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [RetirementAnswer]
  /// Retirements that their sources do not show yet, the first due first: those after a number of
  /// the list, at most `limit`.
  ///
  /// - Parameter isOverdue: only those whose time is over.
  func unshownRetirements(isOverdue: Bool, after number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> ListPart<RetirementAnswer, UInt64>
  func retirement(_ number: UInt64) async throws(NodeServiceError) -> RetirementAnswer?
  /// Obligations below a number, or the newest for nil, newest first, at most `limit`.
  func obligations(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [ObligationAnswer]
  func fund() async throws(NodeServiceError) -> FundAnswer
  /// Rows of the factor table from a number on, at most `limit`.
  func factors(from row: UInt64, limit: Int) async throws(NodeServiceError) -> [FactorAnswer]
  /// Sums of statements, of `from … to`, at most `CarbonFormat.rangeBlocksMax` blocks that are
  /// final; nil when one of them is not.
  ///
  /// - Parameter buckets: into how many equal parts they are divided, 0 … `bucketsMax`.
  func statements(from: UInt64, to: UInt64, buckets: Int)
    async throws(NodeServiceError) -> StatementRangeAnswer?
  /// Sustainability indicators of the final blocks `from … to`, however many; nil when one of them
  /// is not final.
  func indicators(from: UInt64, to: UInt64) async throws(NodeServiceError) -> IndicatorsAnswer?
}

/// An item of a list in the order of keys.
public struct Keyed<Item: Sendable>: Sendable {
  public let key: [UInt8]
  public let item: Item

  public init(_ key: [UInt8], _ item: Item) {
    self.key = key
    self.item = item
  }
}

/// A part of a list.
public struct ListPart<Item: Sendable, Place: Hashable & Sendable>: Sendable {
  public let items: [Item]
  /// Where it goes on; nil when there are no more.
  public let next: Place?

  public init(_ items: [Item], next: Place?) {
    self.items = items
    self.next = next
  }
}
