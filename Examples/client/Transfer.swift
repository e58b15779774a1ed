import LedgerClient
import LedgerCore
import NodeAnswers

/// Sends 2.5 ECO2 to a new account, waits until that is final, and asks what the account holds.
func transfer(key: SigningKey, nodes: [NodeAddress]) async throws {
  // One ledger through several nodes: where one fails, the next is asked.
  let ledger = try await Ledger.connect(to: nodes)
  print("\(ledger.facts.name): a block every \(ledger.facts.intervalMilliseconds) ms")

  // An account begins with its key; nobody need be asked. Keep the key: `eco2 key new` does.
  let sender = AccountID(key.publicKey)
  let recipient = AccountID(try SigningKey.generate().publicKey)

  // Amounts are whole base units; a token parses what people write.
  guard let amount = Token.eco2.parse("2.5") else { return }
  let draft = TransactionBuilder(from: sender)
    .transfer(.eco2, amount, to: recipient)
    .transfer(.ecc, Amount(1_000_000), to: recipient)

  // What it costs now: carbon in ECC, network fee in ECO2. `send` asks by itself, and offers twice
  // as much; what is not needed is not taken.
  let estimate = try await ledger.estimate(draft)
  print("it costs \(estimate.charge) µg CO2e and \(estimate.fee) base units of ECO2")

  // Fills in the sequence and the bounds, signs, submits, and waits for a final block. Throws when
  // it is refused or not applied, and says why.
  let outcome = try await ledger.send(draft, signedBy: Signers(key))
  print("transaction \(outcome.id) is in block \(outcome.height ?? 0)")

  // The most advanced node answers: what was final once does not go away again.
  let account = try await ledger.account(recipient)
  print("\(ledger.address(recipient)) holds \(account.eco2) base units of ECO2")
  await ledger.close()
}
