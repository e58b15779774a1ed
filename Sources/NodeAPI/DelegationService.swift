public import LedgerCore
public import NodeAnswers

/// What the API asks of the node about elections and governance. Each question reads a bounded
/// number of records of the last final state.
public protocol DelegationService: Sendable {
  func election() async throws(NodeServiceError) -> ElectionAnswer
  /// Candidates, the most votes first: those after a key of the list, at most `limit`.
  func candidates(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<CandidateAnswer>]
  func candidate(_ account: AccountID) async throws(NodeServiceError) -> CandidateAnswer?
  /// Votes for a candidate, the most first: those after a key of the list, at most `limit`.
  func supporters(of candidate: AccountID, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<StakeAnswer>]
  /// What an account has locked; zeros for nothing.
  func voter(_ account: AccountID) async throws(NodeServiceError) -> VoterAnswer
  /// An account's votes by candidate: those after a key of the list, at most `limit`.
  func stakes(of voter: AccountID, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<StakeAnswer>]
  /// Motions below a number, or the newest for nil, newest first, at most `limit`.
  func motions(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [MotionAnswer]
  func motion(_ number: UInt64) async throws(NodeServiceError) -> MotionAnswer?
}
