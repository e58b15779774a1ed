public import LedgerCore
public import NodeAnswers

/// Elections and governance.
extension Ledger {
  /// The present term, and the election at its end.
  public func election() async throws(ClientError) -> ElectionAnswer {
    try await ask(height: \.height) { node throws(ClientError) in try await node.election() }
  }

  /// Candidates, the most votes first.
  public func candidates(pageSize: Int = PageFormat.itemsDefault) -> Pages<CandidateAnswer> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.candidates(cursor: cursor, limit: pageSize)
      }
    }
  }

  /// An ER Node, or one who wants to be.
  public func candidate(_ account: AccountID) async throws(ClientError) -> CandidateAnswer {
    let address = account.address(network: facts.network)
    return try await ask { node throws(ClientError) in try await node.candidate(address) }
  }

  /// Who votes for a candidate, the most votes first.
  public func supporters(of account: AccountID, pageSize: Int = PageFormat.itemsDefault)
    -> Pages<StakeAnswer>
  {
    let address = account.address(network: facts.network)
    return Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.supporters(of: address, cursor: cursor, limit: pageSize)
      }
    }
  }

  /// What an account has locked to vote with.
  public func voter(_ account: AccountID) async throws(ClientError) -> VoterAnswer {
    let address = account.address(network: facts.network)
    return try await ask { node throws(ClientError) in try await node.voter(address) }
  }

  /// An account's votes, with what they have earned.
  public func votes(of account: AccountID, pageSize: Int = PageFormat.itemsDefault)
    -> Pages<StakeAnswer>
  {
    let address = account.address(network: facts.network)
    return Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.votes(of: address, cursor: cursor, limit: pageSize)
      }
    }
  }

  /// Motions, the newest first.
  public func motions(pageSize: Int = PageFormat.itemsDefault) -> Pages<MotionAnswer> {
    Pages { cursor throws(ClientError) in
      try await self.ask { node throws(ClientError) in
        try await node.motions(cursor: cursor, limit: pageSize)
      }
    }
  }

  /// A motion, and what became of it.
  public func motion(_ number: UInt64) async throws(ClientError) -> MotionAnswer {
    try await ask { node throws(ClientError) in try await node.motion(number) }
  }
}
