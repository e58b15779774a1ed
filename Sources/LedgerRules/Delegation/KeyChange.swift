public import LedgerCore

/// A member's next consensus key within its term.
public struct KeyChange: Hashable, Sendable, BCSCodable {
  public let account: AccountID
  public let key: PublicKey
  /// The first height that the key signs for.
  public let height: UInt64

  init(account: AccountID, key: PublicKey, height: UInt64) {
    self.account = account
    self.key = key
    self.height = height
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    account = try AccountID(from: &reader)
    key = try PublicKey(from: &reader)
    height = try reader.u64("height")
  }

  public func encode(into writer: inout BCSWriter) {
    account.encode(into: &writer)
    key.encode(into: &writer)
    writer.u64(height)
  }
}
