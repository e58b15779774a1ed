public import LedgerCore
public import StrictJSON

/// Many transfers written in a file, as CSV or JSON.
///
/// CSV: lines `address,amount,token`, the first of which may be just that; empty lines and those
/// that begin with `#` are passed over. JSON: a list of objects with these three, as texts. Amounts
/// are in tokens (`12.5`), the token is `ECO2` or `ECC` in any case.
public enum TransferList {
  /// Reads at most `Limits.operationsMax` transfers.
  public static func read(
    _ bytes: [UInt8], network: NetworkKind
  ) throws(TransferListError) -> [Transfer] {
    guard bytes.count <= WalletLimits.transferListBytesMax else {
      throw TransferListError(line: nil, .tooLong)
    }
    let first = bytes.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
    let transfers =
      first == UInt8(ascii: "[")
      ? try json(bytes, network: network) : try csv(bytes, network: network)
    guard !transfers.isEmpty else { throw TransferListError(line: nil, .empty) }
    return transfers
  }

  /// One transfer from its three parts.
  public static func transfer(
    address: some StringProtocol, amount: some StringProtocol, token: some StringProtocol,
    network: NetworkKind
  ) throws(TransferListError) -> Transfer {
    let recipient: AccountID
    do { recipient = try AccountID(address: String(address), network: network) } catch {
      throw TransferListError(line: nil, .address(error))
    }
    let name = token.lowercased()
    guard let kind = Token.allCases.first(where: { $0.symbol.lowercased() == name }) else {
      throw TransferListError(line: nil, .token(String(token)))
    }
    guard let parsed = kind.parse(String(amount)), !parsed.isZero else {
      throw TransferListError(line: nil, .amount(String(amount), kind))
    }
    return Transfer(token: kind, recipient: recipient, amount: parsed)
  }

  private static func csv(
    _ bytes: [UInt8], network: NetworkKind
  ) throws(TransferListError) -> [Transfer] {
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw TransferListError(line: nil, .notText)
    }
    var transfers: [Transfer] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    var isFirst = true
    for (number, line) in lines.enumerated() {
      let parts = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingSpaces }
      if line.trimmingSpaces.isEmpty || line.hasPrefix("#") { continue }
      defer { isFirst = false }
      if isFirst, parts == ["address", "amount", "token"] { continue }
      guard parts.count == 3 else {
        throw TransferListError(line: number + 1, .parts(parts.count))
      }
      guard transfers.count < Limits.operationsMax else {
        throw TransferListError(line: number + 1, .tooMany)
      }
      do throws(TransferListError) {
        transfers.append(
          try transfer(address: parts[0], amount: parts[1], token: parts[2], network: network))
      } catch { throw TransferListError(line: number + 1, error.kind) }
    }
    return transfers
  }

  private static func json(
    _ bytes: [UInt8], network: NetworkKind
  ) throws(TransferListError) -> [Transfer] {
    let value: JSONValue
    do { value = try JSONValue(bytes) } catch { throw TransferListError(line: nil, .json(error)) }
    guard case .array(let items) = value.content else {
      throw TransferListError(line: nil, .notText)
    }
    guard items.count <= Limits.operationsMax else { throw TransferListError(line: nil, .tooMany) }
    var transfers: [Transfer] = []
    for (position, item) in items.enumerated() {
      guard case .object(let members) = item.content, members.count == 3,
        let address = item["address"]?.text, let amount = item["amount"]?.text,
        let token = item["token"]?.text
      else { throw TransferListError(line: position + 1, .fields) }
      do throws(TransferListError) {
        transfers.append(
          try transfer(address: address, amount: amount, token: token, network: network))
      } catch { throw TransferListError(line: position + 1, error.kind) }
    }
    return transfers
  }
}

extension StringProtocol {
  fileprivate var trimmingSpaces: String {
    let isSpace: (Character) -> Bool = { $0 == " " || $0 == "\t" }
    let start = drop(while: isSpace)
    guard let end = start.lastIndex(where: { !isSpace($0) }) else { return "" }
    return String(start[...end])
  }
}

/// Why a list of transfers is not read.
public struct TransferListError: Error, Equatable, Sendable, CustomStringConvertible {
  public enum Kind: Equatable, Sendable {
    case tooLong
    case tooMany
    case empty
    /// It is neither UTF-8 text nor a JSON list.
    case notText
    case json(JSONError)
    /// A line has not three parts.
    case parts(Int)
    /// A JSON object has not exactly `address`, `amount` and `token`, as texts.
    case fields
    case address(AddressError)
    case token(String)
    case amount(String, Token)
  }

  /// The line of a CSV file, or the place in a JSON list, from 1.
  public let line: Int?
  public let kind: Kind

  init(line: Int?, _ kind: Kind) {
    self.line = line
    self.kind = kind
  }

  public var description: String {
    (line.map { "transfer list, line or entry \($0): " } ?? "") + sentence
  }

  private var sentence: String {
    switch kind {
    case .tooLong: "the list is over \(WalletLimits.transferListBytesMax) bytes"
    case .tooMany:
      "a transaction holds at most \(Limits.operationsMax) transfers; make several transactions"
    case .empty: "the list has no transfer"
    case .notText: "the list is neither CSV text nor a JSON list"
    case .json(let error): "the list is no JSON: \(error)"
    case .parts(let count): "address,amount,token are three parts, not \(count)"
    case .fields: "an entry has exactly the texts address, amount and token"
    case .address(let error): error.description
    case .token(let text): "`\(text)` is no token; there are ECO2 and ECC"
    case .amount(let text, let token):
      "`\(text)` is no amount of \(token.symbol): write 12 or 12.5, above zero, with at most "
        + "\(token.decimals) decimals"
    }
  }
}
