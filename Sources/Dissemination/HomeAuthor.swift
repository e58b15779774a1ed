public import LedgerCore

/// Which ER Node bundles a sender's transactions first (protocol §3).
public enum HomeAuthor {
  /// The index in a set of `count` members: SHA-256 of the sender's 32 bytes, read as a big-endian
  /// integer, modulo `count`.
  public static func index(of sender: AccountID, count: Int) -> Int {
    let hash = SHA256.hash(sender.bytes.array)
    return (0..<32).reduce(0) { ($0 << 8 | Int(hash.bytes[$1])) % count }
  }

  /// The member of the set.
  public static func account(of sender: AccountID, in set: ValidatorSet) -> AccountID {
    set.members[index(of: sender, count: set.count)].account
  }
}
