public import LedgerCore

/// The sets that decide the next heights: a header names both from the state after its parent.
public struct ValidatorSets: SingleRecord {
  public static var kind: RecordKind { .validatorSets }

  /// Decides the next height.
  public var current: ValidatorSet
  /// Decides the height after it.
  public var following: ValidatorSet

  init(current: ValidatorSet, following: ValidatorSet) {
    self.current = current
    self.following = following
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    current = try ValidatorSet(from: &reader)
    following = try ValidatorSet(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    current.encode(into: &writer)
    following.encode(into: &writer)
  }
}

/// Who an ER Node is.
public struct ERNode: AccountRecord {
  public static var kind: RecordKind { .node }

  /// Shown to people; at most `RulesLimits.nodeNameBytesMax` bytes.
  public var name: String
  /// Signs votes and bundles.
  public var consensusKey: PublicKey
  /// Authenticates peer connections.
  public var transportKey: PublicKey
  /// Where peers reach the node, as text; a hint, never judged by the rules. May be empty.
  public var endpoint: String

  init(name: String, consensusKey: PublicKey, transportKey: PublicKey, endpoint: String) {
    self.name = name
    self.consensusKey = consensusKey
    self.transportKey = transportKey
    self.endpoint = endpoint
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    name = try reader.text(max: RulesLimits.nodeNameBytesMax, "name")
    consensusKey = try PublicKey(from: &reader)
    transportKey = try PublicKey(from: &reader)
    endpoint = try reader.text(max: RulesLimits.endpointBytesMax, "endpoint")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(name)
    consensusKey.encode(into: &writer)
    transportKey.encode(into: &writer)
    writer.text(endpoint)
  }
}

/// How far an ER Node's bundles are committed (protocol §4).
public struct BundleProgress: AccountRecord {
  public static var kind: RecordKind { .bundleProgress }

  public var incarnation: UInt64
  /// The number of that incarnation's next bundle.
  public var next: UInt64

  init(incarnation: UInt64 = 0, next: UInt64 = 0) {
    self.incarnation = incarnation
    self.next = next
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    incarnation = try reader.u64("incarnation")
    next = try reader.u64("next number")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(incarnation)
    writer.u64(next)
  }
}

/// What block rewards have still to give.
public struct RewardReserve: SingleRecord {
  public static var kind: RecordKind { .rewardReserve }

  /// ECO2 base units.
  public var eco2: Amount

  init(eco2: Amount) { self.eco2 = eco2 }

  public init(from reader: inout BCSReader) throws(BCSError) { eco2 = try Amount(from: &reader) }

  public func encode(into writer: inout BCSWriter) { eco2.encode(into: &writer) }
}
