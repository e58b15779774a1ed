import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct SendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Sends ECO2 or ECC to one or more accounts, in one transaction.",
    discussion: """
      An address is followed by one or more amounts with their token. What is sent to several \
      addresses is applied as a whole or not at all. The sender, or the sponsor who co-signs, pays \
      the carbon charge in ECC and the network fee in ECO2.

      Examples:
        eco2 send --from savings --to eco2t1qqq… 12.5eco2
        eco2 send --key treasury.pem --to eco2t1qqq… 12.5eco2
        eco2 send --from mine.pem --to eco2t1qqq… 1eco2 20ecc --to eco2t1ppp… 3ecc --wait accepted
        eco2 send --from poor.pem --sponsor rich.pem --to eco2t1qqq… 1eco2
      """)

  @Option(
    name: [.long, .customLong("key")],
    help: "The sender: an account of the keyring, or a key file.",
    transform: keyReference)
  var from: KeyReference

  @Option(parsing: .upToNextOption, help: "An address and the amounts it receives.")
  var to: [String]

  @Option(
    help: "Who co-signs and pays charge and fee: an account of the keyring, or a key file.",
    transform: keyReference)
  var sponsor: KeyReference?

  @Option(help: "Return when it is accepted (it will be in a block) or final (it is).")
  var wait = SubmissionWait.final

  @Option(help: "The most to pay for carbon, such as 0.01ecc; by default twice the estimate.")
  var chargeMax: TokenAmount?

  @Option(help: "The most to pay as network fee, such as 0.1eco2; by default twice the estimate.")
  var feeMax: TokenAmount?

  @Option(help: "The sequence to use; by default the next after those used and waiting.")
  var sequence: UInt64?

  @Option(help: "For how many heights from now it may enter a block.")
  var validFor: UInt64 = 1_000

  @OptionGroup var node: NodeOptions
  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard !to.isEmpty else { throw ValidationError("Say to whom: --to ADDRESS AMOUNT…") }
    guard (1...Limits.validityHeightsMax).contains(validFor) else {
      throw ValidationError("--valid-for must lie between 1 and \(Limits.validityHeightsMax).")
    }
    if let chargeMax, chargeMax.token != .ecc { throw ValidationError("--charge-max is in ECC.") }
    if let feeMax, feeMax.token != .eco2 { throw ValidationError("--fee-max is in ECO2.") }
  }

  func run() async throws {
    let answer = try await node.withLedger { ledger in
      let network = ledger.facts.network
      let transfers = try transfers(network)
      let isTest = network == .test
      let key = try KeyAccess.open(from, keyring, passphrase, isTest: isTest)
      let sponsorKey = try sponsor.map {
        try KeyAccess.open($0, keyring, passphrase, isTest: isTest)
      }
      let draft = transfers.reduce(
        TransactionBuilder(from: AccountID(key.publicKey))
          .sponsored(by: sponsorKey.map { AccountID($0.publicKey) })
          .sequence(sequence).valid(forHeights: validFor)
          .paying(chargeMax: chargeMax?.amount, feeMax: feeMax?.amount)
      ) { $0.transfer($1.token, $1.amount, to: $1.recipient) }
      return try await send(
        draft, Signers(sender: [key], sponsor: sponsorKey.map { [$0] } ?? []), through: ledger)
    }
    try output.show(answer) { SubmissionReport.text(answer) }
    if !wait.isReached(by: answer) { throw ExitCode.failure }
  }

  /// What becomes of the draft, as a node would say it: a refusal is a result to be shown, too.
  private func send(_ draft: TransactionBuilder, _ signers: Signers, through ledger: Ledger)
    async throws -> TransactionAnswer
  {
    do {
      let outcome = try await ledger.send(
        draft, signedBy: signers, wait: wait == .final ? .final : .accepted)
      let isApplied: Bool? = if case .applied = outcome.state { true } else { nil }
      return TransactionAnswer(
        id: outcome.id.hex, status: isApplied == true ? .final : .accepted,
        accordingTo: outcome.accordingTo, applied: isApplied, height: outcome.height)
    } catch ClientError.transactionRefused(let id, let code, let sentence) {
      return TransactionAnswer(id: id?.hex, status: .refused, code: code, message: sentence)
    } catch ClientError.transactionFailed(let id, let height, let code, let sentence) {
      return TransactionAnswer(
        id: id.hex, status: .final, applied: false, height: height, code: code,
        message: sentence)
    }
  }

  /// Addresses and amounts in the order written.
  private func transfers(_ network: NetworkKind) throws -> [Transfer] {
    var transfers: [Transfer] = []
    var recipient: AccountID?
    var isUsed = true
    for word in to {
      if let amount = TokenAmount(argument: word) {
        guard let recipient else {
          throw ValidationError("Before the amount \(word) must stand an address.")
        }
        guard amount.amount > .zero else {
          throw ValidationError("`\(word)` moves nothing; send more.")
        }
        transfers.append(
          Transfer(token: amount.token, recipient: recipient, amount: amount.amount))
        isUsed = true
        continue
      }
      recipient = try Self.recipient(word, network)
      guard isUsed else { throw ValidationError("No amount stands before \(word).") }
      isUsed = false
    }
    guard isUsed else { throw ValidationError("The last address is followed by no amount.") }
    guard transfers.count <= Limits.operationsMax else {
      throw ValidationError("A transaction holds at most \(Limits.operationsMax) operations.")
    }
    return transfers
  }

  /// The account of an address; what is none says what it may have been meant for.
  private static func recipient(_ word: String, _ network: NetworkKind) throws -> AccountID {
    do { return try AccountID(address: word, network: network) } catch {
      if word.first.map({ $0.isNumber || $0 == "." }) == true {
        let forms = Token.allCases.map {
          "\($0.symbol.lowercased()) with \($0.decimals) decimals at most"
        }
        throw ValidationError(
          "`\(word)` is no amount, such as 12.5eco2: a number and its token, "
            + "\(forms.joined(separator: " or ")).")
      }
      if !word.hasPrefix("eco2") {
        throw ValidationError(
          "`\(word)` is neither an amount such as 12.5eco2 nor an address, which begins with eco2; "
            + "your own accounts' stand in `eco2 key list`.")
      }
      throw ValidationError("`\(word)` is no address: \(error)")
    }
  }
}
