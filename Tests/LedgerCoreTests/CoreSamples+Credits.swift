import LedgerCore

/// Operations on credits, drawn at random.
extension CoreSamples {
  private mutating func lotsMax() -> UInt16 {
    UInt16(next(below: CreditLimits.requestLotsMax + 1))
  }

  mutating func creditOperation() -> Operation {
    switch next(below: 16) {
    case 0:
      .fileRequest(FileRequest(request: creditRequest(), proof: custodyProof(), lotsMax: lotsMax()))
    case 1:
      .decideRequest(
        DecideRequest(
          request: u64(), approves: flag(), reasons: id(), lotsMax: lotsMax()))
    case 2: .withdrawRequest(WithdrawRequest(request: u64()))
    case 3: .attestCustody(AttestCustody(document: id()))
    case 4: .postBond(PostBond(amount: amount()))
    case 5: .setBuffer(SetBuffer(range: lotRange(), isBuffer: flag()))
    case 6: .replaceCredits(ReplaceCredits(obligation: u64(), range: lotRange()))
    case 7:
      .confirmRetirement(
        ConfirmRetirement(retirement: u64(), reference: text(64), date: u32()))
    case 8: .transferLot(TransferLot(range: lotRange(), recipient: id()))
    case 9: .splitLot(SplitLot(lot: u64(), at: u64()))
    case 10: .depositLot(DepositLot(range: lotRange()))
    case 11:
      .retireLot(
        RetireLot(
          range: lotRange(),
          claim: RetirementClaim(
            beneficiary: id(), reason: pick(RetirementReason.allCases), periodFrom: u32(),
            periodTo: u32())))
    case 12: .cancelLot(CancelLot(range: lotRange()))
    case 13: .withdrawReserve(WithdrawReserve(amount: amount()))
    case 14: .collectReserve(CollectReserve())
    default: .sellToFund(SellToFund(amount: amount(), priceMin: amount()))
    }
  }

  private mutating func creditRequest() -> CreditRequest {
    switch next(below: 6) {
    case 0:
      .onboard(
        CreditRequest.Onboarding(
          owner: id(), isBuffer: flag(),
          batches: list(1...2) { samples in
            CreditRequest.Onboarding.Batch(
              project: samples.project(), ranges: samples.list(1...3) { $0.creditRange() })
          }))
    case 1: .export(lotRange())
    case 2: .invalidate(lotRange())
    case 3:
      .declare(
        CreditRequest.Declaration(
          range: lotRange(), labels: labels(), adjustment: adjustment()))
    case 4: .amend(project())
    default:
      .addRegistry(CreditRegistry(name: text(48), unit: pick(SerialUnit.allCases)))
    }
  }

  private mutating func project() -> CreditProject {
    CreditProject(
      registry: text(48), id: text(64), name: text(99), country: text(20), subdivision: text(20),
      type: text(20), methodology: text(20), proponent: text(20), cap: optional { $0.u64() },
      documents: list(1...3) { $0.id() })
  }

  private mutating func creditRange() -> CreditRange {
    CreditRange(
      serialBlock: text(40), serialText: text(60), start: u64(), end: u64(), vintageFrom: u32(),
      vintageTo: u32(), product: pick(CreditProduct.allCases), labels: labels(),
      adjustment: adjustment())
  }

  private mutating func lotRange() -> LotRange {
    LotRange(lot: u64(), start: u64(), end: u64())
  }

  private mutating func labels() -> CreditLabels {
    CreditLabels(rawValue: u32() & CreditLabels.all.rawValue)
  }

  private mutating func adjustment() -> CorrespondingAdjustment {
    CorrespondingAdjustment(
      declaration: pick(CorrespondingAdjustment.Declaration.allCases),
      status: pick(CorrespondingAdjustment.Status.allCases), date: u32())
  }

  private mutating func custodyProof() -> CustodyProof {
    CustodyProof(document: id(), voucher: text(64), consent: id())
  }

  mutating func flag() -> Bool { next(below: 2) == 0 }

  private mutating func u32() -> UInt32 { UInt32(truncatingIfNeeded: next()) }

  mutating func pick<Value>(_ values: [Value]) -> Value {
    values[next(below: values.count)]
  }

  /// Up to so many bytes of text.
  mutating func text(_ max: Int) -> String {
    String((0..<next(below: max / 2)).map { _ in pick(Array("aZ09-é/ ")) })
  }
}
