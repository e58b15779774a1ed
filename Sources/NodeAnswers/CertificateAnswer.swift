/// `GET /v1/blocks/{height}/certificate`: the COMMITs that made a block final.
public struct CertificateAnswer: Codable, Equatable, Sendable {
  public var height: UInt64
  public var view: UInt64
  /// Block hash, hexadecimal.
  public var block: String
  /// Root of the state after the block.
  public var stateRoot: String
  /// Hash of the set whose members signed.
  public var validatorsHash: String
  /// How many of the set must have signed.
  public var quorum: Int
  public var signatures: [MemberSignatureAnswer]
  /// The certificate in BCS, hexadecimal.
  public var bytes: String

  public init(
    height: UInt64, view: UInt64, block: String, stateRoot: String, validatorsHash: String,
    quorum: Int, signatures: [MemberSignatureAnswer], bytes: String
  ) {
    self.height = height
    self.view = view
    self.block = block
    self.stateRoot = stateRoot
    self.validatorsHash = validatorsHash
    self.quorum = quorum
    self.signatures = signatures
    self.bytes = bytes
  }
}

/// One member's COMMIT.
public struct MemberSignatureAnswer: Codable, Equatable, Sendable {
  /// Index in the set.
  public var member: Int
  /// Address.
  public var account: String
  public var signature: String

  public init(member: Int, account: String, signature: String) {
    self.member = member
    self.account = account
    self.signature = signature
  }
}
