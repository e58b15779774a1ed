import LedgerCore
import NodeAPI
import NodeAnswers

/// Elections with five of everything.
extension MemoryNode {
  private func keyed<Item: Sendable>(_ item: Item, after key: [UInt8]?, _ limit: Int)
    -> [Keyed<Item>]
  {
    (1...UInt8(Self.count)).filter { (key?.first ?? 0) < $0 }.prefix(limit).map {
      Keyed([$0], item)
    }
  }

  func election() async throws(NodeServiceError) -> ElectionAnswer { Samples.election }

  func candidates(after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<CandidateAnswer>]
  { keyed(Samples.candidate, after: key, limit) }

  func candidate(_ account: AccountID) async throws(NodeServiceError) -> CandidateAnswer? {
    account == named ? Samples.candidate : nil
  }

  func supporters(of candidate: AccountID, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<StakeAnswer>]
  { candidate == named ? keyed(Samples.stake, after: key, limit) : [] }

  func voter(_ account: AccountID) async throws(NodeServiceError) -> VoterAnswer { Samples.voter }

  func stakes(of voter: AccountID, after key: [UInt8]?, limit: Int)
    async throws(NodeServiceError) -> [Keyed<StakeAnswer>]
  { voter == named ? keyed(Samples.stake, after: key, limit) : [] }

  func motions(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [MotionAnswer]
  { (0..<min(number ?? .max, Self.count)).reversed().prefix(limit).map(Samples.motion) }

  func motion(_ number: UInt64) async throws(NodeServiceError) -> MotionAnswer? {
    number < Self.count ? Samples.motion(number) : nil
  }
}
