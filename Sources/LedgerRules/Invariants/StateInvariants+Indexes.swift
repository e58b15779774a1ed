import LedgerCore
import LedgerState

/// Each ordered index holds exactly what lots and candidates ask for: both are sorted, and compared
/// side by side.
extension StateInvariants {
  mutating func checkIndexes() {
    checkSerials()
    var expected: [OrderedIndexKind: [OrderedEntry]] = [:]
    for (number, lot) in zip(registry.lots.numbers, registry.lots.records) {
      switch lot.state {
      case .inReserve:
        // What is not an issuance's bytes was noted when they came.
        guard let bytes = registry.issuances[lot.issuance]?.bytes,
          let issuance = try? Issuance(bcs: bytes)
        else { continue }
        expected[.retirementOrder, default: []].append(
          OrderedEntry(issuance.retirementKey(start: lot.start), [UInt8](bigEndian: number)))
      case .buffer:
        guard registry.issuances[lot.issuance] != nil else { continue }
        expected[.buffers, default: []].append(
          OrderedEntry(
            lot.custodian.bytes.array + [UInt8](bigEndian: number), [UInt8](bigEndian: number)))
      default: continue
      }
    }
    expected[.tally] = delegation.tally
    for index in OrderedIndexKind.allCases where index != .serials {
      var found: [OrderedEntry] = []
      ordered.forEachLeaf(of: index) { page in
        for position in 0..<page.count { found.append(page.entry(position)) }
      }
      compare(index, (expected[index] ?? []).sorted(), found.sorted()) { $0.key }
    }
  }

  private mutating func checkSerials() {
    var expected: [SerialInterval] = []
    expected.reserveCapacity(registry.lots.count)
    for (number, lot) in zip(registry.lots.numbers, registry.lots.records) {
      guard let issuance = registry.issuances[lot.issuance] else { continue }
      expected.append(
        SerialInterval(block: issuance.block, start: lot.start, end: lot.end, lot: number))
    }
    var found: [SerialInterval] = []
    found.reserveCapacity(expected.count)
    var strange: [[UInt8]] = []
    ordered.forEachLeaf(of: .serials) { page in
      for position in 0..<page.count {
        let entry = page.entry(position)
        if let interval = SerialInterval(entry) {
          found.append(interval)
        } else {
          strange.append(entry.key)
        }
      }
    }
    strange.sort { ByteOrder.compare($0, $1) < 0 }
    for key in strange { note(.indexEntry(.serials, key: key)) }
    compare(.serials, expected.sorted(), found.sorted()) {
      SerialPlace(block: $0.block, start: $0.start).key
    }
  }

  /// Notes what is found and not expected, and the first that is expected and not found.
  private mutating func compare<Entry: Comparable>(
    _ index: OrderedIndexKind, _ expected: [Entry], _ found: [Entry], key: (Entry) -> [UInt8]
  ) {
    var next = 0
    var missing: Entry?
    for entry in found {
      while next < expected.count, expected[next] < entry {
        missing = missing ?? expected[next]
        next += 1
      }
      if next < expected.count, expected[next] == entry {
        next += 1
      } else {
        note(.indexEntry(index, key: key(entry)))
      }
    }
    if next < expected.count { missing = missing ?? expected[next] }
    if let missing { note(.indexEntry(index, key: key(missing))) }
  }
}

extension OrderedEntry: Comparable {
  /// By key, then value.
  public static func < (left: OrderedEntry, right: OrderedEntry) -> Bool {
    let order = ByteOrder.compare(left.key, right.key)
    return order == 0 ? ByteOrder.compare(left.value, right.value) < 0 : order < 0
  }
}

extension SerialInterval: Comparable {
  /// By place, then what stands there.
  static func < (left: SerialInterval, right: SerialInterval) -> Bool {
    if left.block != right.block { return left.block < right.block }
    if left.start != right.start { return left.start < right.start }
    return (left.end, left.lot) < (right.end, right.lot)
  }
}
