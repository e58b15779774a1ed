import Foundation
public import LedgerCore
public import NodeAnswers
import StrictJSON

/// A transaction on its way from the machine that builds it to those that sign and the one that
/// submits: JSON with the body's exact bytes, and what they say, for people.
///
/// ```
/// {"format": "eco2/transaction-file/v1", "network": "test", "chain": "<64 hex>",
///  "body": "<hex of BCS>", "contents": {…as NodeAnswers.TransactionContents…}}
/// ```
/// What is signed is `body`. `contents` must say exactly what `body` does, or the file is refused:
/// so whoever reads it reads what is signed. Only its two lists of authorizations hold what is not
/// in `body`: the signatures, each of which must be valid.
public struct TransactionFile: Sendable {
  public static let format = "eco2/transaction-file/v1"

  public let network: NetworkKind
  public let chain: ChainID
  public let body: TransactionBody
  /// Ascending by key; at most `Limits.keysMax`.
  public private(set) var senderAuthorizations: [Authorization] = []
  /// Ascending by key; empty when there is no sponsor.
  public private(set) var sponsorAuthorizations: [Authorization] = []

  /// An unsigned transaction.
  ///
  /// - Parameter body: made for this chain.
  public init(
    _ body: TransactionBody, chain: ChainID, network: NetworkKind
  ) throws(TransactionFileError) {
    guard body.chainTag == chain.tag else { throw .otherChain }
    // Room for one signature of each: whether there is for more shows when they are added.
    let size = body.bcs.count + 2 + (body.sponsor == nil ? 96 : 192)
    guard size <= Limits.transactionBytesMax else { throw .tooLong(bytes: size) }
    guard !body.operations.isEmpty, body.operations.count <= Limits.operationsMax else {
      throw .operations(body.operations.count)
    }
    self.body = body
    self.chain = chain
    self.network = network
  }

  /// Reads a file's bytes, strictly: nothing unknown, nothing left out, contents that say what the
  /// body does, signatures that hold.
  public init(decoding bytes: [UInt8]) throws(TransactionFileError) {
    guard bytes.count <= WalletLimits.transactionFileBytesMax else {
      throw .tooLong(bytes: bytes.count)
    }
    let value: JSONValue
    do { value = try JSONValue(bytes) } catch { throw .json(error) }
    guard case .object(let members) = value.content, value["format"]?.text == Self.format else {
      throw .format
    }
    let known = ["format", "network", "chain", "body", "contents"]
    if let unknown = members.first(where: { !known.contains($0.name) }) {
      throw .field(unknown.name)
    }
    guard let network = value["network"]?.text.flatMap(NetworkKind.init(fileName:)) else {
      throw .field("network")
    }
    guard let chain = value["chain"]?.text.flatMap({ ChainID(hex: $0) }) else {
      throw .field("chain")
    }
    guard let hex = value["body"]?.text, let bodyBytes = Hex.decode(hex) else {
      throw .field("body")
    }
    guard let contents = value["contents"] else { throw .field("contents") }
    let body: TransactionBody
    do { body = try TransactionBody(bcs: bodyBytes) } catch { throw .body(error) }
    try self.init(body, chain: chain, network: network)
    for authorization in try Self.authorizations(contents, "senderAuthorizations") {
      try add(authorization, asSponsor: false)
    }
    for authorization in try Self.authorizations(contents, "sponsorAuthorizations") {
      try add(authorization, asSponsor: true)
    }
    let told: JSONValue
    do { told = try JSONValue(Array(JSONEncoder().encode(self.contents))) } catch {
      throw .field("contents")
    }
    if let place = contents.difference(from: told, at: "contents") {
      throw .contentsDiffer(at: place)
    }
  }

  /// What the body says, and who has signed.
  public var contents: TransactionContents {
    var contents = TransactionContents(body, network: network)
    contents.senderAuthorizations = senderAuthorizations.map(AuthorizationContents.init)
    contents.sponsorAuthorizations = sponsorAuthorizations.map(AuthorizationContents.init)
    return contents
  }

  /// The id the transaction has, whoever signs it.
  public var id: Digest { SigningDomain.transaction.digest(chain, body.bcs) }

  /// The file's bytes: indented JSON, the same for the same transaction and signatures.
  public func encoded() throws -> [UInt8] {
    struct Envelope: Encodable {
      let format: String
      let network: String
      let chain: String
      let body: String
      let contents: TransactionContents
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let envelope = Envelope(
      format: Self.format, network: network.fileName, chain: chain.hex,
      body: Hex.encode(body.bcs), contents: contents)
    return try Array(encoder.encode(envelope)) + [UInt8(ascii: "\n")]
  }

  private static func authorizations(
    _ contents: JSONValue, _ name: String
  ) throws(TransactionFileError) -> [Authorization] {
    guard case .array(let values)? = contents[name]?.content else {
      throw .field("contents.\(name)")
    }
    guard values.count <= Limits.keysMax else { throw .tooManySignatures }
    var list: [Authorization] = []
    for value in values {
      guard let key = value["key"]?.text.flatMap({ PublicKey(hex: $0) }),
        let signature = value["signature"]?.text.flatMap(Hex.decode).flatMap({ Signature($0) })
      else { throw .field("contents.\(name)[\(list.count)]") }
      list.append(Authorization(key: key, signature: signature))
    }
    return list
  }
}

// MARK: Signing

extension TransactionFile {
  /// Signs as the sender, or as the sponsor: for one of several keys, call it with each. A key that
  /// has signed signs the same again, which changes nothing.
  public mutating func sign(
    _ key: SigningKey, asSponsor: Bool = false
  ) throws(TransactionFileError) {
    let signature = key.sign(domain: .transaction, chain: chain, message: body.bcs[...])
    try add(
      Authorization(key: key.publicKey, signature: signature), asSponsor: asSponsor)
  }

  /// Takes the signatures of another copy of the same file, which others have signed.
  public mutating func merge(_ other: TransactionFile) throws(TransactionFileError) {
    guard other.chain == chain, other.network == network, other.body == body else {
      throw .otherTransaction
    }
    for authorization in other.senderAuthorizations { try add(authorization, asSponsor: false) }
    for authorization in other.sponsorAuthorizations { try add(authorization, asSponsor: true) }
  }

  /// The signed transaction.
  public func transaction() throws(TransactionFileError) -> Transaction {
    guard !senderAuthorizations.isEmpty else { throw .notSigned(bySponsor: false) }
    guard body.sponsor == nil || !sponsorAuthorizations.isEmpty else {
      throw .notSigned(bySponsor: true)
    }
    do {
      return try Transaction(
        body: body, senderAuthorizations: senderAuthorizations,
        sponsorAuthorizations: sponsorAuthorizations)
    } catch { throw .body(error) }
  }

  private mutating func add(
    _ authorization: Authorization, asSponsor: Bool
  ) throws(TransactionFileError) {
    guard !asSponsor || body.sponsor != nil else { throw .noSponsor }
    let isValid = Ed25519.verify(
      signature: authorization.signature, key: authorization.key, domain: .transaction,
      chain: chain, message: body.bcs[...])
    guard isValid else { throw .wrongSignature(authorization.key) }
    var list = asSponsor ? sponsorAuthorizations : senderAuthorizations
    list.removeAll { $0.key == authorization.key }
    guard list.count < Limits.keysMax else { throw .tooManySignatures }
    list.append(authorization)
    list.sort { $0.key < $1.key }
    if asSponsor { sponsorAuthorizations = list } else { senderAuthorizations = list }
    let count = max(1, senderAuthorizations.count) + max(1, sponsorAuthorizations.count)
    let size = body.bcs.count + 2 + 96 * count
    guard size <= Limits.transactionBytesMax else { throw .tooLong(bytes: size) }
  }
}

extension NetworkKind {
  /// The kind in transaction files and options.
  public var fileName: String { self == .main ? "main" : "test" }

  /// Reads `main` or `test`.
  public init?(fileName: String) {
    guard let kind = Self.allCases.first(where: { $0.fileName.utf8.elementsEqual(fileName.utf8) })
    else { return nil }
    self = kind
  }
}
