public import LedgerCore

/// What valid traffic consists of.
public enum LoadProfile: String, Sendable, CaseIterable, Codable {
  /// ECO2 from any account to any other, all drawn alike.
  case transfers
  /// The same, but few accounts are hot: drawn by Zipf's law with exponent 1.
  case zipf
  /// Everybody pays one account.
  case manyToOne = "many-to-one"
  /// Eight transfers to eight accounts in one transaction.
  case multi
  /// ECC instead of ECO2.
  case ecc
  /// Single credits out of lots that the accounts hold.
  case lots
  /// ECO2 locked for voting and, while a voting window is open, given to candidates.
  case votes
  /// Of all of these: 60 % transfers, 15 % zipf, 10 % ECC, 5 % each of many-to-one, multi and
  /// votes; lots, where there are any, take 2 % of the transfers' share.
  case mix

  /// Operations of a transaction of the kind `multi`.
  static let multiOperations = 8
}

/// What one transaction is.
enum TransactionKind: UInt8, Sendable {
  case transfer
  case zipf
  case toOne
  case multi
  case ecc
  case lot
  case votes
  case badSignature
  case replayed
  case unpayable
  case oversized

  /// Must be refused; never final, or not a second time.
  var isInvalid: Bool {
    switch self {
    case .badSignature, .replayed, .unpayable, .oversized: true
    default: false
    }
  }

  /// Stands in the table of ids: has an id that nothing else has.
  var hasOwnID: Bool { self != .replayed && self != .oversized }

  /// How the report names it.
  var name: String {
    switch self {
    case .badSignature: "badly_signed"
    case .replayed: "replayed"
    case .unpayable: "unpayable"
    case .oversized: "oversized"
    default: "valid"
    }
  }

  static let invalidKinds: [TransactionKind] = [.badSignature, .replayed, .unpayable, .oversized]
}

extension LoadProfile {
  /// Which kind the next transaction has.
  func kind(_ draw: inout Draw, hasLots: Bool) -> TransactionKind {
    switch self {
    case .transfers: return .transfer
    case .zipf: return .zipf
    case .manyToOne: return .toOne
    case .multi: return .multi
    case .ecc: return .ecc
    case .lots: return hasLots ? .lot : .transfer
    case .votes: return .votes
    case .mix:
      switch draw.below(100) {
      case ..<2: return hasLots ? .lot : .transfer
      case ..<60: return .transfer
      case ..<75: return .zipf
      case ..<85: return .ecc
      case ..<90: return .toOne
      case ..<95: return .multi
      default: return .votes
      }
    }
  }
}

/// Where a transaction is sent.
public enum LoadRouting: String, Sendable, CaseIterable, Codable {
  /// To the nodes in turn, as clients do that know nothing of home authors: the node forwards it.
  case spread
  /// To the ER Node that bundles it first, which any client can compute from the validators' list.
  case home
}

/// Credits that load accounts can send: one serial at a time, from the end of a lot.
public struct LoadLot: Sendable {
  /// Index of the account that owns it.
  public let account: Int
  public let range: LotRange

  public init(account: Int, range: LotRange) {
    self.account = account
    self.range = range
  }
}
