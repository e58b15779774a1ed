public import LedgerCore
public import NodeAnswers

/// What can be read, each from the most advanced node that answers, at its word.
extension Ledger {
  /// Where the most advanced node stands.
  public func status() async throws(ClientError) -> StatusAnswer {
    try await ask(height: \.height) { node throws(ClientError) in try await node.status() }
  }

  /// Where each node stands, or why it does not say, in the order of `addresses`.
  public func statuses() async -> [Result<StatusAnswer, ClientError>] {
    await withTaskGroup(of: (Int, Result<StatusAnswer, ClientError>).self) { group in
      for (index, node) in nodes.enumerated() {
        group.addTask {
          do throws(ClientError) {
            return (index, .success(try await node.status()))
          } catch {
            return (index, .failure(error))
          }
        }
      }
      var results: [Result<StatusAnswer, ClientError>] = Array(
        repeating: .failure(.cancelled), count: nodes.count)
      for await (index, result) in group { results[index] = result }
      return results
    }
  }

  /// An account after the last final block.
  public func account(_ id: AccountID) async throws(ClientError) -> AccountAnswer {
    let address = address(id)
    return try await ask(height: \.height) { node throws(ClientError) in
      try await node.account(address)
    }
  }

  /// Where a transaction stands; nil when no node that answers knows it.
  public func transaction(_ id: Digest) async throws(ClientError) -> TransactionAnswer? {
    do {
      return try await ask { node throws(ClientError) in
        guard let answer = try await node.transaction(id) else {
          throw .refused(status: 404, code: "not_found", sentence: "The node does not know it.")
        }
        return answer
      }
    } catch .refused(status: 404, _, _, _) {
      return nil
    }
  }

  /// The final block at a height, or the latest for nil.
  public func block(_ height: UInt64? = nil) async throws(ClientError) -> BlockAnswer {
    guard let height else {
      return try await ask(height: \.height) { node throws(ClientError) in
        try await node.block(nil)
      }
    }
    return try await ask { node throws(ClientError) in try await node.block(height) }
  }

  public func certificate(_ height: UInt64) async throws(ClientError) -> CertificateAnswer {
    try await ask { node throws(ClientError) in try await node.certificate(height) }
  }

  public func bundle(_ digest: Digest) async throws(ClientError) -> BundleAnswer {
    try await ask { node throws(ClientError) in try await node.bundle(digest) }
  }

  /// The ER Nodes that decide blocks now.
  public func validators() async throws(ClientError) -> ValidatorsAnswer {
    try await ask { node throws(ClientError) in try await node.validators() }
  }

  /// Whose turn it is.
  ///
  /// - Parameter turns: heights from the next on, 1 … `ScheduleFormat.turnsMax`.
  public func schedule(turns: Int = ScheduleFormat.turnsDefault)
    async throws(ClientError) -> ScheduleAnswer
  {
    try await ask { node throws(ClientError) in try await node.schedule(turns: turns) }
  }

  public func parameters() async throws(ClientError) -> ParametersAnswer {
    try await ask(height: \.height) { node throws(ClientError) in
      try await node.parameters()
    }
  }

  public func statement(_ height: UInt64) async throws(ClientError) -> StatementAtHeight {
    try await ask { node throws(ClientError) in try await node.statement(height) }
  }

  /// The genesis document's bytes, whose hash is this ledger's chain.
  public func genesisBytes() async throws(ClientError) -> [UInt8] {
    let chain = facts.chain
    @Sendable func check(_ bytes: [UInt8]) throws(VerificationError) {
      _ = try TrustAnchor(genesisBytes: bytes, expected: chain)
    }
    return try await ask(check: check) { node throws(ClientError) in
      try await node.genesisBytes()
    }
  }
}
