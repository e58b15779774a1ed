/// `GET /v1/accounts/{address}?proof=true`: an account's fields, and beside them its proof.
///
/// The proof is against the state of `proof.height`, which can be another than `height`.
public struct ProvenAccountAnswer: Codable, Equatable, Sendable {
  public var account: AccountAnswer
  public var proof: ProofAnswer

  public init(account: AccountAnswer, proof: ProofAnswer) {
    self.account = account
    self.proof = proof
  }

  private enum Keys: String, CodingKey { case proof }

  public init(from decoder: any Decoder) throws {
    account = try AccountAnswer(from: decoder)
    proof = try decoder.container(keyedBy: Keys.self).decode(ProofAnswer.self, forKey: .proof)
  }

  public func encode(to encoder: any Encoder) throws {
    try account.encode(to: encoder)
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(proof, forKey: .proof)
  }
}

/// Bounds of `POST /v1/estimates`.
public enum EstimateFormat {
  /// Signatures a transaction can have, of sender and sponsor together.
  public static let signaturesMax = 32
}
