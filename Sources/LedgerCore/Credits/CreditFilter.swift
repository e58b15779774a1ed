/// Which credits a list is asked for: those that have all of what is named.
public struct CreditFilter: Hashable, Sendable {
  /// The registry's name.
  public var registry: String?
  /// The project's id within `registry`, without which it names nothing.
  public var project: String?
  public var product: CreditProduct?
  /// A year that the vintage touches.
  public var vintage: UInt16?
  /// One label of those that they must have.
  public var label: CreditLabels?
  public var owner: AccountID?
  public var custodian: AccountID?
  public var serial: SerialName?

  /// A serial on its own.
  public struct SerialName: Hashable, Sendable {
    /// The canonical key of the serial's block.
    public var block: String
    public var number: UInt64

    public init(block: String, number: UInt64) {
      self.block = block
      self.number = number
    }
  }

  public init(owner: AccountID? = nil, registry: String? = nil) {
    self.owner = owner
    self.registry = registry
  }
}

/// Where a list of lots goes on: newest issuances come first, the lots of each in the order of
/// their serials. Neither number of a lot ever changes, so a place means the same for ever.
public struct LotPlace: Hashable, Sendable {
  public var issuance: UInt64
  /// The first serial.
  public var serial: UInt64

  public init(issuance: UInt64, serial: UInt64) {
    self.issuance = issuance
    self.serial = serial
  }
}
