public import LedgerState

/// The domains of the rules, by the first byte of their records' keys.
public enum RecordDomain: UInt8, Sendable, CaseIterable {
  case chain = 0
  case accounts = 1
  case carbon = 2
  case delegation = 3
  case evidence = 4
  /// Ordered indexes that rules read.
  case ordered = 5

  /// The domain a key belongs to; nil when it belongs to none.
  public init?(of key: StateKey) {
    guard let first = key.bytes.first else { return nil }
    self.init(rawValue: first)
  }

  /// The name in tables.
  public var name: String { "\(self)" }
}

extension RecordKind {
  /// The domain whose records these are; nil for none.
  public var domain: RecordDomain? { RecordDomain(rawValue: UInt8(rawValue >> 8)) }

  /// The two bytes that its keys start with.
  public var keyPrefix: [UInt8] { [UInt8(rawValue >> 8), UInt8(rawValue & 0xFF)] }
}
