import NodeAnswers
import Testing

@testable import NodeAPI

extension SchemaTests {
  func delegationShapes() throws -> [Shape] {
    [
      try Shape("EnergyProfile", Samples.profile),
      try Shape("Election", Samples.election),
      try Shape("Candidate", Samples.candidate),
      try Shape("Voter", Samples.voter),
      try Shape("Unlock", Samples.unlock),
      try Shape("Stake", Samples.stake),
      try Shape("Motion", Samples.motion(4)),
      try Shape("MotionContents", Samples.motionContents),
      try Shape("ParameterChange", Samples.parameterChange),
      try Shape("DelegationOperation", try Samples.delegationOperation),
      try Shape("CandidateFacts", Samples.candidateFacts),
      try Shape("CandidatePage", PageAnswer(items: [Samples.candidate], next: "4")),
      try Shape("StakePage", PageAnswer(items: [Samples.stake], next: "4")),
      try Shape("MotionPage", PageAnswer(items: [Samples.motion(4)], next: "4")),
    ]
  }
}
