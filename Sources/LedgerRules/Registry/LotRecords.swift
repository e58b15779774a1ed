public import LedgerCore

/// A lot: serials of one issuance with one owner and one state. An issuance's lots partition it.
///
/// A lot keeps its number and its first serial for ever; when it is split, the upper part becomes a
/// new lot. It repeats of its issuance what nearly every operation on it needs.
public struct Lot: NumberedRecord {
  public static var kind: RecordKind { .lot }

  public var issuance: UInt64
  /// The number of the issuance's serial block.
  public var block: UInt64
  /// What one serial of the issuance stands for.
  public var unit: SerialUnit
  /// First serial number, included.
  public var start: UInt64
  /// Last serial number, included.
  public var end: UInt64
  public var owner: AccountID
  /// Holds the credits at their source.
  public var custodian: AccountID
  public var state: LotState
  /// A retired lot whose source has reversed or invalidated it: it stays retired.
  public var isReversed: Bool
  public var labels: CreditLabels
  public var adjustment: CorrespondingAdjustment
  /// What explains the state: the request of a lot that is exporting or exported, the retirement of
  /// a retired one, the obligation of an invalidated one.
  public var reference: UInt64?

  init(
    issuance: UInt64, block: UInt64, unit: SerialUnit, start: UInt64, end: UInt64,
    owner: AccountID, custodian: AccountID, state: LotState, labels: CreditLabels,
    adjustment: CorrespondingAdjustment
  ) {
    self.issuance = issuance
    self.block = block
    self.unit = unit
    self.start = start
    self.end = end
    self.owner = owner
    self.custodian = custodian
    self.state = state
    isReversed = false
    self.labels = labels
    self.adjustment = adjustment
    reference = nil
  }

  /// Its serials.
  public var count: UInt64 { end - start + 1 }

  /// What they stand for, µg CO2e.
  public var amount: Amount {
    // At most 2^48 × 10^12: inside 128 bits.
    Amount(UInt128(count) * unit.micrograms)
  }

  /// Its state at a time, milliseconds since 1970-01-01 UTC, given its custodian.
  public func state(at time: UInt64, custodian: Custodian) -> LotState {
    let isFree = state == .tradable || state == .escrowed
    return isFree && time > custodian.attestedUntil ? .suspended : state
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let offset = reader.offset
    issuance = try reader.u64("issuance")
    block = try reader.u64("serial block")
    unit = try SerialUnit(from: &reader)
    start = try reader.u64("first serial")
    end = try reader.u64("last serial")
    owner = try AccountID(from: &reader)
    custodian = try AccountID(from: &reader)
    state = try LotState(from: &reader)
    isReversed = try reader.bool("reversed")
    labels = try CreditLabels(from: &reader)
    adjustment = try CorrespondingAdjustment(from: &reader)
    reference = try reader.isPresent("reference") ? reader.u64("reference") : nil
    guard start <= end, end - start < CreditLimits.rangeSerialsMax, end < .max else {
      throw BCSError(.invalidValue, field: "lot", offset: offset)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(issuance)
    writer.u64(block)
    unit.encode(into: &writer)
    writer.u64(start)
    writer.u64(end)
    owner.encode(into: &writer)
    custodian.encode(into: &writer)
    state.encode(into: &writer)
    writer.bool(isReversed)
    labels.encode(into: &writer)
    adjustment.encode(into: &writer)
    writer.bool(reference != nil)
    if let reference { writer.u64(reference) }
  }
}

/// A place in the interval index of all lots' serials.
struct SerialPlace {
  let block: UInt64
  let start: UInt64

  init(block: UInt64, start: UInt64) {
    self.block = block
    self.start = start
  }

  /// Block and first serial, big-endian.
  var key: [UInt8] { [UInt8](bigEndian: block, start) }

  /// Last serial and lot's number, big-endian: the value at a place.
  static func value(end: UInt64, lot: UInt64) -> [UInt8] { [UInt8](bigEndian: end, lot) }
}

/// A lot's entry in the interval index.
struct SerialInterval: Hashable {
  let block: UInt64
  let start: UInt64
  let end: UInt64
  let lot: UInt64

  init(block: UInt64, start: UInt64, end: UInt64, lot: UInt64) {
    self.block = block
    self.start = start
    self.end = end
    self.lot = lot
  }

  /// Nil when key or value is no entry of that index.
  init?(_ entry: OrderedEntry) {
    guard entry.key.count == 16, entry.value.count == 16 else { return nil }
    block = entry.key[..<8].bigEndianNumber
    start = entry.key[8...].bigEndianNumber
    end = entry.value[..<8].bigEndianNumber
    lot = entry.value[8...].bigEndianNumber
  }

  /// The same of an entry on its page.
  init?(_ page: OrderedPage, _ position: Int) {
    let (key, value) = (page.keyRange(position), page.valueRange(position))
    guard key.count == 16, value.count == 16 else { return nil }
    let bytes = unsafe page.record.span.bytes
    func number(_ offset: Int) -> UInt64 {
      unsafe UInt64(
        bigEndian: bytes.unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
    block = number(key.lowerBound)
    start = number(key.lowerBound + 8)
    end = number(value.lowerBound)
    lot = number(value.lowerBound + 8)
  }
}

extension [UInt8] {
  /// Appends a number's eight bytes, the highest first.
  mutating func append(bigEndian number: UInt64) {
    unsafe Swift.withUnsafeBytes(of: number.bigEndian) { unsafe append(contentsOf: $0) }
  }

  /// Two numbers' eight bytes each, the highest first.
  init(bigEndian first: UInt64, _ second: UInt64) {
    let both = (first.bigEndian, second.bigEndian)
    self = unsafe Swift.withUnsafeBytes(of: both) { unsafe [UInt8]($0) }
  }

  /// A number's eight bytes, the highest first.
  init(bigEndian number: UInt64) {
    self = []
    reserveCapacity(8)
    append(bigEndian: number)
  }
}

extension Sequence<UInt8> {
  /// The number that up to eight bytes make, the highest first.
  var bigEndianNumber: UInt64 { reduce(0) { $0 << 8 | UInt64($1) } }
}
