public import LedgerCore

/// An account: what it holds, which sequences it has used, who may act for it.
public struct Account: AccountRecord {
  public static var kind: RecordKind { .account }

  /// ECO2 base units.
  public var eco2: Amount
  /// µg CO2e.
  public var ecc: Amount
  public var sequences: SequenceWindow
  /// Nil while the account's id is its only key.
  public var authority: Authority?

  /// An account that holds nothing yet.
  public init(eco2: Amount = .zero, ecc: Amount = .zero) {
    self.eco2 = eco2
    self.ecc = ecc
    sequences = SequenceWindow()
    authority = nil
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    eco2 = try Amount(from: &reader)
    ecc = try Amount(from: &reader)
    sequences = try SequenceWindow(from: &reader)
    authority = try reader.optional("authority")
  }

  public func encode(into writer: inout BCSWriter) {
    eco2.encode(into: &writer)
    ecc.encode(into: &writer)
    sequences.encode(into: &writer)
    writer.optional(authority)
  }

  /// What the account holds of a token, in its base units.
  public subscript(token: Token) -> Amount {
    get { token == .eco2 ? eco2 : ecc }
    set { if token == .eco2 { eco2 = newValue } else { ecc = newValue } }
  }
}

/// What the founders have still to receive (carbon rules, "Tokens": a quarter each at months 24,
/// 30, 36 and 42). Vesting tokens never vote.
public struct Vesting: SingleRecord {
  public static var kind: RecordKind { .vesting }

  /// The releases still to come, ascending, 1…4; milliseconds since 1970-01-01 UTC.
  public var releases: [UInt64]
  /// Strictly ascending by account.
  public var founders: [Share]

  /// What one founder has still to receive, ECO2 base units.
  public struct Share: Hashable, Sendable, BCSCodable {
    public let account: AccountID
    public var amount: Amount

    public init(account: AccountID, amount: Amount) {
      self.account = account
      self.amount = amount
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      account = try AccountID(from: &reader)
      amount = try Amount(from: &reader)
    }

    public func encode(into writer: inout BCSWriter) {
      account.encode(into: &writer)
      amount.encode(into: &writer)
    }
  }

  init(releases: [UInt64], founders: [Share]) {
    self.releases = releases
    self.founders = founders
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let count = try reader.length(in: 1...4, "releases")
    var times: [UInt64] = []
    for _ in 0..<count { times.append(try reader.u64("release")) }
    releases = times
    founders = try reader.list(in: 0...RulesLimits.foundersMax, "founders")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.length(releases.count)
    for release in releases { writer.u64(release) }
    writer.list(founders)
  }
}
