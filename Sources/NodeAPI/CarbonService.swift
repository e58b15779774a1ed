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
  /// Lots that a filter takes, from a place on; at most `limit`, of at most
  /// `CarbonFormat.lotsLookedAtMax` looked at.
  func lots(_ filter: LotFilter, from place: LotPlace?, limit: Int)
    async throws(NodeServiceError) -> LotPage
  func lot(_ number: UInt64) async throws(NodeServiceError) -> LotDetailAnswer?
  /// - Parameter block: the canonical key of the serial's block.
  func serial(_ serial: UInt64, block: String) async throws(NodeServiceError) -> SerialAnswer?
  /// Requests below a number, or the newest for nil, newest first, at most `limit`.
  func requests(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [RequestAnswer]
  func request(_ number: UInt64) async throws(NodeServiceError) -> RequestAnswer?
  /// Custodians by account: those after a key of the list, at most `limit`.
  func custodians(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<CustodianAnswer>]
  func registrars() async throws(NodeServiceError) -> RegistrarsAnswer
  func book() async throws(NodeServiceError) -> BookAnswer
  /// Retirements below a number, or the newest for nil, newest first, at most `limit`.
  func retirements(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [RetirementAnswer]
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

/// Which lots are asked for: those that have all of what is named.
public struct LotFilter: Equatable, Sendable {
  public var owner: AccountID?
  public var registry: String?
  /// Of that registry: makes the list one of that project's issuances, in order.
  public var project: String?
  /// Such as `tradable`; `suspended` where the custodian's attestation has lapsed.
  public var state: String?
  /// A year that the vintage touches.
  public var vintage: UInt32?
  /// Such as `VER`.
  public var product: String?
  /// Such as `ccp`.
  public var label: String?

  public init() {}
}

/// Where a list of lots goes on.
public enum LotPlace: Equatable, Sendable {
  /// Lots below this number, the highest first.
  case below(UInt64)
  /// Of a project: lots of this issuance from this serial on, then of the issuances after it.
  case issuance(UInt64, serial: UInt64)
}

/// A part of a list of lots.
public struct LotPage: Sendable {
  public let lots: [LotAnswer]
  /// Nil when there are no more.
  public let next: LotPlace?

  public init(lots: [LotAnswer], next: LotPlace?) {
    self.lots = lots
    self.next = next
  }
}
