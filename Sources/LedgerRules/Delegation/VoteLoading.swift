import LedgerCore
import LedgerState

/// What operations name of votes, before any of them executes.
struct WantedVotes {
  fileprivate var voters: [AccountID] = []
  fileprivate var candidates: [AccountID] = []
  fileprivate var stakes: [VotePair] = []

  /// Takes what an operation of an account names.
  mutating func add(_ operation: Operation, of sender: AccountID) {
    switch operation {
    case .lockVotes, .unlockVotes, .collectUnlocked, .vetoMotion: voters.append(sender)
    case .placeVotes(let operation): add(sender, operation.candidate)
    case .withdrawVotes(let operation): add(sender, operation.candidate)
    case .claimRewards(let operation): add(sender, operation.candidate, changesVoter: false)
    case .moveVotes(let operation):
      add(sender, operation.from, changesVoter: false)
      add(sender, operation.to, changesVoter: false)
    default: break
    }
  }

  private mutating func add(
    _ voter: AccountID, _ candidate: AccountID, changesVoter: Bool = true
  ) {
    if changesVoter { voters.append(voter) }
    candidates.append(candidate)
    stakes.append(VotePair(voter: voter, candidate: candidate))
  }
}

extension ExecutionContext {
  /// Reads records of votes that are about to be used.
  mutating func load(_ wanted: WantedVotes) throws(RecordError) {
    try voters.load(wanted.voters, in: &view)
    try candidates.load(wanted.candidates, in: &view)
    try stakes.load(wanted.stakes, in: &view)
  }
}
