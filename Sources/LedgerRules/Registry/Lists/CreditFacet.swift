import LedgerCore

/// What lists of lots and requests can be narrowed to: an entry of an index begins with the bytes
/// of what its lot or request has. A tag, once given, is never used for anything else.
enum CreditFacet: Hashable {
  /// Tag 0.
  case registry(String)
  /// Tag 1.
  case project(registry: String, id: String)
  /// Tag 2.
  case product(CreditProduct)
  /// Tag 3: a year that the vintage touches.
  case vintage(UInt16)
  /// Tag 4: the bit of a label.
  case label(UInt8)
  /// Tag 5.
  case owner(AccountID)
  /// Tag 6: who holds a lot at its source, and the lot's state as stored.
  case custody(AccountID, LotState)
  /// Tag 7: who filed a request.
  case filer(AccountID)
  /// Tag 8.
  case standing(RequestRecord.Standing)
  /// Tag 9: the canonical key of a block whose serials a request is about.
  case serialBlock(String)

  /// Texts end in a zero byte, which no rule lets into them.
  var bytes: [UInt8] {
    switch self {
    case .registry(let name): [0] + Self.text(name)
    case .project(let registry, let id): [1] + Self.text(registry) + Self.text(id)
    case .product(let product): [2, product.rawValue]
    case .vintage(let year): [3, UInt8(year >> 8), UInt8(truncatingIfNeeded: year)]
    case .label(let bit): [4, bit]
    case .owner(let account): [5] + account.bytes.array
    case .custody(let account, let state): [6] + account.bytes.array + [state.rawValue]
    case .filer(let account): [7] + account.bytes.array
    case .standing(let standing): [8, standing.rawValue]
    case .serialBlock(let block): [9] + Self.text(block)
    }
  }

  private static func text(_ text: String) -> [UInt8] { Array(text.utf8) + [0] }

  /// What a range has beside its registry and project; of the years of a vintage at most
  /// `RulesLimits.vintageYearsListed`.
  static func facets(of range: CreditRange) -> [CreditFacet] {
    // yyyymmdd
    let first = UInt16(truncatingIfNeeded: range.vintageFrom / 10_000)
    let last = UInt16(truncatingIfNeeded: range.vintageTo / 10_000)
    var facets: [CreditFacet] = [.product(range.product)]
    if first <= last {
      facets += (first...last).prefix(RulesLimits.vintageYearsListed).map(CreditFacet.vintage)
    }
    return facets
  }

  static func facets(of labels: CreditLabels) -> [CreditFacet] {
    (0..<UInt8(32)).filter { labels.rawValue >> $0 & 1 == 1 }.map(CreditFacet.label)
  }
}
