import CLedgerCore

/// Senders' keys, decoded, kept from batch to batch: a hit spares half of a signature's decoding.
///
/// It never changes a verdict. Its memory is fixed when it is made (192 bytes a key at most); keys
/// replace each other, the oldest of four first. Where a key lies depends on a secret seed, so
/// nobody can aim at another's place. Any number of threads may use it.
@safe public final class SenderKeyCache: Sendable {
  /// The cache as the engine takes it; good while this is.
  nonisolated(unsafe) let handle: OpaquePointer

  /// A cache of `keysMax` keys, rounded down to a power of two, at least 4; nil without memory or
  /// randomness.
  public init?(keysMax: Int) {
    guard let made = unsafe cl_ed25519_new_key_cache(max(0, keysMax)) else { return nil }
    unsafe handle = made
  }

  deinit { unsafe cl_ed25519_free_key_cache(handle) }

  /// Keys found, and not found, so far.
  public var counts: (hits: UInt64, misses: UInt64) {
    var counts: (hits: UInt64, misses: UInt64) = (0, 0)
    unsafe cl_ed25519_key_cache_counts(handle, &counts.hits, &counts.misses)
    return counts
  }
}
