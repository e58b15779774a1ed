/// Existence proofs of `ProofSpec.smt`, put together from steps that are encoded already.
extension CommitmentProof {
  /// The bytes of `exist` with `ProofSpec.smt`'s leaf. `steps` are `InnerOp`s as the field 4 of an
  /// `ExistenceProof`, from the leaf up.
  package static func smtExistence(
    key: [UInt8], value: [UInt8], steps: UnsafeRawBufferPointer
  ) -> [UInt8] {
    let leaf = smtLeaf
    let length =
      ProtobufWriter.delimitedBytes(key.count) + ProtobufWriter.delimitedBytes(value.count)
      + leaf.count + steps.count
    var writer = ProtobufWriter()
    writer.reserve(ProtobufWriter.delimitedBytes(length))
    writer.head(1, length)
    writer.bytes(1, key)
    writer.bytes(2, value)
    writer.raw(leaf)
    unsafe writer.raw(steps)
    return writer.bytes
  }

  /// The leaf as the field 3 of an `ExistenceProof`.
  private static let smtLeaf: [UInt8] = {
    var writer = ProtobufWriter()
    writer.message(3, ProofSpec.smt.leaf)
    return writer.bytes
  }()
}
