public import LedgerCore

/// What a node asks of a few others while a height stays undecided: send me what I miss.
///
/// Unsigned: it only asks, and answers are limited in number.
public struct Inquiry: Hashable, Sendable {
  public let height: UInt64
  /// The sender's view.
  public let view: UInt64
  /// The sender has no proposal of its view, or no block for a certificate it holds.
  public let needsBlock: Bool

  public init(height: UInt64, view: UInt64, needsBlock: Bool) {
    self.height = height
    self.view = view
    self.needsBlock = needsBlock
  }
}

extension Inquiry: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
    view = try reader.u64("view")
    needsBlock = try reader.bool("needs block")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(height)
    writer.u64(view)
    writer.bool(needsBlock)
  }
}
