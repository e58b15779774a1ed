public import LedgerCore
public import NodeAnswers

/// What a node can be asked, each as the node says it.
extension NodeClient {
  public func status() async throws(ClientError) -> StatusAnswer { try await get("/v1/status") }

  /// An account, by its address.
  public func account(_ address: String) async throws(ClientError) -> AccountAnswer {
    try await get("/v1/accounts/\(Self.escaped(address))")
  }

  /// An account with the proof of its record; `TrustAnchor` verifies it.
  public func accountProof(_ address: String) async throws(ClientError) -> ProofAnswer {
    let answer: ProvenAccountAnswer = try await get(
      "/v1/accounts/\(Self.escaped(address))?proof=true")
    guard let proof = answer.proof else { throw .malformedAnswer("it has no proof") }
    return proof
  }

  /// The record at a raw key of the state, or that there is none, with its proof; `TrustAnchor`
  /// verifies it.
  public func recordProof(_ key: [UInt8]) async throws(ClientError) -> ProofAnswer {
    try await get("/v1/records/\(Hex.encode(key))")
  }

  /// One page of an account's final transactions, newest first.
  public func transactions(of address: String, cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<TransactionAnswer>
  {
    try await getList(
      "/v1/accounts/\(Self.escaped(address))/transactions" + Self.page(cursor, limit))
  }

  /// Where a transaction stands that was submitted before, to this node or another; nil when this
  /// node does not know it.
  public func transaction(_ id: Digest) async throws(ClientError) -> TransactionAnswer? {
    do {
      return try await get("/v1/transactions/\(id.hex)")
    } catch ClientError.refused(status: 404, _, _, _) {
      return nil
    }
  }

  /// The final block at a height, or the latest for nil.
  public func block(_ height: UInt64?) async throws(ClientError) -> BlockAnswer {
    try await get("/v1/blocks/\(height.map(String.init) ?? "latest")")
  }

  /// One page of final blocks, newest first.
  public func blocks(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<BlockAnswer>
  {
    try await getList("/v1/blocks" + Self.page(cursor, limit))
  }

  /// One page of a block's transactions, in order.
  public func transactions(inBlock height: UInt64, cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<TransactionAnswer>
  {
    try await getList("/v1/blocks/\(height)/transactions" + Self.page(cursor, limit))
  }

  /// Receipts of a final block from place `index` on, in execution order: fewer than
  /// `ResponseFormat.receiptsMax` are the last.
  public func receipts(inBlock height: UInt64, from index: Int = 0)
    async throws(ClientError) -> [Receipt]
  {
    let bytes = try await getBytes(
      "/v1/blocks/\(height)/receipts?cursor=\(index)", accept: ResponseFormat.receipts)
    do {
      var reader = unsafe BCSReader(bytes.span.bytes)
      let receipts = try reader.list(
        of: Receipt.self, in: 0...ResponseFormat.receiptsMax, "receipts")
      try reader.finish("receipts")
      return receipts
    } catch {
      throw .malformedAnswer("its receipts are broken: \(error)")
    }
  }

  public func certificate(_ height: UInt64) async throws(ClientError) -> CertificateAnswer {
    try await get("/v1/blocks/\(height)/certificate")
  }

  /// A final block's header in BCS.
  public func headerBytes(_ height: UInt64) async throws(ClientError) -> [UInt8] {
    try await getBytes("/v1/blocks/\(height)/header", accept: ResponseFormat.header)
  }

  public func bundle(_ digest: Digest) async throws(ClientError) -> BundleAnswer {
    try await getList("/v1/bundles/\(digest.hex)")
  }

  public func validators() async throws(ClientError) -> ValidatorsAnswer {
    try await get("/v1/validators")
  }

  /// How the set changed, from the set that decides the height after a height on; `TrustAnchor`
  /// verifies it.
  public func setChanges(after height: UInt64, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<SetChangeAnswer>
  {
    try await getList(
      "/v1/validators/changes?after=\(height)" + (limit.map { "&limit=\($0)" } ?? ""))
  }

  /// - Parameter turns: heights from the next on, 1 … `ScheduleFormat.turnsMax`.
  public func schedule(turns: Int = ScheduleFormat.turnsDefault)
    async throws(ClientError) -> ScheduleAnswer
  {
    try await get("/v1/schedule?turns=\(turns)")
  }

  /// One page of recorded offences, newest first.
  public func offences(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<OffenceAnswer>
  {
    try await getList("/v1/evidence" + Self.page(cursor, limit))
  }

  public func mempool() async throws(ClientError) -> MempoolAnswer { try await get("/v1/mempool") }

  public func parameters() async throws(ClientError) -> ParametersAnswer {
    try await get("/v1/parameters")
  }

  public func genesis() async throws(ClientError) -> GenesisAnswer { try await get("/v1/genesis") }

  /// The genesis document in BCS. Whoever hands it out decides which chain it is: compare its hash
  /// with one that you have from elsewhere.
  public func genesisBytes() async throws(ClientError) -> [UInt8] {
    try await getBytes("/v1/genesis", accept: ResponseFormat.genesis)
  }

  /// One page of carbon statements, newest first.
  public func statements(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<StatementAtHeight>
  {
    try await getList("/v1/statements" + Self.page(cursor, limit))
  }

  public func statement(_ height: UInt64) async throws(ClientError) -> StatementAtHeight {
    try await get("/v1/statements/\(height)")
  }

  /// The node's metrics, as text.
  public func metrics() async throws(ClientError) -> String {
    String(decoding: try await getBytes("/metrics", accept: ResponseFormat.metrics), as: UTF8.self)
  }

  private static func page(_ cursor: String?, _ limit: Int?) -> String {
    var parts: [String] = []
    if let cursor { parts.append("cursor=\(escaped(cursor))") }
    if let limit { parts.append("limit=\(limit)") }
    return parts.isEmpty ? "" : "?" + parts.joined(separator: "&")
  }

  /// Percent-encoding of everything but unreserved characters (RFC 3986): what a person typed or a
  /// node sent can neither leave its place in the path nor end the request's line.
  static func escaped(_ text: String) -> String {
    let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
    var escaped = ""
    for byte in text.utf8 {
      escaped +=
        plain.contains(byte)
        ? String(UnicodeScalar(byte)) : "%" + Hex.encode([byte]).uppercased()
    }
    return escaped
  }
}

/// The answer to `?proof=true`, as far as it is read here: the account is taken from the proof.
private struct ProvenAccountAnswer: Decodable, Sendable {
  let proof: ProofAnswer?
}
