import LedgerClient
import LedgerCore
import NodeAnswers

/// Why a transaction would fail, found before it is signed.
struct Shortfall {
  /// What execution would say.
  let fault: TransactionFault
  let sentence: String

  /// - Parameter why: what is lacking, and what helps.
  init(_ fault: TransactionFault, why: String) {
    self.fault = fault
    sentence = why + " " + Self.nothingSigned
  }

  /// What of a draft's amounts and maxima its payer and its sender do not hold now; nil when they
  /// hold all, or when too little is known to say. The draft names both its maxima.
  ///
  /// The maxima are set aside while a transaction executes, and what is not needed of them returns:
  /// so a payer has to hold them beside what is moved.
  static func of(_ draft: TransactionBuilder, in ledger: Ledger) async throws(ClientError)
    -> Shortfall?
  {
    guard let chargeMax = draft.chargeMax, let feeMax = draft.feeMax,
      let fees = try? feeMax.adding(draft.tip)
    else { return nil }
    let payer = try await Holdings(of: draft.payer, in: ledger)
    for (token, most, fault) in [
      (Token.ecc, chargeMax, TransactionFault.chargeUnpayable), (.eco2, fees, .feeUnpayable),
    ] where payer[token] < most {
      return Shortfall(
        token, most: most, holds: payer[token], fault,
        who: draft.sponsor == nil ? "The sender" : "The sponsor")
    }
    let sender = draft.sponsor == nil ? payer : try await Holdings(of: draft.sender, in: ledger)
    for (token, most) in [(Token.ecc, chargeMax), (.eco2, fees)] {
      let setAside = draft.sponsor == nil ? most : .zero
      guard let moved = draft.moved(token), !moved.isZero,
        let needed = try? moved.adding(setAside), sender[token] < needed
      else { continue }
      return Shortfall(token, moved: moved, setAside: setAside, holds: sender[token])
    }
    return nil
  }

  private init(
    _ token: Token, most: Amount, holds: Amount, _ fault: TransactionFault, who: String
  ) {
    self.fault = fault
    let name = fault == .chargeUnpayable ? "carbon charge" : "network fee"
    sentence =
      "\(who) holds \(Self.words(holds, token)), and may have to pay \(Self.words(most, token)) as "
      + "\(name): \(Self.words(most.saturatingSubtracting(holds), token)) are missing. "
      + Self.nothingSigned
  }

  private init(_ token: Token, moved: Amount, setAside: Amount, holds: Amount) {
    fault = .insufficientBalance
    let missing = moved.saturatingSubtracting(holds.saturatingSubtracting(setAside))
    let pays = token == .ecc ? "charge" : "fee"
    let beside =
      setAside.isZero ? "" : ", and sets \(Self.words(setAside, token)) aside for the \(pays)"
    sentence =
      "The sender moves \(Self.words(moved, token))\(beside), and holds "
      + "\(Self.words(holds, token)): \(Self.words(missing, token)) are missing. "
      + Self.nothingSigned
  }

  private static let nothingSigned = "Nothing was signed; --insist sends it all the same."

  private static func words(_ amount: Amount, _ token: Token) -> String {
    "\(token.format(amount)) \(token.symbol)"
  }

  /// What an account holds after the last final block.
  private struct Holdings {
    private let eco2: Amount
    private let ecc: Amount

    init(of account: AccountID, in ledger: Ledger) async throws(ClientError) {
      let answer = try await ledger.account(account)
      guard let eco2 = UInt128(answer.eco2), let ecc = UInt128(answer.ecc) else {
        throw .malformedAnswer("a balance is no number")
      }
      (self.eco2, self.ecc) = (Amount(eco2), Amount(ecc))
    }

    subscript(_ token: Token) -> Amount { token == .eco2 ? eco2 : ecc }
  }
}

extension TransactionBuilder {
  /// With both maxima: those it names, and where it names none what a node's estimate makes of it.
  func priced(signatureCount: Int, by ledger: Ledger) async throws(ClientError) -> Self {
    guard chargeMax == nil || feeMax == nil else { return self }
    let estimate = try await ledger.estimate(self, signatureCount: signatureCount)
    let body = try body(
      chain: ledger.facts.chain, sequence: 0, height: 0, estimate: estimate)
    return paying(chargeMax: body.chargeMax, feeMax: body.feeMax)
  }

  /// What its operations take out of the sender's balance; nil when that is no amount.
  fileprivate func moved(_ token: Token) -> Amount? {
    var sum = Amount.zero
    for operation in operations {
      let amount: Amount
      switch operation {
      case .transfer(let transfer) where transfer.token == token: amount = transfer.amount
      case .topUpReserve(let topUp) where token == .ecc: amount = topUp.amount
      case .sellToFund(let sale) where token == .ecc: amount = sale.amount
      case .postBond(let bond) where token == .eco2: amount = bond.amount
      case .lockVotes(let lock) where token == .eco2: amount = lock.amount
      case .registerCandidate(let candidate) where token == .ecc: amount = candidate.reserve
      default: continue
      }
      guard let next = try? sum.adding(amount) else { return nil }
      sum = next
    }
    return sum
  }
}
