/// What a member can be proven to have done (protocol §5, "Offences").
public enum Offence: UInt8, Sendable, CaseIterable, BCSCodable {
  /// Two different votes of one kind for one height and view.
  case equivocation = 0
  /// A COMMIT, and a VIEW-CHANGE for a later view that does not know of it.
  case amnesia = 1
  /// A signed bundle that holds a badly signed transaction.
  case badBundle = 2

  /// What an offender is recorded for once: a small offence that is reported first must not shield
  /// a great one.
  public enum Family: UInt8, Sendable, CaseIterable {
    /// Votes that contradict each other: they exclude.
    case votes = 0
    /// Bundles that cannot be used: they jail and fine.
    case bundles = 1
  }

  /// Which of the two an offence belongs to.
  public var family: Family { self == .badBundle ? .bundles : .votes }

  /// The name in JSON, logs and tables.
  public var name: String {
    switch self {
    case .equivocation: "equivocation"
    case .amnesia: "amnesia"
    case .badBundle: "bad-bundle"
    }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let raw = try reader.u8("offence")
    guard let offence = Offence(rawValue: raw) else {
      throw BCSError(.unknownTag(UInt64(raw)), field: "offence", offset: start)
    }
    self = offence
  }

  public func encode(into writer: inout BCSWriter) { writer.u8(rawValue) }
}

/// Two things one key has signed that prove an offence of its holder, whoever brings them.
///
/// A value holds what the bytes alone can show. Who the offender is, and whether it has signed, is
/// judged with the set that decides the evidence's height.
public enum Evidence: Hashable, Sendable {
  /// Tag 0.
  case votes(VoteEvidence)
  /// Tag 1.
  case bundle(BundleEvidence)

  /// What it proves.
  public var offence: Offence {
    switch self {
    case .votes(let evidence): evidence.offence
    case .bundle: .badBundle
    }
  }

  /// Whose set names the offender and its key: of votes their height, of a bundle its birth height.
  public var height: UInt64 {
    switch self {
    case .votes(let evidence): evidence.first.height
    case .bundle(let evidence): evidence.header.birthHeight
    }
  }

  /// Of two votes the first's; a bundle has none and says 0.
  public var view: UInt64 {
    switch self {
    case .votes(let evidence): evidence.first.view
    case .bundle: 0
    }
  }

  /// The accused member of the set that decides the evidence's height; nil when it is none.
  public func offender(in set: ValidatorSet) -> Validator? {
    switch self {
    case .votes(let evidence):
      let index = Int(evidence.first.member)
      return index < set.count ? set.members[index] : nil
    case .bundle(let evidence): return set.index(of: evidence.header.author).map { set.members[$0] }
    }
  }

  /// Digests of the two things signed: of votes what each signs, of a bundle its header's and the
  /// transaction's id.
  public func statements(_ chain: ChainID) -> (first: Digest, second: Digest) {
    switch self {
    case .votes(let evidence):
      (evidence.first.statement.digest(chain), evidence.second.statement.digest(chain))
    case .bundle(let evidence):
      (evidence.header.digest(chain), evidence.transactionID(chain))
    }
  }

  /// Whether the offender's key has signed what it must have, on this chain. At most two signatures
  /// of it, and those of one transaction, are verified.
  ///
  /// - Parameter offender: of `offender(in:)`.
  public func isProof(against offender: Validator, chain: ChainID) -> Bool {
    switch self {
    case .votes(let evidence): evidence.isSigned(by: offender.consensusKey, chain: chain)
    case .bundle(let evidence): evidence.isProof(against: offender.consensusKey, chain: chain)
    }
  }
}

extension VoteStatement {
  /// SHA-256 of what is signed: the kind's tag, the genesis hash and the message.
  public func digest(_ chain: ChainID) -> Digest { kind.domain.digest(chain, message) }
}

extension Evidence: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    switch try reader.uleb128("evidence") {
    case 0: self = .votes(try VoteEvidence(from: &reader))
    case 1: self = .bundle(try BundleEvidence(from: &reader))
    case let tag: throw BCSError(.unknownTag(UInt64(tag)), field: "evidence", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    switch self {
    case .votes(let evidence):
      writer.uleb128(0)
      evidence.encode(into: &writer)
    case .bundle(let evidence):
      writer.uleb128(1)
      evidence.encode(into: &writer)
    }
  }
}
