public import LedgerCore
public import StrictJSON

/// Why a transaction file is not read, or not signed.
public enum TransactionFileError: Error, Equatable, Sendable, CustomStringConvertible {
  case json(JSONError)
  /// It is not of the form `eco2/transaction-file/v1`.
  case format
  /// A field is missing, unknown, or has a value it cannot have.
  case field(String)
  /// The body's bytes are no transaction body.
  case body(BCSError)
  /// What the file shows to people is not what its bytes say. It must not be signed.
  case contentsDiffer(at: String)
  /// The body was made for another chain than the file names.
  case otherChain
  /// A transaction has 1 … `Limits.operationsMax` operations.
  case operations(Int)
  /// The signed transaction, or the file, would be over its limit.
  case tooLong(bytes: Int)
  /// A signature is not one of this key over this body.
  case wrongSignature(PublicKey)
  case tooManySignatures
  /// Nobody has signed for the sender, or for the sponsor.
  case notSigned(bySponsor: Bool)
  /// The transaction names no sponsor.
  case noSponsor
  /// The two files hold different transactions.
  case otherTransaction

  public var description: String {
    switch self {
    case .json(let error): "this is no transaction file: \(error)"
    case .format: "this is no transaction file of the form \(TransactionFile.format)"
    case .field(let name): "the file's field `\(name)` is missing, unknown or wrong"
    case .body(let error): "the file's body is no transaction: \(error)"
    case .contentsDiffer(let place):
      "what the file shows at `\(place)` is not what its bytes say: do not sign it, and ask who "
        + "made it"
    case .otherChain: "the file's body was made for another chain than the file names"
    case .operations(let count):
      "a transaction has 1 to \(Limits.operationsMax) operations, not \(count)"
    case .tooLong(let bytes):
      "with \(bytes) bytes it is too long; a signed transaction has at most "
        + "\(Limits.transactionBytesMax), a file \(WalletLimits.transactionFileBytesMax)"
    case .wrongSignature(let key):
      "the signature of the key \(key.hex) does not fit this transaction"
    case .tooManySignatures: "there are more than \(Limits.keysMax) signatures of one side"
    case .notSigned(let bySponsor):
      "nobody has signed for the \(bySponsor ? "sponsor" : "sender") yet; see: eco2 transaction "
        + "sign FILE --key NAME\(bySponsor ? " --as-sponsor" : "")"
    case .noSponsor: "the transaction names no sponsor; sign it without --as-sponsor"
    case .otherTransaction: "the two files hold different transactions"
    }
  }
}
