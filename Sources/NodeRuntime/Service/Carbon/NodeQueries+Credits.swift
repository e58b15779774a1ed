import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import NodeAPI
import NodeAnswers
import Replica

/// What the state says of credits: from the flushed state on the threads of small reads, or, in
/// the moment in which that is behind the last final block, from the replica. Each question reads
/// a bounded number of records.
extension NodeQueries {
  /// Reads the state of the last final block.
  func carbon<Answer: Sendable>(
    _ body: @escaping @Sendable (inout CarbonReader) throws -> Answer
  ) async throws(NodeServiceError) -> Answer {
    let height = board.standing.height
    let flushed: Answer? = try await reads.quick { [opened, network] in
      let snapshot = try opened.store.records.snapshot()
      guard snapshot.height >= height else { return nil }
      var reader = CarbonReader(LedgerQueries(snapshot), network: network)
      return try body(&reader)
    }
    if let flushed { return flushed }
    return try await read { [network] replica in
      var reader = CarbonReader(replica.queries(), network: network)
      return try body(&reader)
    }
  }

  /// Reads the flushed state and its indexes, as soon as they have the last final block: in the
  /// moment of a flush the question waits for its end.
  func indexed<Answer: Sendable>(
    _ body: @escaping @Sendable (RecordSnapshot, inout CarbonReader) throws -> Answer
  ) async throws(NodeServiceError) -> Answer {
    let height = board.standing.height
    if height > 0 { _ = try await board.flushed.wait(above: height - 1) }
    return try await reads.quick { [opened, network] in
      let snapshot = try opened.store.records.snapshot()
      var reader = CarbonReader(LedgerQueries(snapshot), network: network)
      return try body(snapshot, &reader)
    }
  }

  /// A list of records in the order of a derived index.
  func list<Item: Sendable>(
    _ index: String, prefix: [UInt8] = [], after key: [UInt8]?, limit: Int,
    _ item: @escaping @Sendable (IndexEntry, inout CarbonReader) throws -> Item?
  ) async throws(NodeServiceError) -> [Keyed<Item>] {
    let from = key.map { $0 + [0] } ?? prefix
    guard !from.lexicographicallyPrecedes(prefix) else { return [] }
    return try await indexed { snapshot, reader in
      let entries = try snapshot.index(index).range(
        from: from, below: Self.end(of: prefix), limit: limit)
      return try entries.compactMap { entry in
        try item(entry, &reader).map { Keyed(entry.key, $0) }
      }
    }
  }

  /// The first key behind all that begin with a prefix; nil when there is none.
  private static func end(of prefix: [UInt8]) -> [UInt8]? {
    var end = prefix
    while let last = end.popLast() {
      guard last < .max else { continue }
      return end + [last + 1]
    }
    return nil
  }

  func registries(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<RegistryAnswer>]
  {
    try await list(DerivedIndexes.registries, after: key, limit: limit) { entry, reader in
      try reader.registry(String(decoding: entry.value, as: UTF8.self))
    }
  }

  func projects(registry: String?, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<ProjectAnswer>]
  {
    let prefix: [UInt8] = registry.map { [UInt8]($0.utf8) + [0] } ?? []
    return try await list(
      DerivedIndexes.projects, prefix: prefix, after: key, limit: limit
    ) { entry, reader in
      let texts = entry.value.split(separator: 0, omittingEmptySubsequences: false)
      guard texts.count == 3 else { return nil }
      return try reader.project(
        registry: String(decoding: texts[0], as: UTF8.self),
        id: String(decoding: texts[1], as: UTF8.self))
    }
  }

  func custodians(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<CustodianAnswer>]
  {
    try await list(DerivedIndexes.custodians, after: key, limit: limit) { entry, reader in
      try reader.custodianAnswer(AccountID(bcs: entry.value))
    }
  }

  func project(registry: String, id: String) async throws(NodeServiceError) -> ProjectAnswer? {
    try await carbon { try $0.project(registry: registry, id: id) }
  }

  func lot(_ number: UInt64) async throws(NodeServiceError) -> LotDetailAnswer? {
    try await carbon { try $0.detail(number) }
  }

  func serial(_ serial: UInt64, block: String) async throws(NodeServiceError) -> SerialAnswer? {
    try await carbon { try $0.serial(serial, block: block) }
  }

  func request(_ number: UInt64) async throws(NodeServiceError) -> RequestAnswer? {
    try await carbon { try $0.request(number, isWhole: true) }
  }

  func retirements(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [RetirementAnswer]
  {
    try await carbon { reader in
      try Self.newest(before: number, of: reader.queries.registryBook().retirements, limit) {
        try reader.retirement($0)
      }
    }
  }

  func retirement(_ number: UInt64) async throws(NodeServiceError) -> RetirementAnswer? {
    try await carbon { try $0.retirement(number) }
  }

  func obligations(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [ObligationAnswer]
  {
    try await carbon { reader in
      try Self.newest(before: number, of: reader.queries.registryBook().obligations, limit) {
        try reader.obligation($0)
      }
    }
  }

  /// Numbered records from the highest below a number downwards.
  static func newest<Answer>(
    before number: UInt64?, of count: UInt64, _ limit: Int, _ read: (UInt64) throws -> Answer?
  ) throws -> [Answer] {
    var next = min(number ?? count, count)
    var answers: [Answer] = []
    while next > 0, answers.count < limit {
      next -= 1
      guard let answer = try read(next) else { break }
      answers.append(answer)
    }
    return answers
  }

  func registrars() async throws(NodeServiceError) -> RegistrarsAnswer {
    try await carbon { reader in
      let registrars = try reader.queries.registrars()
      return RegistrarsAnswer(
        threshold: Int(registrars.threshold), seats: registrars.seats.map(reader.address))
    }
  }

  func book() async throws(NodeServiceError) -> BookAnswer { try await carbon { try $0.book() } }

  func fund() async throws(NodeServiceError) -> FundAnswer { try await carbon { try $0.fund() } }

  func factors(from row: UInt64, limit: Int) async throws(NodeServiceError) -> [FactorAnswer] {
    try await carbon { reader in
      var answers: [FactorAnswer] = []
      var next = row
      while answers.count < limit, let answer = try reader.factor(next) {
        answers.append(answer)
        next += 1
      }
      return answers
    }
  }
}
