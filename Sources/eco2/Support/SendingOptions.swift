import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

/// Who signs and pays, within which bounds, and how far is waited: wherever a transaction is sent.
struct SendingOptions: ParsableArguments {
  @Option(
    name: [.long, .customLong("key")],
    help: "The sender: an account of the keyring, or a key file.",
    transform: keyReference)
  var from: KeyReference

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

  @Flag(help: "Sign and send also what is not held now: it may have come when a block is made.")
  var insist = false

  @OptionGroup var node: NodeOptions
  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...Limits.validityHeightsMax).contains(validFor) else {
      throw ValidationError("--valid-for must lie between 1 and \(Limits.validityHeightsMax).")
    }
    if let chargeMax, chargeMax.token != .ecc { throw ValidationError("--charge-max is in ECC.") }
    if let feeMax, feeMax.token != .eco2 { throw ValidationError("--fee-max is in ECO2.") }
  }

  /// Sends a transaction and shows what became of it; fails where it was not applied.
  ///
  /// - Parameter compose: says what is asked for, once the network is known.
  func send(
    _ compose: (TransactionBuilder, Ledger) async throws -> TransactionBuilder
  ) async throws {
    let answer = try await node.withLedger { ledger in
      let isTest = ledger.facts.network == .test
      let key = try KeyAccess.open(from, keyring, passphrase, isTest: isTest)
      let sponsorKey = try sponsor.map {
        try KeyAccess.open($0, keyring, passphrase, isTest: isTest)
      }
      let draft = TransactionBuilder(from: AccountID(key.publicKey))
        .sponsored(by: sponsorKey.map { AccountID($0.publicKey) })
        .sequence(sequence).valid(forHeights: validFor)
        .paying(chargeMax: chargeMax?.amount, feeMax: feeMax?.amount)
      return try await send(
        compose(draft, ledger),
        Signers(sender: [key], sponsor: sponsorKey.map { [$0] } ?? []), through: ledger)
    }
    try output.show(answer) { SubmissionReport.text(answer) }
    if !wait.isReached(by: answer) { throw ExitCode.failure }
  }

  /// What becomes of the draft, as a node would say it: a refusal is a result to be shown, too.
  ///
  /// What would fail for want of what is held is refused here, before anything is signed: in a
  /// block it would pay charge and fee for nothing.
  private func send(_ draft: TransactionBuilder, _ signers: Signers, through ledger: Ledger)
    async throws -> TransactionAnswer
  {
    do {
      var draft = draft
      if !insist {
        draft = try await draft.priced(signatureCount: signers.count, by: ledger)
        var shortfall = try await Shortfall.of(draft, in: ledger)
        if shortfall == nil { shortfall = try await VoteCheck.shortfall(of: draft, in: ledger) }
        if let shortfall {
          return TransactionAnswer(
            id: nil, status: .refused, code: shortfall.fault.code, message: shortfall.sentence)
        }
      }
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
}
