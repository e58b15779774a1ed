/// What a candidate tells of itself, beside its consensus key.
public struct CandidateFacts: Hashable, Sendable, BCSCodable {
  /// Shown to people; 1 … `CandidateLimits.nameBytesMax` bytes.
  public let name: String
  /// Authenticates peer connections.
  public let transportKey: PublicKey
  /// Where peers reach the node, as text; a hint, may be empty.
  public let endpoint: String
  public let profile: EnergyProfile

  public init(name: String, transportKey: PublicKey, endpoint: String, profile: EnergyProfile) {
    self.name = name
    self.transportKey = transportKey
    self.endpoint = endpoint
    self.profile = profile
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    name = try reader.text(max: CandidateLimits.nameBytesMax, "name")
    transportKey = try PublicKey(from: &reader)
    endpoint = try reader.text(max: CandidateLimits.endpointBytesMax, "endpoint")
    profile = try EnergyProfile(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(name)
    transportKey.encode(into: &writer)
    writer.text(endpoint)
    profile.encode(into: &writer)
  }
}

/// Registers the sender as a candidate: its bond is locked, and ECC goes into its reserve.
public struct RegisterCandidate: Hashable, Sendable, BCSCodable {
  public let facts: CandidateFacts
  public let key: KeyPossession
  /// µg CO2e that go into its reserve: at least 30 days' due.
  public let reserve: Amount

  public init(facts: CandidateFacts, key: KeyPossession, reserve: Amount) {
    self.facts = facts
    self.key = key
    self.reserve = reserve
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    facts = try CandidateFacts(from: &reader)
    key = try KeyPossession(from: &reader)
    reserve = try Amount(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    facts.encode(into: &writer)
    key.encode(into: &writer)
    reserve.encode(into: &writer)
  }
}

/// Replaces what a candidate tells of itself. A profile that is charged less counts from the next
/// term on.
public struct UpdateCandidate: Hashable, Sendable, BCSCodable {
  public let facts: CandidateFacts

  public init(facts: CandidateFacts) { self.facts = facts }

  public init(from reader: inout BCSReader) throws(BCSError) {
    facts = try CandidateFacts(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) { facts.encode(into: &writer) }
}

/// Gives a candidate another consensus key from a height on.
public struct ChangeConsensusKey: Hashable, Sendable, BCSCodable {
  public let key: KeyPossession
  /// The first height that it signs for: at least two above the block's.
  public let height: UInt64

  public init(key: KeyPossession, height: UInt64) {
    self.key = key
    self.height = height
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    key = try KeyPossession(from: &reader)
    height = try reader.u64("height")
  }

  public func encode(into writer: inout BCSWriter) {
    key.encode(into: &writer)
    writer.u64(height)
  }
}

/// A candidate's node is ready to be elected: authorised by its consensus key, with the key it will
/// sign with in that term.
public struct DeclareReady: Hashable, Sendable, BCSCodable {
  /// The number of the term to come.
  public let term: UInt64
  /// A key that was never used before.
  public let key: KeyPossession

  public init(term: UInt64, key: KeyPossession) {
    self.term = term
    self.key = key
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    term = try reader.u64("term")
    key = try KeyPossession(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(term)
    key.encode(into: &writer)
  }
}

/// The sender stands no more: it leaves the set, and 14 days later it can have its bond back.
public struct ResignCandidate: Hashable, Sendable, BCSCodable {
  public init() {}

  public init(from reader: inout BCSReader) throws(BCSError) {}

  public func encode(into writer: inout BCSWriter) {}
}

/// Takes the bond of a candidate that has resigned back into the balance.
public struct CollectBond: Hashable, Sendable, BCSCodable {
  public init() {}

  public init(from reader: inout BCSReader) throws(BCSError) {}

  public func encode(into writer: inout BCSWriter) {}
}

/// Ends the sender's jail, for a fine in ECC to the neutrality fund.
public struct ReleaseNode: Hashable, Sendable, BCSCodable {
  public init() {}

  public init(from reader: inout BCSReader) throws(BCSError) {}

  public func encode(into writer: inout BCSWriter) {}
}
