/// Records of one kind by their numbers, for an audit, which holds millions: taken in any order,
/// sorted once, then looked up.
struct NumberedRecords<Record> {
  private(set) var numbers: [UInt64] = []
  private(set) var records: [Record] = []

  var count: Int { records.count }

  /// Takes a record; no number comes twice.
  mutating func add(_ number: UInt64, _ record: Record) {
    numbers.append(number)
    records.append(record)
  }

  /// Puts them in the order of their numbers; before this none is looked up.
  mutating func sort() {
    let order = numbers.indices.sorted { numbers[$0] < numbers[$1] }
    records = order.map { records[$0] }
    numbers = order.map { numbers[$0] }
  }

  /// The record of a number.
  subscript(number: UInt64) -> Record? { place(of: number).map { records[$0] } }

  /// Where a number's record stands. O(1) where numbers have no gaps, else O(log n).
  func place(of number: UInt64) -> Int? {
    if let place = Int(exactly: number), place < numbers.count, numbers[place] == number {
      return place
    }
    var (low, high) = (0, numbers.count)
    while low < high {
      let middle = (low + high) / 2
      if numbers[middle] < number { low = middle + 1 } else { high = middle }
    }
    return low < numbers.count && numbers[low] == number ? low : nil
  }
}
