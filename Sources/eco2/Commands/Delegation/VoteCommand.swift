import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct VoteCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vote",
    abstract: "Votes: ECO2 that is locked, for those who should run the chain.",
    discussion: """
      1 ECO2 is 1 vote. Votes are placed and moved in the last days of a term, and stand from term \
      to term; taking them back is always possible. Unlocking takes 7 days.

      What would fail by what the last final block says, out of the voting window, without votes, \
      for one that does not stand, is told before anything is signed; --insist sends it all the \
      same.

      Examples:
        eco2 vote lock 500eco2 --from savings
        eco2 vote place 500eco2 --for eco2t1qqq… --from savings
        eco2 vote show eco2t1ppp…
        eco2 vote unlock 200eco2 --from savings
      """,
    subcommands: [
      VoteShowCommand.self, VoteLockCommand.self, VotePlaceCommand.self, VoteMoveCommand.self,
      VoteWithdrawCommand.self, VoteUnlockCommand.self, VoteCollectCommand.self,
    ])
}

struct VoteShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows what an account has locked, and for whom it votes.",
    discussion: """
      Example:
        eco2 vote show eco2t1ppp…
      """)

  @Argument(help: "The voter's address.")
  var address: String

  @OptionGroup var listing: ListingOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  private struct Shown: Encodable {
    let voter: VoterAnswer
    let votes: [StakeAnswer]
  }

  func run() async throws {
    let shown = try await node.withLedger { ledger in
      let account = try DelegationText.account(address, ledger)
      let voter = try await ledger.voter(account)
      var votes: [StakeAnswer] = []
      for try await stake in ledger.votes(of: account) {
        guard votes.count < listing.limit else { break }
        votes.append(stake)
      }
      return Shown(voter: voter, votes: votes)
    }
    try output.show(shown) {
      Printing.facts(DelegationText.facts(shown.voter)) + DelegationText.table(shown.votes)
    }
  }
}

struct VoteLockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock", abstract: "Locks ECO2 of the sender, to vote with.",
    discussion: """
      Example:
        eco2 vote lock 500eco2 --from savings
      """)

  @Argument(help: "How much, such as 500eco2.")
  var amount: TokenAmount

  @OptionGroup var sending: SendingOptions

  func validate() throws { try DelegationText.checkVotes(amount) }

  func run() async throws { try await sending.send { draft, _ in draft.lockVotes(amount.amount) } }
}

struct VotePlaceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "place", abstract: "Gives a candidate idle votes of the sender.",
    discussion: """
      With --lock the ECO2 is locked in the same transaction.

      Examples:
        eco2 vote place 300eco2 --for eco2t1qqq… --from savings
        eco2 vote place 300eco2 --for eco2t1qqq… --lock --from savings
      """)

  @Argument(help: "How many votes, such as 300eco2.")
  var amount: TokenAmount

  @Option(name: .customLong("for"), help: "The candidate's address.")
  var candidate: String

  @Flag(help: "Lock as much first.")
  var lock = false

  @OptionGroup var sending: SendingOptions

  func validate() throws { try DelegationText.checkVotes(amount) }

  func run() async throws {
    try await sending.send { draft, ledger in
      let account = try DelegationText.account(candidate, ledger)
      let begun = lock ? draft.lockVotes(amount.amount) : draft
      return begun.placeVotes(amount.amount, for: account)
    }
  }
}

struct VoteMoveCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "move", abstract: "Moves votes of the sender to another candidate.",
    discussion: """
      Example:
        eco2 vote move 100eco2 --off eco2t1qqq… --to eco2t1rrr… --from savings
      """)

  @Argument(help: "How many votes, such as 100eco2.")
  var amount: TokenAmount

  @Option(help: "The address of the candidate that loses them.")
  var off: String

  @Option(help: "The address of the candidate that gains them.")
  var to: String

  @OptionGroup var sending: SendingOptions

  func validate() throws { try DelegationText.checkVotes(amount) }

  func run() async throws {
    try await sending.send { draft, ledger in
      draft.moveVotes(
        amount.amount, from: try DelegationText.account(off, ledger),
        to: try DelegationText.account(to, ledger))
    }
  }
}

struct VoteWithdrawCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Takes votes of the sender back from a candidate.",
    discussion: """
      Example:
        eco2 vote withdraw 100eco2 --off eco2t1qqq… --from savings
      """)

  @Argument(help: "How many votes, such as 100eco2.")
  var amount: TokenAmount

  @Option(help: "The candidate's address.")
  var off: String

  @OptionGroup var sending: SendingOptions

  func validate() throws { try DelegationText.checkVotes(amount) }

  func run() async throws {
    try await sending.send { draft, ledger in
      draft.withdrawVotes(amount.amount, from: try DelegationText.account(off, ledger))
    }
  }
}

struct VoteUnlockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "unlock", abstract: "Begins to unlock ECO2 that votes for nobody.",
    discussion: """
      It can be collected 7 days later. At most 16 amounts are on their way at a time.

      Example:
        eco2 vote unlock 200eco2 --from savings
      """)

  @Argument(help: "How much, such as 200eco2.")
  var amount: TokenAmount

  @OptionGroup var sending: SendingOptions

  func validate() throws { try DelegationText.checkVotes(amount) }

  func run() async throws {
    try await sending.send { draft, _ in draft.unlockVotes(amount.amount) }
  }
}

struct VoteCollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect", abstract: "Takes ECO2 whose unlocking is over back into the balance.",
    discussion: """
      Example:
        eco2 vote collect --from savings
      """)

  @OptionGroup var sending: SendingOptions

  func run() async throws { try await sending.send { draft, _ in draft.collectUnlocked() } }
}
