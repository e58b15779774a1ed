public import LedgerCore
public import NodeAnswers

/// What can be read of credits, each from the most advanced node that answers, at its word.
extension Ledger {
  /// Lots that a query takes: the newest issuances first, those of each in the order of serials.
  public func lots(_ query: CreditQuery = CreditQuery(), pageSize: Int = PageFormat.itemsDefault)
    -> Pages<LotAnswer>
  {
    Pages(mayBeEmpty: true) { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.lots(query, cursor: cursor, limit: pageSize)
      }
    }
  }

  /// The first lot that a query takes; nil when there is none.
  public func firstLot(_ query: CreditQuery) async throws(ClientError) -> LotAnswer? {
    var lots = lots(query, pageSize: 1).makeAsyncIterator()
    return try await lots.next()
  }

  /// A custodian; nil when the account is none.
  public func custodian(_ account: AccountID) async throws(ClientError) -> CustodianAnswer? {
    let address = account.address(network: facts.network)
    for try await custodian in custodians(pageSize: PageFormat.itemsMax)
    where custodian.account == address {
      return custodian
    }
    return nil
  }

  /// A lot with its issuance and project.
  public func lot(_ number: UInt64) async throws(ClientError) -> LotDetailAnswer {
    try await ask { node throws(ClientError) in try await node.lot(number) }
  }

  /// Where a serial is, and its history; nil when no lot on chain holds it.
  public func serial(_ serial: UInt64, block: String) async throws(ClientError) -> SerialAnswer? {
    try await ask { node throws(ClientError) in try await node.serial(serial, block: block) }
  }

  /// A project; nil when nothing of it was brought on chain.
  public func project(registry: String, id: String) async throws(ClientError) -> ProjectAnswer? {
    do {
      return try await ask { node throws(ClientError) in
        try await node.project(registry: registry, id: id)
      }
    } catch .refused(status: 404, _, _, _) {
      return nil
    }
  }

  /// Requests to the registrars that a query takes, newest first.
  public func requests(
    _ query: CreditQuery = CreditQuery(), pageSize: Int = PageFormat.itemsDefault
  ) -> Pages<RequestAnswer> {
    Pages(mayBeEmpty: true) { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.requests(query, cursor: cursor, limit: pageSize)
      }
    }
  }

  /// The newest requests to the registrars.
  public func newestRequests(_ count: Int) async throws(ClientError) -> [RequestAnswer] {
    try await ask { node throws(ClientError) in try await node.requests(limit: count).items }
  }

  /// Who decides on requests.
  public func registrars() async throws(ClientError) -> RegistrarsAnswer {
    try await ask { node throws(ClientError) in try await node.registrars() }
  }

  /// A request with its ranges.
  public func request(_ number: UInt64) async throws(ClientError) -> RequestAnswer {
    try await ask { node throws(ClientError) in try await node.request(number) }
  }

  /// Retirements, newest first; of those that their source does not show yet, the first due first.
  public func retirements(
    mirror: RetirementMirror? = nil, pageSize: Int = PageFormat.itemsDefault
  ) -> Pages<RetirementAnswer> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.retirements(mirror: mirror, cursor: cursor, limit: pageSize)
      }
    }
  }

  /// Custodians, by account.
  public func custodians(pageSize: Int = PageFormat.itemsDefault) -> Pages<CustodianAnswer> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.custodians(cursor: cursor, limit: pageSize)
      }
    }
  }

  /// Custodians' obligations, newest first.
  public func obligations(pageSize: Int = PageFormat.itemsDefault) -> Pages<ObligationAnswer> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.obligations(cursor: cursor, limit: pageSize)
      }
    }
  }

  /// How much stands in each state, and what backs ECC.
  public func registryBook() async throws(ClientError) -> BookAnswer {
    try await ask(height: \.height) { node throws(ClientError) in try await node.registryBook() }
  }

  /// Energy and emissions of final blocks, however many, with the indicators made of them.
  public func indicators(_ heights: ClosedRange<UInt64>)
    async throws(ClientError) -> IndicatorsAnswer
  {
    try await ask { node throws(ClientError) in try await node.indicators(heights) }
  }

  /// Sums of the carbon statements of blocks.
  ///
  /// - Parameters:
  ///   - heights: at most `CarbonFormat.rangeBlocksMax` final blocks, from 1 on.
  ///   - buckets: into how many equal parts they are divided, too.
  public func statements(_ heights: ClosedRange<UInt64>, buckets: Int = 0)
    async throws(ClientError) -> StatementRangeAnswer
  {
    try await ask { node throws(ClientError) in
      try await node.statements(heights, buckets: buckets)
    }
  }
}
