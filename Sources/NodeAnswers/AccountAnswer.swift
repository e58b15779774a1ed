/// `GET /v1/accounts/{address}`: an account after the last final block.
public struct AccountAnswer: Codable, Equatable, Sendable {
  public var address: String
  /// The 32-byte id, hexadecimal.
  public var id: String
  /// The height whose state is shown.
  public var height: UInt64
  /// False when nothing has ever reached the account.
  public var exists: Bool
  /// Base units, decimal.
  public var eco2: String
  /// µg CO2e, decimal.
  public var ecc: String
  /// The highest sequence used in final blocks.
  public var sequence: UInt64
  /// The highest sequence used or taken by a transaction that waits on this node: the next
  /// transaction takes a higher one. At least `sequence`.
  public var pendingSequence: UInt64
  /// How many of `keys` must sign.
  public var threshold: Int
  public var keys: [String]

  public init(
    address: String, id: String, height: UInt64, exists: Bool, eco2: String, ecc: String,
    sequence: UInt64, pendingSequence: UInt64, threshold: Int, keys: [String]
  ) {
    self.address = address
    self.id = id
    self.height = height
    self.exists = exists
    self.eco2 = eco2
    self.ecc = ecc
    self.sequence = sequence
    self.pendingSequence = pendingSequence
    self.threshold = threshold
    self.keys = keys
  }
}
