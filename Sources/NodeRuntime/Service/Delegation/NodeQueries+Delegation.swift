import LedgerCore
import LedgerRules
import LedgerStore
import NodeAPI
import NodeAnswers

/// Elections and governance: from the state of the last final block.
extension NodeQueries {
  func election() async throws(NodeServiceError) -> ElectionAnswer {
    try await carbon { try $0.election() }
  }

  func candidates(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<CandidateAnswer>]
  {
    try await list(DerivedIndexes.candidates, after: key, limit: limit) { entry, reader in
      try reader.candidate(AccountID(bcs: entry.value))
    }
  }

  func candidate(_ account: AccountID) async throws(NodeServiceError) -> CandidateAnswer? {
    try await carbon { try $0.candidate(account) }
  }

  func supporters(of candidate: AccountID, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<StakeAnswer>]
  {
    let prefix = candidate.bytes.array
    return try await list(
      DerivedIndexes.supporters, prefix: prefix, after: key, limit: limit
    ) { entry, reader in
      try reader.stake(of: AccountID(bcs: entry.value), for: candidate)
    }
  }

  func voter(_ account: AccountID) async throws(NodeServiceError) -> VoterAnswer {
    try await carbon { try $0.voter(account) }
  }

  func stakes(of voter: AccountID, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<StakeAnswer>]
  {
    try await list(
      DerivedIndexes.stakes, prefix: voter.bytes.array, after: key, limit: limit
    ) { entry, reader in
      try reader.stake(of: voter, for: AccountID(bcs: entry.value))
    }
  }

  func motions(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [MotionAnswer]
  {
    try await carbon { reader in
      try Self.newest(before: number, of: reader.queries.governance().motions, limit) {
        try reader.motion($0)
      }
    }
  }

  func motion(_ number: UInt64) async throws(NodeServiceError) -> MotionAnswer? {
    try await carbon { try $0.motion(number) }
  }
}
