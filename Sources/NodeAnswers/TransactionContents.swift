/// What a transaction says: its body, decoded, and who signed it.
public struct TransactionContents: Codable, Equatable, Sendable {
  /// First 4 bytes of the genesis hash, hexadecimal.
  public var chainTag: String
  /// Address.
  public var sender: String
  public var sequence: UInt64
  /// The last height at which it may be executed.
  public var validUntil: UInt64
  /// µg CO2e, decimal.
  public var chargeMax: String
  /// ECO2 base units, decimal.
  public var feeMax: String
  /// ECO2 base units, decimal.
  public var tip: String
  /// Address of the account that pays instead of the sender.
  public var sponsor: String?
  public var operations: [OperationContents]
  public var senderAuthorizations: [AuthorizationContents]
  public var sponsorAuthorizations: [AuthorizationContents]

  public init(
    chainTag: String, sender: String, sequence: UInt64, validUntil: UInt64, chargeMax: String,
    feeMax: String, tip: String, sponsor: String? = nil, operations: [OperationContents],
    senderAuthorizations: [AuthorizationContents], sponsorAuthorizations: [AuthorizationContents]
  ) {
    self.chainTag = chainTag
    self.sender = sender
    self.sequence = sequence
    self.validUntil = validUntil
    self.chargeMax = chargeMax
    self.feeMax = feeMax
    self.tip = tip
    self.sponsor = sponsor
    self.operations = operations
    self.senderAuthorizations = senderAuthorizations
    self.sponsorAuthorizations = sponsorAuthorizations
  }
}

/// One operation. Only the fields of its kind are present.
public struct OperationContents: Codable, Equatable, Sendable {
  /// The operation's name, such as `transfer`.
  public var kind: String
  /// `transfer`: `ECO2` or `ECC`.
  public var token: String?
  /// `transfer`: address.
  public var recipient: String?
  /// `transfer`, `top-up-reserve`: base units of the token (of ECC), decimal.
  public var amount: String?
  /// `top-up-reserve`: address of the ER Node.
  public var node: String?
  /// `set-authority`: how many of `keys` must sign.
  public var threshold: Int?
  /// `set-authority`: public keys, hexadecimal, ascending.
  public var keys: [String]?
  /// `report-offence`: `equivocation`, `amnesia` or `bad-bundle`.
  public var offence: String?
  /// `report-offence`: the height of the evidence.
  public var height: UInt64?
  /// `report-offence`: the evidence's bytes, hexadecimal.
  public var evidence: String?
  /// `sell-to-fund`: the least price, ECO2 base units per tonne, decimal.
  public var priceMin: String?
  /// The registry's operations.
  public var credits: CreditOperationContents?
  /// Those of candidates and voters.
  public var delegation: DelegationOperationContents?

  public init(
    kind: String, token: String? = nil, recipient: String? = nil, amount: String? = nil,
    node: String? = nil, threshold: Int? = nil, keys: [String]? = nil, offence: String? = nil,
    height: UInt64? = nil, evidence: String? = nil,
    priceMin: String? = nil, credits: CreditOperationContents? = nil,
    delegation: DelegationOperationContents? = nil
  ) {
    self.kind = kind
    self.token = token
    self.recipient = recipient
    self.amount = amount
    self.node = node
    self.threshold = threshold
    self.keys = keys
    self.offence = offence
    self.height = height
    self.evidence = evidence
    self.priceMin = priceMin
    self.credits = credits
    self.delegation = delegation
  }
}

/// A key and its signature, hexadecimal.
public struct AuthorizationContents: Codable, Equatable, Sendable {
  public var key: String
  public var signature: String

  public init(key: String, signature: String) {
    self.key = key
    self.signature = signature
  }
}

/// What executing a transaction gave.
public struct ReceiptContents: Codable, Equatable, Sendable {
  /// `applied`, `failed` or `skipped`.
  public var outcome: String
  /// Of a failed one: the operation that failed, from 0.
  public var operation: Int?
  /// Of a failed or skipped one: the stable code.
  public var code: String?
  /// The same as a sentence.
  public var message: String?
  /// Of a failed one: the number of what it failed by, such as a lot; not always there.
  public var subject: UInt64?
  /// µg CO2e consumed, decimal.
  public var charge: String
  /// ECO2 base units paid, decimal.
  public var fee: String

  public init(
    outcome: String, operation: Int? = nil, code: String? = nil, message: String? = nil,
    subject: UInt64? = nil, charge: String, fee: String
  ) {
    self.outcome = outcome
    self.operation = operation
    self.code = code
    self.message = message
    self.subject = subject
    self.charge = charge
    self.fee = fee
  }
}
