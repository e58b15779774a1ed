import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// Builds a carbon folder: a genesis with the accounts, then blocks of requests that bring the
/// lots, executed, decided, logged and flushed as a node does it; at last the raw database.
struct CarbonBuilder {
  /// Requests that one block brings.
  private static let requestsPerBlock = 64
  private static let operationsPerTransaction = 50
  private static let transactionsPerBlock = 300

  let folder: CarbonFolder
  private var network: CarbonNetwork { folder.network }

  init(folder: CarbonFolder) { self.folder = folder }

  func build() throws {
    try folder.make()
    let line = ProgressLine("building \(network.lots) lots and \(network.accounts) accounts")
    try Self.load(try network.genesis(), into: folder.ledger)
    let root = try fill(line)
    try folder.seal(CarbonFolder.Built(records: try copy(), root: root.description))
    line.end()
  }

  /// Blocks on the genesis; gives the root of the state.
  private func fill(_ line: ProgressLine) throws -> Digest {
    let chain = try CarbonChain(folder, workers: 2)
    try bring(chain, line)
    try move(chain)
    try chain.flush()
    return chain.state.root
  }

  /// Puts a genesis into a home.
  static func load(_ genesis: GenesisDocument, into ledger: String) throws {
    let state = try genesis.initialState()
    let loader = try StateLoader(
      home: ledger, chain: state.chain, workers: WorkerPool(workers: 2))
    try loader.add(StateWrites(of: state.changes).changes)
    let entries = try DerivedIndexes.entries(ofGenesis: state.changes)
    _ = try loader.finish(
      indexes: entries.map { IndexChange(index: $0.index, key: $0.key, value: $0.value) })
  }

  /// Bond, buffer, and all requests, each filed and approved in one block.
  private func bring(_ chain: CarbonChain, _ line: ProgressLine) throws {
    let bond = Amount(20_000 * Token.eco2.baseUnitsPerToken)
    try chain.decide([
      try chain.transaction([.postBond(PostBond(amount: bond))], by: CarbonNetwork.custodian)
    ])
    let requests = [CarbonNetwork.bufferRequest()] + network.requests()
    var next = 0
    while next < requests.count {
      let end = min(next + Self.requestsPerBlock, requests.count)
      var transactions: [Transaction] = []
      for number in next..<end {
        transactions += try chain.onboarding(requests[number], number: UInt64(number))
      }
      try chain.decide(transactions)
      next = end
      line.show(Double(next) / Double(requests.count))
    }
  }

  /// Deposits every tenth lot and retires every twentieth, so that all indexes have their share.
  private func move(_ chain: CarbonChain) throws {
    var operations: [AccountID: [Operation]] = [:]
    var owners: [AccountID] = []
    var queries = LedgerQueries(chain.state)
    for number in CarbonNetwork.firstLot..<UInt64(network.lots) where isMoved(number) {
      guard let lot = try queries.lot(number) else {
        throw BenchmarkFault.broken("lot \(number) is not there")
      }
      let range = LotRange(lot: number, start: lot.start, end: lot.end)
      if operations[lot.owner] == nil { owners.append(lot.owner) }
      operations[lot.owner, default: []].append(
        CarbonNetwork.isDeposited(number)
          ? .depositLot(DepositLot(range: range))
          : .retireLot(RetireLot(range: range, claim: RetirementClaim(reason: .voluntary))))
    }
    var transactions: [Transaction] = []
    for owner in owners {
      var rest = (operations[owner] ?? [])[...]
      while !rest.isEmpty {
        let part = Array(rest.prefix(Self.operationsPerTransaction))
        transactions.append(try chain.transaction(part, by: owner))
        rest = rest.dropFirst(part.count)
      }
    }
    while !transactions.isEmpty {
      try chain.decide(Array(transactions.prefix(Self.transactionsPerBlock)))
      transactions = Array(transactions.dropFirst(Self.transactionsPerBlock))
    }
  }

  private func isMoved(_ lot: UInt64) -> Bool {
    CarbonNetwork.isDeposited(lot) || CarbonNetwork.isRetired(lot)
  }

  /// Puts every record into the raw database; says how many there are.
  private func copy() throws -> Int {
    let raw = try RawDatabase(folder)
    var count = 0
    var fault: (any Error)?
    try StoreAudit(home: folder.ledger).checkRecords(
      { record in
        do { try raw.append(path: record.key.hash.bytes.array, value: record.value) } catch {
          fault = error
        }
        count += 1
      }, fault: { fault = BenchmarkFault.broken("\($0)") })
    if let fault { throw fault }
    try raw.endLoad()
    return count
  }
}

extension CarbonChain {
  /// The transactions that bring a request's credits: it is filed, and approved by as many as have
  /// to.
  ///
  /// - Parameter number: the request's.
  func onboarding(_ request: CreditRequest, number: UInt64) throws -> [Transaction] {
    let proof = CustodyProof(
      document: SHA256.hash([UInt8](number.description.utf8)), voucher: "voucher \(number)")
    let filing = try transaction(
      [.fileRequest(FileRequest(request: request, proof: proof))], by: CarbonNetwork.custodian)
    return [filing]
      + (try CarbonNetwork.registrars.prefix(CarbonNetwork.approvals).map {
        try approval(of: number, lotsMax: request.usualLots, by: $0)
      })
  }

  /// A registrar's approval of a request.
  func approval(of number: UInt64, lotsMax: UInt16, by registrar: AccountID) throws -> Transaction {
    let word = DecideRequest(request: number, approves: true, lotsMax: lotsMax)
    return try transaction([.decideRequest(word)], by: registrar)
  }
}
