/// The name of an account in a keyring: 1 to 63 of `a`–`z`, `0`–`9`, `-` and `_`, beginning with a
/// letter or digit. So names are the same file on every file system, never a path, never an option,
/// and equal only when every byte is.
public struct AccountName: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let description: String

  /// Nil when the text is no name, or begins as an address does.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard (1...WalletLimits.nameCharactersMax).contains(bytes.count),
      bytes.allSatisfy(Self.mayHold), let first = bytes.first, Self.mayBegin(first),
      !text.hasPrefix("eco21"), !text.hasPrefix("eco2t1")
    else { return nil }
    description = text
  }

  /// What a name is, for the person who wrote another.
  public static let rule =
    "a name has 1 to \(WalletLimits.nameCharactersMax) of the characters a-z 0-9 - _, begins with "
    + "a letter or digit, and not as an address does"

  public static func < (left: AccountName, right: AccountName) -> Bool {
    left.description.utf8.lexicographicallyPrecedes(right.description.utf8)
  }

  private static func mayBegin(_ byte: UInt8) -> Bool {
    (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
  }

  private static func mayHold(_ byte: UInt8) -> Bool {
    mayBegin(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
  }
}
