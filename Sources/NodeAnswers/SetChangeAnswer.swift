public import LedgerCore

/// `GET /v1/validators/changes`: how one validator set was followed by the next. All of it can be
/// checked by whoever trusts the set before.
public struct SetChangeAnswer: Codable, Equatable, Sendable {
  /// The last height that the set before decided.
  public var height: UInt64
  /// Hash of the set that follows.
  public var validatorsHash: String
  /// The set that follows in BCS, hexadecimal.
  public var validators: String
  /// The header of that last block in BCS, hexadecimal.
  public var header: String
  /// The block's certificate in BCS, hexadecimal.
  public var certificate: String

  public init(
    height: UInt64, validatorsHash: String, validators: String, header: String,
    certificate: String
  ) {
    self.height = height
    self.validatorsHash = validatorsHash
    self.validators = validators
    self.header = header
    self.certificate = certificate
  }
}

extension SetChangeAnswer {
  public init(_ change: SetChange, chain: ChainID) {
    self.init(
      height: change.header.height, validatorsHash: change.next.hash(chain).hex,
      validators: Hex.encode(change.next.bcs), header: Hex.encode(change.header.bcs),
      certificate: Hex.encode(change.certificate.bcs))
  }
}

/// Bounds of `GET /v1/validators/changes`.
public enum SetChangeFormat {
  /// Changes of one page, whatever `limit` says: their headers carry many COMMITs.
  public static let itemsMax = 100
}
