/// The published ways of writing a serial number; each prints back byte for byte.
public enum SerialGrammar: String, CaseIterable, Sendable {
  /// `GS1-1-TW-GS1001-12-2019-20258-1-161285`; the second `GS` may be missing in older ones.
  case goldStandard = "gold-standard"
  /// A pair of CER serials: `CN-5-218396528-2-2-0-8288 - CN-5-218396659-2-2-0-8288`.
  case cerPair = "cer-pair"
  /// A pair as the international transaction log writes it:
  /// `HN-05-00-37743-01-01-000-0000492 - HN-05-00-44927-01-01-000-0000492`.
  case transactionLogPair = "transaction-log-pair"
  /// `CAR-1-US-1008-27-845-WA-2015-2010-1 to 8645`.
  case climateActionReserve = "climate-action-reserve"
  /// `13861-531686656-531686769-VCS-VCU-263-VER-AU-7-2348-01012021-30112021-1`; older ones lack
  /// `VCS-`.
  case verra = "verra"
  /// `ACR-US-102-2003-274-120158095 to 120158156`.
  case acr = "acr"
  /// Of a registry that is not known here: `PREFIX-…-<start>-<end>`.
  case generic = "generic"
  /// Likewise: `PREFIX-…-<start> to <end>`.
  case genericTo = "generic-to"
}

/// Everything in a serial but its start and end.
public struct SerialBlock: Hashable, Sendable {
  public let grammar: SerialGrammar
  /// What stands before the start (in a pair: before each half's serial), without the last `-`.
  let head: String
  /// What stands after the end, or after the serial in each half of a pair, without the first `-`;
  /// else empty.
  let tail: String
  /// One text per block, whatever notation it was written in: the scheme, then the fields with
  /// leading zeros dropped. Two ranges can hold one unit only when their keys are equal. ASCII.
  ///
  /// `gs:1-TW-1001-12-2019-20258`, `car:1-US-1008-27-845-WA-2015-2010`,
  /// `acr:US-102-2003-274`, `vcs:13861-263-VER-AU-7-2348-01012021-30112021-1`; for CERs the scheme,
  /// the party, the unit type, the supplementary type, both commitment periods, the LULUCF activity
  /// and the project: `cer:CN-5-0-2-2-0-8288`; for others the prefix in capitals: `x:ABC-7-2019`.
  public let key: String

  /// The block as written: `GS1-1-TW-GS1001-12-2019-20258`, `CN-5-*-2-2-0-8288`.
  public var text: String { tail.isEmpty ? head : "\(head)-*-\(tail)" }
}

/// A range of serial numbers of one block, both ends included.
public struct SerialRange: Hashable, Sendable, CustomStringConvertible {
  public let block: SerialBlock
  public let start: UInt64
  public let end: UInt64
  /// The vintage's first and last day, where the serial itself says them (Verra).
  public let vintage: ClosedRange<CalendarDay>?
  /// The vintage's year, where the serial says that alone.
  public let vintageYear: Int?
  /// Digits the start was written with; more than its value needs where it had leading zeros.
  private let startDigits: Int
  private let endDigits: Int

  init(
    block: SerialBlock, start: SerialNumber, end: SerialNumber,
    vintage: ClosedRange<CalendarDay>? = nil, vintageYear: Int? = nil
  ) {
    self.block = block
    self.vintage = vintage
    self.vintageYear = vintageYear
    self.start = start.value
    self.end = end.value
    startDigits = start.digits
    endDigits = end.digits
  }

  /// Units in the range: `end − start + 1`; nil where the end lies before the start or the count
  /// does not fit 64 bits.
  public var count: UInt64? {
    let (span, underflow) = end.subtractingReportingOverflow(start)
    let (count, overflow) = span.addingReportingOverflow(1)
    return underflow || overflow ? nil : count
  }

  /// The serial in its registry's notation: byte for byte what was read, in the notation's own
  /// spacing.
  public var description: String {
    let first = Self.padded(start, startDigits)
    let last = Self.padded(end, endDigits)
    return switch block.grammar {
    case .goldStandard, .generic: "\(block.head)-\(first)-\(last)"
    case .climateActionReserve, .acr, .genericTo: "\(block.head)-\(first) to \(last)"
    case .verra: "\(block.head)-\(first)-\(last)-\(block.tail)"
    case .cerPair, .transactionLogPair:
      "\(block.head)-\(first)-\(block.tail) - \(block.head)-\(last)-\(block.tail)"
    }
  }

  /// The serial of some of its units, in the same notation; nil where one of them is not in the
  /// range. Numbers have leading zeros where the range's have.
  public func part(_ serials: ClosedRange<UInt64>) -> SerialRange? {
    guard serials.lowerBound >= start, serials.upperBound <= end else { return nil }
    let isPadded = String(start).count < startDigits || String(end).count < endDigits
    func number(_ value: UInt64, _ width: Int) -> SerialNumber {
      SerialNumber(value: value, digits: isPadded ? width : String(value).count)
    }
    return SerialRange(
      block: block, start: number(serials.lowerBound, startDigits),
      end: number(serials.upperBound, endDigits), vintage: vintage, vintageYear: vintageYear)
  }

  private static func padded(_ value: UInt64, _ width: Int) -> String {
    let digits = String(value)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}

/// A start or end as it was written.
struct SerialNumber {
  let value: UInt64
  let digits: Int

  init(value: UInt64, digits: Int) {
    self.value = value
    self.digits = digits
  }

  init?(_ text: ArraySlice<UInt8>) {
    guard let value = CellText.number(text) else { return nil }
    self.value = value
    digits = text.count
  }
}
