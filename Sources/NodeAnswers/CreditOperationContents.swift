public import LedgerCore

/// What an operation on credits asks for; only the fields of its kind are there.
public struct CreditOperationContents: Codable, Equatable, Sendable {
  /// The lot's number.
  public var lot: UInt64?
  /// First serial number, included.
  public var start: UInt64?
  /// Last serial number, included.
  public var end: UInt64?
  /// The request, retirement or obligation that is meant.
  public var number: UInt64?
  /// `file-request`: what is asked for, such as `onboard`.
  public var request: String?
  /// `file-request`: the request's bytes, hexadecimal.
  public var bytes: String?
  /// `decide-request`: whether it is approved.
  public var approves: Bool?
  /// `file-request`, `decide-request`: how many lots it is charged for.
  public var lotsMax: UInt16?
  /// SHA-256 of the document that it rests on, hexadecimal.
  public var document: String?
  /// `file-request`: the voucher's number; `confirm-retirement`: the source's own number.
  public var reference: String?
  /// `confirm-retirement`: the day the source gives, yyyymmdd.
  public var date: UInt32?
  /// `set-buffer`: whether the lot goes into the buffer.
  public var isBuffer: Bool?
  /// `retire-lot`: a salted hash of the beneficiary's name, hexadecimal.
  public var beneficiary: String?
  /// `retire-lot`: the reason's code.
  public var reason: String?
  /// `retire-lot`: the first and the last day of the period that is meant, yyyymmdd.
  public var periodFrom: UInt32?
  public var periodTo: UInt32?

  public init() {}

  init(_ range: LotRange) {
    lot = range.lot
    start = range.start
    end = range.end
  }

  /// Nil where the operation is not one on credits.
  public init?(_ operation: Operation) {
    self.init()
    switch operation {
    case .fileRequest(let filing): set(filing)
    case .decideRequest(let decision):
      number = decision.request
      approves = decision.approves
      lotsMax = decision.lotsMax
      if decision.reasons != .zero { document = decision.reasons.hex }
    case .withdrawRequest(let withdrawal): number = withdrawal.request
    case .attestCustody(let attestation): document = attestation.document.hex
    case .setBuffer(let change):
      self.init(change.range)
      isBuffer = change.isBuffer
    case .replaceCredits(let replacement):
      self.init(replacement.range)
      number = replacement.obligation
    case .confirmRetirement(let confirmation):
      number = confirmation.retirement
      reference = confirmation.reference
      date = confirmation.date
    case .transferLot(let transfer): self.init(transfer.range)
    case .splitLot(let split):
      lot = split.lot
      start = split.at
    case .depositLot(let deposit): self.init(deposit.range)
    case .retireLot(let retirement): set(retirement)
    case .cancelLot(let cancellation): self.init(cancellation.range)
    default: return nil
    }
  }

  private mutating func set(_ filing: FileRequest) {
    request = filing.request.name
    bytes = Hex.encode(filing.request.bcs)
    lotsMax = filing.lotsMax
    document = filing.proof.document.hex
    if !filing.proof.voucher.isEmpty { reference = filing.proof.voucher }
  }

  private mutating func set(_ retirement: RetireLot) {
    self = CreditOperationContents(retirement.range)
    let claim = retirement.claim
    if claim.beneficiary != .zero { beneficiary = claim.beneficiary.hex }
    reason = claim.reason.code
    if claim.periodFrom != 0 { periodFrom = claim.periodFrom }
    if claim.periodTo != 0 { periodTo = claim.periodTo }
  }
}
