public import LedgerCore
public import LedgerRules

/// What a client trusts without asking: the chain, and who decides its blocks. With it, what a
/// node says of an account is proved, and the node need not be trusted.
///
/// The set is that of genesis. It does not change yet: elections, and with them changes of the set
/// announced in headers, come with a later release. A header that names another set fails
/// verification, as `VerificationError.certificate(.wrongSet)`.
public struct TrustAnchor: Hashable, Sendable {
  public let chain: ChainID
  /// Decides every height from its first on.
  public let validators: ValidatorSet
  /// Which addresses belong to the chain.
  public let network: NetworkKind

  public init(chain: ChainID, validators: ValidatorSet, network: NetworkKind) {
    self.chain = chain
    self.validators = validators
    self.network = network
  }

  /// Trusts a genesis document: one that came from somewhere you trust, or whose hash did.
  public init(genesis: GenesisDocument) throws(VerificationError) {
    guard let validators = genesis.validators else { throw .genesis(nil) }
    self.init(
      chain: genesis.chainID, validators: validators, network: genesis.isTest ? .test : .main)
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

/// An account's record as a certified block left it: true if fewer than a third of the ER Nodes
/// were dishonest, whoever said it.
public struct ProvenAccount: Hashable, Sendable {
  public let id: AccountID
  /// The block after which it stood so.
  public let height: UInt64
  /// That block's time, milliseconds since 1970: how old the proof is.
  public let timestamp: UInt64
  public let stateRoot: Digest
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
  /// Nil when there is no record: that is proved too.
  public let value: [UInt8]?
}

/// A block's header that a quorum made final.
public struct ProvenHeader: Hashable, Sendable {
  public let header: BlockHeader
  public let hash: Digest
  /// Root of the state after the block.
  public let stateRoot: Digest
  /// Members whose COMMITs were verified.
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
    case .differs(let name): "The answer's \(name) is not that of header and certificate."
    case .wrongKey: "The proof is of another record than the one asked for."
    case .proof(let error): "The proof does not lead to the certified root: \(error)."
    case .record(let error): "The proven record is no account: \(error)."
    case .tooOld(let height, let wanted):
      "The proof is of height \(height); height \(wanted) or later was asked for."
    }
  }
}
