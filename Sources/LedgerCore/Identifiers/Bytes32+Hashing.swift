/// Hashing for dictionaries and sets: a transaction's id is looked up a dozen times on its way into
/// a block. What the library's SipHash protects from is kept, as `IdentifierMixer` says.
extension Bytes32 {
  /// The hash of these bytes alone, as tables ask for it.
  public func _rawHashValue(seed: Int) -> Int {
    Int(
      truncatingIfNeeded: IdentifierMixer.process.mix(
        self, seed: UInt64(truncatingIfNeeded: seed)))
  }
}

extension Identifier32 {
  /// As part of a larger value.
  public func hash(into hasher: inout Hasher) { hasher.combine(bytes) }

  /// That of the bytes.
  public func _rawHashValue(seed: Int) -> Int { bytes._rawHashValue(seed: seed) }
}
