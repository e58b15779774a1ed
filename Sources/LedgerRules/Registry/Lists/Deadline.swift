import LedgerCore
import LedgerState

/// What has to happen by a time, while it has not: one index has all of it, the soonest first.
public enum Deadline: UInt8, Sendable, CaseIterable {
  /// A retirement's source shows it: `Retirement.mirrorMilliseconds` after its block.
  case mirror = 0
  /// Registrars decide on a request.
  case request = 1
  /// A custodian replaces what was invalidated.
  case obligation = 2
  /// A custodian of live credits attests its custody anew.
  case attestation = 3

  /// Where the entries of a kind begin and end that are due before a time, milliseconds since
  /// 1970-01-01 UTC; nil for all of the kind.
  public func keys(before time: UInt64? = nil) -> (from: [UInt8], below: [UInt8]) {
    ([rawValue], time.map { [rawValue] + [UInt8](bigEndian: $0) } ?? [rawValue + 1])
  }

  func entry(due: UInt64, _ id: [UInt8]) -> DerivedEntry {
    DerivedEntry(DerivedIndexes.deadlines, [rawValue] + [UInt8](bigEndian: due) + id)
  }
}

extension Retirement {
  /// How long a source has to show a retirement: 30 days (carbon rules, "Global Carbon Registry").
  public static let mirrorMilliseconds: UInt64 = 30 * 86_400_000

  /// When its source has to show it; milliseconds since 1970-01-01 UTC.
  ///
  /// - Parameter timestamp: of its block.
  static func mirrorDue(after timestamp: UInt64) -> UInt64 {
    timestamp &+ min(mirrorMilliseconds, .max - timestamp)
  }

  func entries(_ number: UInt64, reading others: inout some RecordSource)
    throws(StateReadError) -> [DerivedEntry]
  {
    guard mirror == nil, let bytes = try others.value(of: BlockRecord.key(height)),
      let block = try? BlockRecord(bcs: bytes)
    else { return [] }
    let due = Self.mirrorDue(after: block.timestamp)
    return [Deadline.mirror.entry(due: due, [UInt8](bigEndian: number))]
  }
}

extension Obligation {
  func entries(_ number: UInt64) -> [DerivedEntry] {
    isClosed ? [] : [Deadline.obligation.entry(due: dueBy, [UInt8](bigEndian: number))]
  }
}

extension Custodian {
  /// Its name's entry, and when it has to attest.
  func entries(_ account: [UInt8]) -> [DerivedEntry] {
    let name = DerivedEntry(DerivedIndexes.custodians, account, value: account)
    return live.isZero ? [name] : [name, Deadline.attestation.entry(due: attestedUntil, account)]
  }
}

extension LedgerQueries {
  /// When a retirement's source has to show it; milliseconds since 1970-01-01 UTC.
  public mutating func mirrorDue(_ retirement: Retirement) throws(RecordError) -> UInt64 {
    guard let block = try block(retirement.height) else {
      throw .missing(key: BlockRecord.key(retirement.height))
    }
    return Retirement.mirrorDue(after: block.timestamp)
  }

  /// Retirements that their sources do not show yet, the first due first.
  ///
  /// - Parameters:
  ///   - isOverdue: only those whose time is over at the last block's.
  ///   - number: only those after this one, as a page's `next` says; nil for all.
  public mutating func unshownRetirements(
    isOverdue: Bool, after number: UInt64?, limit: Int, reading reader: some DerivedIndexReader
  ) throws(RecordError) -> ListPage<UInt64> {
    var (from, end) = Deadline.mirror.keys(before: isOverdue ? try tip().timestamp : nil)
    if let number {
      guard let retirement = try retirement(number) else { return ListPage() }
      let due = try mirrorDue(retirement)
      from = Deadline.mirror.entry(due: due, [UInt8](bigEndian: number)).key + [0]
    }
    var page = ListPage<UInt64>()
    do {
      while let entry = try reader.first(DerivedIndexes.deadlines, from: from),
        entry.key.lexicographicallyPrecedes(end)
      {
        guard page.numbers.count < limit else {
          page.next = page.numbers.last
          return page
        }
        page.numbers.append(entry.key.suffix(8).bigEndianNumber)
        from = entry.key + [0]
      }
    } catch { throw .unreadable(error) }
    return page
  }
}
