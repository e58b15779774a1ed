import LedgerCore
public import NodeAnswers

/// What a node can be asked about elections and governance, each as the node says it.
extension NodeClient {
  /// The present term, and the election at its end.
  public func election() async throws(ClientError) -> ElectionAnswer {
    try await get("/v1/election")
  }

  /// One page of candidates, the most votes first.
  public func candidates(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<CandidateAnswer>
  {
    try await getList(Self.page("/v1/candidates", cursor, limit))
  }

  /// - Parameter address: in text, of the node's network.
  public func candidate(_ address: String) async throws(ClientError) -> CandidateAnswer {
    try await get("/v1/candidates/\(address)")
  }

  /// One page of who votes for a candidate, the most votes first.
  public func supporters(of address: String, cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<StakeAnswer>
  {
    try await getList(Self.page("/v1/candidates/\(address)/votes", cursor, limit))
  }

  /// What an account has locked to vote with.
  public func voter(_ address: String) async throws(ClientError) -> VoterAnswer {
    try await get("/v1/voters/\(address)")
  }

  /// One page of an account's votes.
  public func votes(of address: String, cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<StakeAnswer>
  {
    try await getList(Self.page("/v1/voters/\(address)/votes", cursor, limit))
  }

  /// One page of motions, the newest first.
  public func motions(cursor: String? = nil, limit: Int? = nil)
    async throws(ClientError) -> PageAnswer<MotionAnswer>
  {
    try await getList(Self.page("/v1/motions", cursor, limit))
  }

  public func motion(_ number: UInt64) async throws(ClientError) -> MotionAnswer {
    try await get("/v1/motions/\(number)")
  }

  private static func page(_ path: String, _ cursor: String?, _ limit: Int?) -> String {
    var parts: [String] = []
    if let cursor { parts.append("cursor=\(escaped(cursor))") }
    if let limit { parts.append("limit=\(limit)") }
    return parts.isEmpty ? path : path + "?" + parts.joined(separator: "&")
  }
}
