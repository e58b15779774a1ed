/// What a transaction asks for: a closed, versioned enum; each case belongs to one domain of the
/// rules (protocol §3). A tag, once given, is never used for anything else.
public enum Operation: Hashable, Sendable {
  /// Tag 0, Accounts: moves a token to another account.
  case transfer(Transfer)
  /// Tag 1, Accounts: replaces the keys that authorise the sender.
  case setAuthority(SetAuthority)
  /// Tag 2, Carbon: moves ECC of the sender into an ER Node's reserve.
  case topUpReserve(TopUpReserve)
  /// Tag 3, Evidence: proves an offence of an ER Node.
  case reportOffence(ReportOffence)

  /// The tag in bytes and tables.
  public var kind: OperationKind {
    switch self {
    case .transfer: .transfer
    case .setAuthority: .setAuthority
    case .topUpReserve: .topUpReserve
    case .reportOffence: .reportOffence
    }
  }
}

extension Operation {
  /// The accounts an operation names beside the sender.
  public var accounts: [AccountID] {
    switch self {
    case .transfer(let transfer): [transfer.recipient]
    case .setAuthority: []
    case .topUpReserve(let topUp): [topUp.node]
    case .reportOffence: []
    }
  }
}

extension TransactionBody {
  /// Every account the transaction concerns, each once, in the order of mention: the sender, the
  /// sponsor, and those its operations name.
  public var accounts: [AccountID] {
    var accounts = [sender]
    func add(_ account: AccountID) {
      if !accounts.contains(account) { accounts.append(account) }
    }
    if let sponsor { add(sponsor) }
    for operation in operations { for account in operation.accounts { add(account) } }
    return accounts
  }
}

/// The tags of operations, in the order of their numbers.
public enum OperationKind: UInt8, Sendable, CaseIterable {
  case transfer = 0
  case setAuthority = 1
  case topUpReserve = 2
  case reportOffence = 3

  /// The name in JSON and tables.
  public var name: String {
    switch self {
    case .transfer: "transfer"
    case .setAuthority: "set-authority"
    case .topUpReserve: "top-up-reserve"
    case .reportOffence: "report-offence"
    }
  }
}

extension Operation: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let tag = try reader.uleb128("operation")
    guard let raw = UInt8(exactly: tag), let kind = OperationKind(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(tag)), field: "operation", offset: start)
    }
    switch kind {
    case .transfer: self = .transfer(try Transfer(from: &reader))
    case .setAuthority: self = .setAuthority(try SetAuthority(from: &reader))
    case .topUpReserve: self = .topUpReserve(try TopUpReserve(from: &reader))
    case .reportOffence: self = .reportOffence(try ReportOffence(from: &reader))
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.uleb128(UInt32(kind.rawValue))
    switch self {
    case .transfer(let operation): operation.encode(into: &writer)
    case .setAuthority(let operation): operation.encode(into: &writer)
    case .topUpReserve(let operation): operation.encode(into: &writer)
    case .reportOffence(let operation): operation.encode(into: &writer)
    }
  }
}
