public import LedgerCore

/// A block with the certificate of the PREPAREs it got in one view.
///
/// A node stores one before it signs COMMIT, keeps it until the height is decided, and shows it
/// beside every VIEW-CHANGE that names it (protocol §5).
public struct PreparedRecord: Hashable, Sendable, BCSCodable {
  public let block: Block
  /// Of kind PREPARE, for the block's hash.
  public let certificate: QuorumCertificate

  public init(block: Block, certificate: QuorumCertificate) {
    self.block = block
    self.certificate = certificate
  }

  public var view: UInt64 { certificate.view }

  /// View and hash, as a VIEW-CHANGE names them.
  public var reference: PreparedReference {
    PreparedReference(view: certificate.view, block: certificate.block)
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    block = try Block(from: &reader)
    certificate = try QuorumCertificate(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    block.encode(into: &writer)
    certificate.encode(into: &writer)
  }
}
