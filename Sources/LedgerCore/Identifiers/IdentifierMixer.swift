/// Spreads identifiers over a table by two numbers that a process draws: nobody who chooses
/// identifiers, as of accounts, transactions and lots, can have them meet. It is a fifth of the
/// work of `Hasher`, which costs as much as the rest of a look into a table.
///
/// Nothing that leaves a process depends on it: a table is only ever asked, never walked.
public struct IdentifierMixer: Sendable {
  @usableFromInline let first: UInt64
  @usableFromInline let second: UInt64

  /// That of this process: drawn once.
  public static let process = IdentifierMixer()

  private init() {
    // The library seeds every process's hashes by chance.
    func drawn(_ number: Int) -> UInt64 {
      var hasher = Hasher()
      hasher.combine(number)
      return UInt64(truncatingIfNeeded: hasher.finalize())
    }
    first = drawn(1)
    second = drawn(2) | 1
  }

  /// Both halves of a product of what is hidden: each bit depends on all bits of both words.
  @inlinable @inline(__always)
  public func mix(_ one: UInt64, _ other: UInt64) -> UInt64 {
    let product = (one ^ first).multipliedFullWidth(by: other ^ second)
    return product.high ^ product.low
  }

  /// - Parameter seed: tells tables apart that hold the same bytes.
  @inlinable @inline(__always)
  public func mix(_ bytes: Bytes32, seed: UInt64 = 0) -> UInt64 {
    mix(mix(bytes.word0, bytes.word1) ^ seed, mix(bytes.word2, bytes.word3) &+ second)
  }
}
