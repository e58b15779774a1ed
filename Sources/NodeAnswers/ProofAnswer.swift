/// That a record stands, or does not stand, in the state a certificate signs.
public struct ProofAnswer: Codable, Equatable, Sendable {
  /// The height whose state root is proved against.
  public var height: UInt64
  /// The record's key, hexadecimal.
  public var key: String
  /// The record's bytes, hexadecimal; absent when there is none.
  public var value: String?
  /// ICS-23 `CommitmentProof`, protobuf, hexadecimal.
  public var proof: String
  public var stateRoot: String
  /// The block's header in BCS, hexadecimal.
  public var header: String
  /// The block's certificate in BCS, hexadecimal.
  public var certificate: String

  public init(
    height: UInt64, key: String, value: String? = nil, proof: String, stateRoot: String,
    header: String, certificate: String
  ) {
    self.height = height
    self.key = key
    self.value = value
    self.proof = proof
    self.stateRoot = stateRoot
    self.header = header
    self.certificate = certificate
  }
}
