/// From a transaction's id to its number in the run: open addressing over the first eight bytes of
/// the id, which nobody but us chooses; of ten million ids, two share them once in 300,000 runs.
struct IDTable {
  private static let free = UInt32.max

  private var keys: [UInt64]
  private var numbers: [UInt32]
  private var count = 0
  private var mask: Int

  init() {
    mask = (1 << 16) - 1
    keys = Array(repeating: 0, count: mask + 1)
    numbers = Array(repeating: Self.free, count: mask + 1)
  }

  /// - Parameter number: below 2^32 - 1; a run does not send more.
  mutating func insert(_ key: UInt64, _ number: Int) {
    if 2 * (count + 1) > mask { grow(dropping: 0) }
    put(key, UInt32(truncatingIfNeeded: number))
    count += 1
  }

  func number(_ key: UInt64) -> Int? {
    var slot = Int(truncatingIfNeeded: key) & mask
    while numbers[slot] != Self.free {
      if keys[slot] == key { return Int(numbers[slot]) }
      slot = (slot + 1) & mask
    }
    return nil
  }

  /// Forgets all below a number.
  mutating func drop(below number: Int) {
    grow(dropping: UInt32(clamping: number))
  }

  private mutating func put(_ key: UInt64, _ number: UInt32) {
    var slot = Int(truncatingIfNeeded: key) & mask
    while numbers[slot] != Self.free { slot = (slot + 1) & mask }
    keys[slot] = key
    numbers[slot] = number
  }

  private mutating func grow(dropping bound: UInt32) {
    let kept = zip(keys, numbers).filter { $0.1 != Self.free && $0.1 >= bound }
    while 4 * (kept.count + 1) > mask { mask = mask * 2 + 1 }
    keys = Array(repeating: 0, count: mask + 1)
    numbers = Array(repeating: Self.free, count: mask + 1)
    count = kept.count
    for (key, number) in kept { put(key, number) }
  }
}
