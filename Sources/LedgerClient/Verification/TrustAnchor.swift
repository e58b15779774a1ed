public import LedgerCore
public import LedgerRules

/// What a client trusts without asking: the chain, and who decides its blocks. With it, what a
/// node says of an account is proved, and the node need not be trusted.
///
/// The set of genesis is where trust begins. Each set names the next in the header of its last
/// block (`SetChange`), so an anchor can be taken `following` them, step by step; `Ledger` does so
/// by itself. A header that names a set not known yet fails verification, as
/// `VerificationError.certificate(.wrongSet)`.
///
/// Whoever had a quorum of a past set's keys could forge such steps. Members cannot be held to
/// account any more once their bonds are unlocked, so what follows from trust older than
/// `trustMillisecondsMax` is valid if no past quorum has leaked its keys.
public struct TrustAnchor: Hashable, Sendable {
  public let chain: ChainID
  /// Decides every height from its first on, as far as is known.
  public private(set) var validators: ValidatorSet
  /// Decided the heights before, ascending; the first of them is what was trusted first.
  public private(set) var earlier: [ValidatorSet] = []
  /// Which addresses belong to the chain.
  public let network: NetworkKind
  /// Of when the set trusted first is, milliseconds since 1970; nil when that is not known.
  public let trustedAt: UInt64?

  /// How old trust may be without the proviso: bonds unlock 14 days after their member has left.
  public static let trustMillisecondsMax: UInt64 = 14 * 24 * 3_600_000

  public init(
    chain: ChainID, validators: ValidatorSet, network: NetworkKind, trustedAt: UInt64? = nil
  ) {
    self.chain = chain
    self.validators = validators
    self.network = network
    self.trustedAt = trustedAt
  }

  /// Trusts a genesis document: one that came from somewhere you trust, or whose hash did.
  public init(genesis: GenesisDocument) throws(VerificationError) {
    guard let validators = genesis.validators else { throw .genesis(nil) }
    self.init(
      chain: genesis.chainID, validators: validators, network: genesis.isTest ? .test : .main,
      trustedAt: genesis.genesisTime)
  }

  /// Trusts the bytes of a genesis document.
  ///
  /// - Parameter expected: the genesis hash you have from elsewhere, when the document comes from a
  ///   node.
  public init(genesisBytes: [UInt8], expected: ChainID? = nil) throws(VerificationError) {
    let document: GenesisDocument
    do { document = try GenesisDocument(bcs: genesisBytes) } catch { throw .genesis(error) }
    try self.init(genesis: document)
    if let expected, expected != chain { throw .otherChain(found: chain, expected: expected) }
  }
}

extension TrustAnchor {
  /// Takes a step: to the set that follows the last one known, when that set itself has signed so.
  public func following(_ change: SetChange) throws(VerificationError) -> TrustAnchor {
    do throws(SetChangeError) {
      try change.verify(after: validators, chain: chain)
    } catch {
      throw .setChange(height: change.header.height, error)
    }
    var anchor = self
    anchor.earlier.append(validators)
    anchor.validators = change.next
    return anchor
  }

  /// Takes several, one after the other.
  public func following(_ changes: [SetChange]) throws(VerificationError) -> TrustAnchor {
    var anchor = self
    for change in changes { anchor = try anchor.following(change) }
    return anchor
  }

  /// The set that decides a height, as far as sets are known; nil below those trusted first.
  public func set(deciding height: UInt64) -> ValidatorSet? {
    if height >= validators.firstHeight { return validators }
    var (low, high) = (0, earlier.count)
    while low < high {
      let middle = (low + high) / 2
      if earlier[middle].firstHeight <= height { low = middle + 1 } else { high = middle }
    }
    return low > 0 ? earlier[low - 1] : nil
  }

  /// Whether a header's set is known here; if not, the anchor may have to follow changes first.
  public func knowsSet(of header: BlockHeader) -> Bool {
    set(deciding: header.height)?.hash(chain) == header.validatorsHash
  }

  /// Whether trust is so old that what it proves is valid only if no past quorum has leaked its
  /// keys.
  ///
  /// - Parameter now: milliseconds since 1970.
  public func isOld(at now: UInt64) -> Bool {
    guard let trustedAt else { return true }
    return now > trustedAt && now - trustedAt > Self.trustMillisecondsMax
  }
}

/// An account's record as a certified block left it: true if fewer than a third of the ER Nodes
/// were dishonest, whoever said it.
public struct ProvenAccount: Hashable, Sendable {
  public let id: AccountID
  /// The block after which it stood so.
  public let height: UInt64
  /// That block's time, milliseconds since 1970: how old the proof is.
  public let timestamp: UInt64
  public let stateRoot: Digest
  /// The set that made the block final.
  public let validators: ValidatorSet
  /// Nil when nothing had ever reached the account: that is proved too.
  public let record: Account?

  /// Who may act for the account.
  public var authority: Authority { record?.authority ?? Authority(simple: id) }
}

/// A record of the state as a certified block left it.
public struct ProvenRecord: Hashable, Sendable {
  /// The raw key.
  public let key: [UInt8]
  /// The block whose state holds it so.
  public let height: UInt64
  /// That block's time, milliseconds since 1970: how old the proof is.
  public let timestamp: UInt64
  public let stateRoot: Digest
  /// The set that made the block final.
  public let validators: ValidatorSet
  /// Nil when there is no record: that is proved too.
  public let value: [UInt8]?
}

/// A block's header that a quorum made final.
public struct ProvenHeader: Hashable, Sendable {
  public let header: BlockHeader
  public let hash: Digest
  /// Root of the state after the block.
  public let stateRoot: Digest
  /// The set that made the block final.
  public let validators: ValidatorSet
  /// Its members whose COMMITs were verified.
  public let signers: [Int]
}

/// Which step of a verification failed; whatever it is, what was shown is not proved.
public enum VerificationError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The genesis document cannot be read, or names no set that could decide.
  case genesis(BCSError?)
  case otherChain(found: ChainID, expected: ChainID)
  /// A field is not hexadecimal, or not as long as it must be.
  case field(String)
  /// Header or certificate cannot be decoded.
  case encoding(String, BCSError)
  /// The certificate does not make the header's block final.
  case certificate(CertificateError)
  /// What is shown does not lead from the set that decided this height to the next one.
  case setChange(height: UInt64, SetChangeError)
  /// What stands beside the proof is not what header and certificate say.
  case differs(String)
  /// The proof is for another record than the one asked for.
  case wrongKey
  /// The proof cannot be decoded, or does not lead to the certified root.
  case proof(ProofError)
  /// The record's bytes are no account.
  case record(BCSError)
  /// The proof is of an older block than asked for.
  case tooOld(height: UInt64, wanted: UInt64)

  public var description: String {
    switch self {
    case .genesis(let error?): "The genesis document is broken: \(error)."
    case .genesis(nil): "The genesis document names no set of ER Nodes that could decide."
    case .otherChain(let found, let expected):
      "The genesis document is of chain \(found), not \(expected)."
    case .field(let name): "The answer's \(name) is not what such a field can be."
    case .encoding(let name, let error): "The \(name) cannot be decoded: \(error)."
    case .certificate(let error): "The certificate does not make the block final: \(error)."
    case .setChange(let height, let error):
      "The change of set after height \(height) is not proved: \(error)."
    case .differs(let name): "The answer's \(name) is not that of header and certificate."
    case .wrongKey: "The proof is of another record than the one asked for."
    case .proof(let error): "The proof does not lead to the certified root: \(error)."
    case .record(let error): "The proven record is no account: \(error)."
    case .tooOld(let height, let wanted):
      "The proof is of height \(height); height \(wanted) or later was asked for."
    }
  }
}
