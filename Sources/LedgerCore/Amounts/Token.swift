/// The two tokens of the ledger and how people write their amounts.
public enum Token: UInt8, Sendable, CaseIterable, BCSCodable {
  /// Votes, rewards and network fees; 300,000,000 tokens of 10^8 base units.
  case eco2 = 0
  /// One gram of CO2e of a retired or retirable carbon credit, in µg.
  case ecc = 1

  /// Decimal places of a token: base units a token are 10 to this power.
  public var decimals: Int { self == .eco2 ? 8 : 6 }

  /// Base units in one token.
  public var baseUnitsPerToken: UInt128 { self == .eco2 ? 100_000_000 : 1_000_000 }

  /// The name people read.
  public var symbol: String { self == .eco2 ? "ECO2" : "ECC" }

  public init(from reader: inout BCSReader) throws(BCSError) {
    self = try reader.tag("token")
  }

  public func encode(into writer: inout BCSWriter) { writer.uleb128(UInt32(rawValue)) }

  /// An amount in tokens, with all digits that matter: `1.5`, `0.00000001`.
  public func format(_ amount: Amount) -> String {
    let (whole, part) = amount.baseUnits.quotientAndRemainder(dividingBy: baseUnitsPerToken)
    guard part != 0 else { return String(whole) }
    var digits = Array(String(part).utf8)
    digits = Array(repeating: UInt8(ascii: "0"), count: decimals - digits.count) + digits
    while digits.last == UInt8(ascii: "0") { digits.removeLast() }
    return "\(whole).\(String(decoding: digits, as: UTF8.self))"
  }

  /// Parses tokens in decimal (`12`, `0.5`); nil when it is no such number, has more places than
  /// the token, or exceeds the range.
  public func parse(_ text: String) -> Amount? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let whole = Self.number(first) else {
      return nil
    }
    var part: UInt128 = 0
    if parts.count == 2 {
      guard parts[1].count <= decimals, let number = Self.number(parts[1]) else { return nil }
      part = number
      for _ in parts[1].count..<decimals { part *= 10 }
    }
    let (scaled, overflow) = whole.multipliedReportingOverflow(by: baseUnitsPerToken)
    let (sum, carry) = scaled.addingReportingOverflow(part)
    return overflow || carry ? nil : Amount(sum)
  }

  private static func number(_ digits: Substring.UTF8View.SubSequence) -> UInt128? {
    guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt128(Substring(digits))
  }
}
