public import LedgerCore

/// A decided height, told to one that still works at it.
public struct Decided: Hashable, Sendable {
  /// Of COMMITs.
  public let certificate: QuorumCertificate
  /// The decided block, where the other asked for it.
  public let block: Block?

  public init(certificate: QuorumCertificate, block: Block?) {
    self.certificate = certificate
    self.block = block
  }
}

extension Decided: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    certificate = try QuorumCertificate(from: &reader, kind: .commit)
    block = try reader.optional("block")
  }

  public func encode(into writer: inout BCSWriter) {
    certificate.encode(into: &writer)
    writer.optional(block)
  }
}
