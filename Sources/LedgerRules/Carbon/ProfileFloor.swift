public import LedgerCore

/// The least a profile counts as: of a tier, or while nothing is attested.
public struct ProfileFloor: Hashable, Sendable, BCSCodable {
  public var idleMilliwatts: UInt64
  public var puePermille: UInt64

  public init(idleMilliwatts: UInt64, puePermille: UInt64) {
    self.idleMilliwatts = idleMilliwatts
    self.puePermille = puePermille
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    idleMilliwatts = try reader.u64("floor milliwatts")
    puePermille = try reader.u64("floor PUE")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(idleMilliwatts)
    writer.u64(puePermille)
  }
}
