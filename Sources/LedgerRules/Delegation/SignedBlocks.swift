public import LedgerCore

/// Which of the last blocks a member of the set has signed, by certificates and by COMMITs that
/// headers carried late (carbon rules, "Elections").
///
/// A ring of bits: that of a height stands at its remainder. Heights beyond the ring are forgotten.
public struct SignedBlocks: AccountRecord {
  public static var kind: RecordKind { .signedBlocks }

  /// So many heights are remembered: those that count, and those whose COMMITs may still come.
  static let heights: UInt64 = 1_024
  /// A header carries no COMMIT for a block so many heights below it, or deeper.
  static let closedAfter = Limits.lateCommitHeightsMax + 1

  /// The first height that counts: of the member's entry, or after its jail.
  public let from: UInt64
  private var words: [UInt64]

  init(from: UInt64) {
    self.from = from
    words = [UInt64](repeating: 0, count: Int(Self.heights / 64))
  }

  /// Makes room for a new height.
  mutating func open(_ height: UInt64) { set(height, false) }

  /// Notes a signature for a block; one from before the first height does not count.
  mutating func sign(_ height: UInt64) {
    if height >= from { set(height, true) }
  }

  private mutating func set(_ height: UInt64, _ isSigned: Bool) {
    let place = Int(height % Self.heights)
    let bit: UInt64 = 1 << UInt64(place % 64)
    words[place / 64] = isSigned ? words[place / 64] | bit : words[place / 64] & ~bit
  }

  /// How many of the last `blocks` blocks for which no COMMIT can come any more a member has not
  /// signed, seen from the block of a height.
  public func missed(at height: UInt64, blocks: UInt64) -> UInt64 {
    guard height >= Self.closedAfter else { return 0 }
    let last = height - Self.closedAfter
    let first = max(from, last - min(last, blocks - min(blocks, 1)))
    guard first <= last else { return 0 }
    return last - first + 1 - signed(first...last)
  }

  /// How many heights of a range, no longer than the ring, are signed.
  private func signed(_ range: ClosedRange<UInt64>) -> UInt64 {
    var count = 0
    var height = range.lowerBound
    while height <= range.upperBound {
      let place = height % Self.heights
      let bits = min(64 - place % 64, range.upperBound - height + 1)
      let mask: UInt64 = bits == 64 ? .max : (1 << bits - 1) << (place % 64)
      count += (words[Int(place / 64)] & mask).nonzeroBitCount
      height += bits
    }
    return UInt64(count)
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    from = try reader.u64("from")
    var words: [UInt64] = []
    for _ in 0..<(Self.heights / 64) { words.append(try reader.u64("signed blocks")) }
    self.words = words
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(from)
    for word in words { writer.u64(word) }
  }
}
