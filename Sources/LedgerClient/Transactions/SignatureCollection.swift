public import LedgerCore

/// A body and the signatures collected for it: where k of n keys sign, or a sponsor, each somewhere
/// else.
public struct SignatureCollection: Sendable {
  /// For whom a key signs.
  public enum Role: Hashable, Sendable {
    case sender
    case sponsor
  }

  public let body: TransactionBody
  public let chain: ChainID
  public private(set) var senderAuthorizations: [Authorization] = []
  public private(set) var sponsorAuthorizations: [Authorization] = []

  public init(_ body: TransactionBody, chain: ChainID) {
    self.body = body
    self.chain = chain
  }

  /// Signs with a key that is here.
  public mutating func sign(with key: SigningKey, as role: Role = .sender) throws(ClientError) {
    try insert(
      Authorization(
        key: key.publicKey,
        signature: key.sign(domain: .transaction, chain: chain, message: body.bcs[...])), role)
  }

  /// Adds a signature made elsewhere, once it is verified.
  public mutating func add(_ authorization: Authorization, as role: Role = .sender)
    throws(ClientError)
  {
    let check = SignatureCheck(
      domain: .transaction, message: body.bcs[...], key: authorization.key,
      signature: authorization.signature)
    guard Ed25519.verify([check], chain: chain).allValid else {
      throw .draft(.badSignature(authorization.key))
    }
    try insert(authorization, role)
  }

  private mutating func insert(_ authorization: Authorization, _ role: Role) throws(ClientError) {
    guard role == .sender || body.sponsor != nil else { throw .draft(.sponsorSignature) }
    let list = role == .sender ? senderAuthorizations : sponsorAuthorizations
    guard !list.contains(where: { $0.key == authorization.key }) else {
      throw .draft(.signerTwice(authorization.key))
    }
    guard list.count < Limits.keysMax else { throw .draft(.signerCount(list.count + 1)) }
    if role == .sender {
      senderAuthorizations.append(authorization)
    } else {
      sponsorAuthorizations.append(authorization)
    }
  }

  /// The signed transaction. Whether the keys are the accounts' own is judged by the chain.
  public func transaction() throws(ClientError) -> Transaction {
    guard !senderAuthorizations.isEmpty else { throw .draft(.signerCount(0)) }
    guard (body.sponsor == nil) == sponsorAuthorizations.isEmpty else {
      throw .draft(.sponsorSignature)
    }
    do {
      return try Transaction(
        body: body, senderAuthorizations: senderAuthorizations,
        sponsorAuthorizations: sponsorAuthorizations)
    } catch {
      throw .draft(.tooLong)
    }
  }
}

/// The keys that sign a transaction: those of the sender, and those of the sponsor if there is one.
public struct Signers: Sendable {
  public var sender: [SigningKey]
  public var sponsor: [SigningKey]

  public init(_ sender: SigningKey..., sponsor: [SigningKey] = []) {
    self.init(sender: sender, sponsor: sponsor)
  }

  public init(sender: [SigningKey], sponsor: [SigningKey] = []) {
    self.sender = sender
    self.sponsor = sponsor
  }

  /// How many signatures they make.
  public var count: Int { sender.count + sponsor.count }

  /// Signs a body.
  public func sign(_ body: TransactionBody, chain: ChainID) throws(ClientError) -> Transaction {
    var collection = SignatureCollection(body, chain: chain)
    for key in sender { try collection.sign(with: key) }
    for key in sponsor { try collection.sign(with: key, as: .sponsor) }
    return try collection.transaction()
  }
}
