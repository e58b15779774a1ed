public import LedgerCore

/// Joining and catching up (protocol §5); no I/O.
public struct CatchUpMachine: Sendable {
  public let own: AccountID
  public let chain: ChainID
  public let intervalMilliseconds: UInt64

  public init(own: AccountID, chain: ChainID, intervalMilliseconds: UInt64) {
    self.own = own
    self.chain = chain
    self.intervalMilliseconds = intervalMilliseconds
  }

  public mutating func step(_ event: CatchUpEvent, now: UInt64) -> [CatchUpEffect] { [] }
}
