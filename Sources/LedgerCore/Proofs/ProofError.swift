/// Why a proof does not prove what it should (ICS-23).
public enum ProofError: Error, Equatable, Sendable {
  /// The bytes are more than any proof needs.
  case tooLarge(bytes: Int, max: Int)
  /// The bytes are no ICS-23 protobuf message; the offset is that of the first wrong field.
  case malformed(offset: Int)
  /// A batch has more entries, or a compressed one more steps in its table, than are read.
  case tooMany(count: Int, max: Int)
  /// A compressed proof names a step that is not in its table.
  case unknownStep(index: UInt32, count: Int)
  /// A proof of existence was given for absence, or the other way round; or a batch where one proof
  /// is asked for.
  case wrongKind
  /// An existence proof without its leaf step.
  case missingLeaf
  /// A key, value or child hash is empty.
  case emptyData
  /// The hash is unknown to ICS-23 or not offered here.
  case unsupportedHash(HashOp)
  /// The length encoding is not offered here.
  case unsupportedLength(LengthOp)
  /// Data does not have the length its encoding requires.
  case wrongLength(LengthOp)
  /// The leaf step is not the one the tree's specification asks for.
  case leafNotInSpec
  /// An inner step (counted from the leaf, 1 is the first) is none the specification allows.
  case innerNotInSpec(step: Int)
  /// The path has fewer steps than the tree can have.
  case tooShallow(steps: Int, min: Int)
  /// The path has more steps than the tree can have.
  case tooDeep(steps: Int, max: Int)
  /// The specification itself cannot be used.
  case invalidSpec
  /// The proof is for another key; no entry of a batch proves that the key exists.
  case keyMismatch
  /// The proof is for another value.
  case valueMismatch
  /// The proof leads to another root.
  case rootMismatch
  /// An absence proof without a neighbour.
  case noNeighbour
  /// The key does not lie between the neighbours, or between those of any entry of a batch.
  case keyNotBetween
  /// Left and right do not stand beside each other, or at the edge.
  case notNeighbours
}
