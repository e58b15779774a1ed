public import LedgerCore

/// An offence that the chain has recorded.
public struct OffenceAnswer: Codable, Equatable, Sendable {
  /// From 0, in the order of recording.
  public var number: UInt64
  /// Address of the ER Node.
  public var offender: String
  /// `equivocation`, `amnesia` or `bad-bundle`.
  public var offence: String
  /// The height of the evidence: its set has judged it.
  public var height: UInt64
  /// The view of the first vote; 0 of a bundle.
  public var view: UInt64
  /// Address of who brought the evidence.
  public var reporter: String
  /// The height of the block that recorded it.
  public var recordedAt: UInt64
  /// Digests of the two things signed.
  public var first: String
  public var second: String

  public init(
    number: UInt64, offender: AccountID, offence: Offence, height: UInt64, view: UInt64,
    reporter: AccountID, recordedAt: UInt64, first: Digest, second: Digest, network: NetworkKind
  ) {
    self.number = number
    self.offender = offender.address(network: network)
    self.offence = offence.name
    self.height = height
    self.view = view
    self.reporter = reporter.address(network: network)
    self.recordedAt = recordedAt
    self.first = first.hex
    self.second = second.hex
  }
}
