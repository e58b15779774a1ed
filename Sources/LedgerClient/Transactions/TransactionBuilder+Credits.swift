public import LedgerCore

/// What can be asked for with credits and ECC (carbon rules).
extension TransactionBuilder {
  // MARK: Requests to the registrars

  /// Asks the registrars for something. The sender's deposit is locked until the request ends.
  ///
  /// - Parameter lotsMax: how many lots it may make or change, each of which is charged for; nil
  ///   for as many as such a request needs as a rule.
  public func file(_ request: CreditRequest, proof: CustodyProof, lotsMax: UInt16? = nil) -> Self {
    adding(.fileRequest(FileRequest(request: request, proof: proof, lotsMax: lotsMax)))
  }

  /// A registrar's approval. The one that completes the threshold carries the request out.
  ///
  /// - Parameters:
  ///   - reasons: SHA-256 of the reasons; all zero for none.
  ///   - lotsMax: how many lots the request may make or change then, each of which is charged for;
  ///     as many as its filer stated, or more.
  public func approve(_ request: UInt64, reasons: Digest = .zero, lotsMax: UInt16) -> Self {
    adding(
      .decideRequest(
        DecideRequest(request: request, approves: true, reasons: reasons, lotsMax: lotsMax)))
  }

  /// A registrar's rejection.
  ///
  /// - Parameters:
  ///   - reasons: SHA-256 of the reasons; all zero for none.
  ///   - lotsMax: as many as the request's filer stated.
  public func reject(_ request: UInt64, reasons: Digest = .zero, lotsMax: UInt16) -> Self {
    adding(
      .decideRequest(
        DecideRequest(request: request, approves: false, reasons: reasons, lotsMax: lotsMax)))
  }

  /// Takes a request of the sender back: what was locked returns.
  public func withdraw(request: UInt64) -> Self {
    adding(.withdrawRequest(WithdrawRequest(request: request)))
  }

  // MARK: Custodians

  /// The sender attests that it still holds every credit it has brought.
  ///
  /// - Parameter document: SHA-256 of the statement.
  public func attestCustody(document: Digest) -> Self {
    adding(.attestCustody(AttestCustody(document: document)))
  }

  /// Adds ECO2 (base units) of the sender, a custodian, to its bond.
  public func postBond(_ amount: Amount) -> Self { adding(.postBond(PostBond(amount: amount))) }

  /// Moves a lot of the sender, a custodian, or a part of it into its buffer, or out of it.
  public func setBuffer(_ range: LotRange, isBuffer: Bool) -> Self {
    adding(.setBuffer(SetBuffer(range: range, isBuffer: isBuffer)))
  }

  /// Meets an obligation of the sender, a custodian, with a lot of its own or a part of it.
  public func replaceCredits(obligation: UInt64, with range: LotRange) -> Self {
    adding(.replaceCredits(ReplaceCredits(obligation: obligation, range: range)))
  }

  /// Tells that the source shows a retirement, too.
  ///
  /// - Parameters:
  ///   - reference: the source's own number.
  ///   - date: the day the source gives, yyyymmdd.
  public func confirmRetirement(_ retirement: UInt64, reference: String, date: UInt32) -> Self {
    adding(
      .confirmRetirement(
        ConfirmRetirement(retirement: retirement, reference: reference, date: date)))
  }

  // MARK: Lots

  /// Moves a lot of the sender, or a part of it, to another account.
  public func transferLot(_ range: LotRange, to recipient: AccountID) -> Self {
    adding(.transferLot(TransferLot(range: range, recipient: recipient)))
  }

  /// Makes two lots of one of the sender's.
  ///
  /// - Parameter serial: the first of the new lot.
  public func splitLot(_ lot: UInt64, at serial: UInt64) -> Self {
    adding(.splitLot(SplitLot(lot: lot, at: serial)))
  }

  /// Puts a lot of the sender, or a part of it, into the reserve: it receives as much ECC, 10^12 µg
  /// for each tonne.
  public func depositLot(_ range: LotRange) -> Self {
    adding(.depositLot(DepositLot(range: range)))
  }

  /// Retires a lot of the sender, or a part of it, for good.
  public func retireLot(_ range: LotRange, claim: RetirementClaim) -> Self {
    adding(.retireLot(RetireLot(range: range, claim: claim)))
  }

  /// Gives a lot of the sender, or a part of it, up for good, without a claim.
  public func cancelLot(_ range: LotRange) -> Self { adding(.cancelLot(CancelLot(range: range))) }

  // MARK: ECC

  /// Asks for ECC (µg CO2e) of the sender's reserve back: what exceeds 30 days' due, after 7 days.
  /// Zero takes an earlier request back.
  public func withdrawReserve(_ amount: Amount) -> Self {
    adding(.withdrawReserve(WithdrawReserve(amount: amount)))
  }

  /// Takes what was asked for with `withdrawReserve`.
  public func collectReserve() -> Self { adding(.collectReserve(CollectReserve())) }

  /// Sells ECC (µg CO2e) of the sender to the neutrality fund, at the price it bids then.
  ///
  /// - Parameter priceMin: fails where the fund bids less; ECO2 base units per tonne.
  public func sellToFund(_ amount: Amount, priceMin: Amount) -> Self {
    adding(.sellToFund(SellToFund(amount: amount, priceMin: priceMin)))
  }
}
