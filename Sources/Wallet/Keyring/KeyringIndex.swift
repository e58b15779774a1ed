import Foundation
import LedgerCore
public import StrictJSON

/// `index.json` of a keyring: what may be shown of each account without its passphrase.
///
/// The key files are the truth. The index is derived from them and can be lost: an account that it
/// misses is entered again the next time its key is opened.
struct KeyringIndex: Equatable {
  static let format = "eco2/keyring/v1"

  /// Ascending by name.
  private(set) var entries: [KeyringEntry] = []

  subscript(name: AccountName) -> KeyringEntry? { entries.first { $0.name == name } }

  mutating func enter(_ entry: KeyringEntry) {
    entries.removeAll { $0.name == entry.name }
    let place = entries.firstIndex { entry.name < $0.name } ?? entries.endIndex
    entries.insert(entry, at: place)
  }

  init() {}

  /// Decodes strictly: nothing unknown, nothing double, nothing over the limits.
  init(decoding bytes: [UInt8]) throws(KeyringIndexFault) {
    let value: JSONValue
    do { value = try JSONValue(bytes) } catch { throw .json(error) }
    guard case .object(let members) = value.content, members.count == 2,
      value["format"]?.text == Self.format,
      case .array(let accounts)? = value["accounts"]?.content
    else { throw .format }
    guard accounts.count <= WalletLimits.accountsMax else { throw .tooMany }
    var names: Set<AccountName> = []
    for (position, account) in accounts.enumerated() {
      guard case .object(let members) = account.content,
        let name = account["name"]?.text.flatMap(AccountName.init),
        let publicKey = account["publicKey"]?.text.flatMap({ PublicKey(hex: $0) }),
        names.insert(name).inserted
      else { throw .account(position: position + 1) }
      var path: DerivationPath?
      if let text = account["path"] {
        path = text.text.flatMap { DerivationPath($0) }
        guard path != nil else { throw .account(position: position + 1) }
      }
      guard members.count == (path == nil ? 2 : 3) else {
        throw .account(position: position + 1)
      }
      entries.append(KeyringEntry(name: name, publicKey: publicKey, path: path))
    }
    entries.sort { $0.name < $1.name }
  }

  /// The bytes, the same for the same accounts.
  func encoded() -> [UInt8] {
    // Names, hexadecimal and paths hold nothing that JSON escapes.
    let accounts = entries.map { entry in
      let path = entry.path.map { ", \"path\": \"\($0)\"" } ?? ""
      return "    {\"name\": \"\(entry.name)\", \"publicKey\": \"\(entry.publicKey.hex)\"\(path)}"
    }
    let list = accounts.isEmpty ? "[]" : "[\n\(accounts.joined(separator: ",\n"))\n  ]"
    return Array("{\n  \"format\": \"\(Self.format)\",\n  \"accounts\": \(list)\n}\n".utf8)
  }
}

/// Why an index is not read.
public enum KeyringIndexFault: Error, Hashable, Sendable, CustomStringConvertible {
  case json(JSONError)
  /// It is not of the form `eco2/keyring/v1`.
  case format
  /// The entry at this place, from 1, is no account, or its name stands twice.
  case account(position: Int)
  case tooMany

  public var description: String {
    switch self {
    case .json(let error): error.description
    case .format: "it is not of the form \(KeyringIndex.format)"
    case .account(let position): "its account \(position) is damaged, or stands twice"
    case .tooMany: "it has more than \(WalletLimits.accountsMax) accounts"
    }
  }
}
