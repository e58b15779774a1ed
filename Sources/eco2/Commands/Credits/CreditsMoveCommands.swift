import ArgumentParser
import LedgerClient
import LedgerCore

struct CreditsTransferCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transfer", abstract: "Moves a lot, or a part of it, to another account.",
    discussion: """
      Examples:
        eco2 credits transfer 23 --to eco2t1qqq… --from savings
        eco2 credits transfer 23:1-100 --to eco2t1qqq… --from savings
      """)

  @Argument(
    help: "LOT, or LOT:FIRST-LAST for a part of its serials.",
    transform: LotPart.init)
  var lot: LotPart

  @Option(help: "The address that receives it.")
  var to: String

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, ledger in
      let recipient: AccountID
      do {
        recipient = try AccountID(address: to, network: ledger.facts.network)
      } catch { throw ValidationError("`\(to)` is no address: \(error)") }
      return draft.transferLot(try await lot.range(ledger), to: recipient)
    }
  }
}

struct CreditsSplitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "split", abstract: "Makes two lots of one.",
    discussion: """
      Example, after which lot 23 ends with serial 100:
        eco2 credits split 23 --at 101 --from savings
      """)

  @Argument(help: "The lot's number.")
  var lot: UInt64

  @Option(help: "The first serial of the new lot.")
  var at: UInt64

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, _ in draft.splitLot(lot, at: at) }
  }
}

struct CreditsDepositCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deposit",
    abstract: "Puts a lot, or a part of it, into the reserve: for each tonne 1,000,000 ECC.",
    discussion: """
      The lot backs ECC from then on and does not come back.

      Example:
        eco2 credits deposit 23:1-10 --from savings
      """)

  @Argument(
    help: "LOT, or LOT:FIRST-LAST for a part of its serials.",
    transform: LotPart.init)
  var lot: LotPart

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, ledger in draft.depositLot(try await lot.range(ledger)) }
  }
}

struct CreditsRetireCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "retire", abstract: "Retires a lot, or a part of it, for good.",
    discussion: """
      A beneficiary's name does not go on chain, only a hash of it with a salt: whoever knows both \
      can show them.

      Examples:
        eco2 credits retire 23:1-1 --from savings
        eco2 credits retire 23 --reason beneficiary --beneficiary 9f86d0… --period 2025-01-01 \
      2025-12-31 --from savings
      """)

  @Argument(
    help: "LOT, or LOT:FIRST-LAST for a part of its serials.",
    transform: LotPart.init)
  var lot: LotPart

  @Option(
    help: "Why: voluntary, compliance, corsia, beneficiary or other.",
    transform: retirementReason)
  var reason = RetirementReason.voluntary

  @Option(
    help: "A salted SHA-256 of the beneficiary's name; the holder itself when left out.",
    transform: digest)
  var beneficiary: Digest?

  @Option(
    parsing: .upToNextOption,
    help: "First and last day of the period whose emissions are meant, such as 2025-01-01.",
    transform: calendarDay)
  var period: [UInt32] = []

  @OptionGroup var sending: SendingOptions

  func validate() throws {
    guard period.isEmpty || period.count == 2 else {
      throw ValidationError("--period takes two days: the first and the last.")
    }
  }

  func run() async throws {
    let claim = RetirementClaim(
      beneficiary: beneficiary ?? .zero, reason: reason, periodFrom: period.first ?? 0,
      periodTo: period.last ?? 0)
    try await sending.send { draft, ledger in
      draft.retireLot(try await lot.range(ledger), claim: claim)
    }
  }
}

struct CreditsCancelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "cancel",
    abstract: "Gives a lot, or a part of it, up for good, without a claim.",
    discussion: """
      Example:
        eco2 credits cancel 23:1-10 --from savings
      """)

  @Argument(
    help: "LOT, or LOT:FIRST-LAST for a part of its serials.",
    transform: LotPart.init)
  var lot: LotPart

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, ledger in draft.cancelLot(try await lot.range(ledger)) }
  }
}

struct CreditsReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release",
    abstract: "Asks the registrars to release a lot to its registry again.",
    discussion: """
      Files a request of kind `export`. The lot is locked, and a deposit, until the request ends; \
      both come back unless it is approved.

      Example:
        eco2 credits release 23:1-10 --document 9f86d0… --from savings
      """)

  @Argument(
    help: "LOT, or LOT:FIRST-LAST for a part of its serials.",
    transform: LotPart.init)
  var lot: LotPart

  @Option(help: "SHA-256 of the document that it rests on.", transform: digest)
  var document: Digest

  @Option(help: "The voucher's number at the registry.")
  var voucher = ""

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { draft, ledger in
      draft.file(
        .export(try await lot.range(ledger)),
        proof: CustodyProof(document: document, voucher: voucher))
    }
  }
}
