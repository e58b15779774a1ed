public import NodeAnswers

/// What a node can be asked about credits, ECC and carbon statements, each as the node says it.
extension NodeClient {
  private static let carbon = "/v1/carbon/"

  /// One page of the registries whose credits the ledger takes.
  public func registries(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<RegistryAnswer>
  {
    try await getList(Self.list("registries", [], cursor, limit))
  }

  /// One page of projects, by registry and id.
  ///
  /// - Parameter registry: only this one's; nil for all.
  public func projects(registry: String? = nil, cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<ProjectAnswer>
  {
    try await getList(
      Self.list("projects", registry.map { [("registry", $0)] } ?? [], cursor, limit))
  }

  public func project(registry: String, id: String) async throws(ClientError) -> ProjectAnswer {
    try await get(Self.carbon + "projects/\(Self.escaped(registry))/\(Self.escaped(id))")
  }

  /// One page of lots. It may have fewer items than asked for, or none, and still name a next one.
  public func lots(_ query: CreditQuery = CreditQuery(), cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<LotAnswer>
  {
    try await getList(Self.list("lots", query.parts, cursor, limit))
  }

  public func lot(_ number: UInt64) async throws(ClientError) -> LotDetailAnswer {
    try await get(Self.carbon + "lots/\(number)")
  }

  /// Where a serial is, and its history; nil when no lot on chain holds it.
  ///
  /// - Parameter block: the canonical key of the serial's block.
  public func serial(_ serial: UInt64, block: String)
    async throws(ClientError) -> SerialAnswer?
  {
    do {
      return try await getList(
        Self.carbon + "serials?block=\(Self.escaped(block))&serial=\(serial)")
    } catch ClientError.refused(status: 404, _, _, _) {
      return nil
    }
  }

  /// One page of requests to the registrars, newest first, without their ranges and bytes. It may
  /// have fewer items than asked for, or none, and still name a next one.
  public func requests(
    _ query: CreditQuery = CreditQuery(), cursor: String? = nil, limit: Int? = nil
  ) async throws(ClientError) -> PageAnswer<RequestAnswer> {
    try await getList(Self.list("requests", query.parts, cursor, limit))
  }

  public func request(_ number: UInt64) async throws(ClientError) -> RequestAnswer {
    try await getList(Self.carbon + "requests/\(number)")
  }

  /// One page of custodians.
  public func custodians(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<CustodianAnswer>
  {
    try await getList(Self.list("custodians", [], cursor, limit))
  }

  public func registrars() async throws(ClientError) -> RegistrarsAnswer {
    try await get(Self.carbon + "registrars")
  }

  /// How much stands in each state, and what backs ECC.
  public func registryBook() async throws(ClientError) -> BookAnswer {
    try await get(Self.carbon + "book")
  }

  /// One page of retirements, newest first; of those that their source does not show yet, the first
  /// due first.
  public func retirements(
    mirror: RetirementMirror? = nil, cursor: String? = nil, limit: Int? = nil
  ) async throws(ClientError) -> PageAnswer<RetirementAnswer> {
    try await getList(
      Self.list("retirements", mirror.map { [("mirror", $0.rawValue)] } ?? [], cursor, limit))
  }

  public func retirement(_ number: UInt64) async throws(ClientError) -> RetirementAnswer {
    try await get(Self.carbon + "retirements/\(number)")
  }

  /// One page of custodians' obligations, newest first.
  public func obligations(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<ObligationAnswer>
  {
    try await getList(Self.list("obligations", [], cursor, limit))
  }

  /// The neutrality fund, and what it bids for ECC.
  public func fund() async throws(ClientError) -> FundAnswer {
    try await get(Self.carbon + "fund")
  }

  /// One page of the table of grid emission factors.
  public func factors(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<FactorAnswer>
  {
    try await getList(Self.list("factors", [], cursor, limit))
  }

  /// Sums of the carbon statements of blocks.
  ///
  /// - Parameters:
  ///   - heights: at most `CarbonFormat.rangeBlocksMax` final blocks, from 1 on.
  ///   - buckets: into how many equal parts they are divided, too; 0 … `CarbonFormat.bucketsMax`.
  public func statements(_ heights: ClosedRange<UInt64>, buckets: Int = 0)
    async throws(ClientError) -> StatementRangeAnswer
  {
    try await getList(
      Self.carbon + "statements?from=\(heights.lowerBound)&to=\(heights.upperBound)"
        + "&buckets=\(buckets)")
  }

  /// Energy and emissions of final blocks, however many, with the indicators made of them.
  public func indicators(_ heights: ClosedRange<UInt64>)
    async throws(ClientError) -> IndicatorsAnswer
  {
    try await get(
      Self.carbon + "indicators?from=\(heights.lowerBound)&to=\(heights.upperBound)")
  }

  private static func list(
    _ name: String, _ filter: [(String, String)], _ cursor: String?, _ limit: Int?
  ) -> String {
    var parts = filter.map { "\($0.0)=\(escaped($0.1))" }
    if let cursor { parts.append("cursor=\(escaped(cursor))") }
    if let limit { parts.append("limit=\(limit)") }
    return carbon + name + (parts.isEmpty ? "" : "?" + parts.joined(separator: "&"))
  }
}
