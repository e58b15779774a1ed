import Foundation
import LedgerCore
import NodeAnswers

/// Answers about elections and governance with every field set.
extension Samples {
  static let profile = EnergyProfileContents(
    EnergyProfile(
      tier: .rack, region: "DEU", idleMilliwatts: 7, millijoulesPerCPUSecond: 7, puePermille: 1_200)
  )

  static let election = ElectionAnswer(
    term: 3, height: 5, time: 3, startedAt: 3, endsAt: 3, votingFrom: 3, isVoting: true,
    readyFrom: 3, seats: 3, members: [address], standbys: [address], candidates: 3, locked: "7",
    placed: "7")

  static let candidate = CandidateAnswer(
    account: address, name: "text", number: 3, standing: "standing", role: "member", votes: "7",
    bond: "7", isReady: true, jailedAt: 3, leftAt: 3, missedBlocks: 3, consensusKey: hash,
    transportKey: hash, endpoint: "text", profile: profile, nextProfile: profile, reserve: "7",
    debts: "7")

  static let unlock = UnlockAnswer(amount: "7", readyAt: 3)

  static let voter = VoterAnswer(
    account: address, locked: "7", placed: "7", idle: "7", unlocks: [unlock], vetoes: [3])

  static let stake = StakeAnswer(
    voter: address, candidate: address, name: "text", standing: "standing", amount: "7",
    earned: "7")

  static let parameterChange = ParameterChangeContents(parameter: "text", value: "7")

  static let motionContents = MotionContents(
    kind: "text", changes: [parameterChange], operation: "text", cpuNanoseconds: 3, bytes: 3,
    tier: "rack", idleMilliwatts: 3, puePermille: 3, region: "text", year: 3,
    microgramsPerKilowattHour: 3, source: "text", threshold: 3, accounts: [address], name: "text",
    limit: "7", height: 3, subject: "lot", registries: ["text"], products: ["text"])

  static func motion(_ number: UInt64) -> MotionAnswer {
    MotionAnswer(
      number: number, motion: motionContents, reason: "text", proposer: address, proposedAt: 3,
      standing: "pending", dueAt: 3, approvals: [address], vetoes: "7", endedAt: 5)
  }

  static let candidateFacts = DelegationOperationContents.Facts(
    CandidateFacts(
      name: "text", transportKey: PublicKey(SHA256.hash([1]).bytes), endpoint: "text",
      profile: EnergyProfile(
        tier: .rack, region: "DEU", idleMilliwatts: 7, millijoulesPerCPUSecond: 7,
        puePermille: 1_200)))
}

extension Samples {
  /// An operation of no kind: with every field.
  static var delegationOperation: DelegationOperationContents {
    get throws {
      let lock = Operation.lockVotes(LockVotes(amount: Amount(7)))
      guard var operation = DelegationOperationContents(lock, network: .test) else {
        throw CocoaError(.featureUnsupported)
      }
      operation.candidate = address
      operation.to = address
      operation.facts = candidateFacts
      operation.key = hash
      operation.possession = hash
      operation.height = 5
      operation.term = 3
      operation.number = 3
      operation.motion = motionContents
      operation.reason = "text"
      operation.isYes = true
      return operation
    }
  }
}
