import LedgerCore
import LedgerState

/// What names a record in a cache.
protocol RecordID: Hashable {
  /// A number that spreads the ids over a table, the same for equal ones.
  func mixed(_ mixer: IdentifierMixer) -> UInt64
}

extension UInt64: RecordID {
  @inline(__always)
  func mixed(_ mixer: IdentifierMixer) -> UInt64 { mixer.mix(self, 0) }
}

extension AccountID: RecordID {
  @inline(__always)
  func mixed(_ mixer: IdentifierMixer) -> UInt64 { mixer.mix(bytes) }
}

extension VotePair: RecordID {
  func mixed(_ mixer: IdentifierMixer) -> UInt64 {
    mixer.mix(mixer.mix(voter.bytes), mixer.mix(candidate.bytes))
  }
}

extension StateKey: RecordID {
  func mixed(_ mixer: IdentifierMixer) -> UInt64 {
    let span = unsafe bytes.span.bytes
    var mixed = UInt64(span.byteCount)
    var at = 0
    while at + 8 <= span.byteCount {
      mixed = mixer.mix(
        unsafe span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt64.self), mixed)
      at += 8
    }
    var rest: UInt64 = 0
    while at < span.byteCount {
      rest = rest << 8 | UInt64(unsafe span.unsafeLoadUnaligned(fromByteOffset: at, as: UInt8.self))
      at += 1
    }
    return mixer.mix(rest, mixed)
  }
}

extension OrderedIndexKind: RecordID {
  func mixed(_ mixer: IdentifierMixer) -> UInt64 { mixer.mix(UInt64(rawValue), 0) }
}

extension OrderedPageID: RecordID {
  @inline(__always)
  func mixed(_ mixer: IdentifierMixer) -> UInt64 { mixer.mix(number, UInt64(index.rawValue)) }
}

/// Where records stand in a list, by their ids: a table of open addresses, at most half full.
///
/// A word of it is a record's place and half of its id's number, so that hardly ever an id is
/// looked at that is another one; 0 is free.
struct RecordSlots {
  private var words: [UInt64] = []
  private(set) var count = 0

  /// The place of an id; nil when it has none.
  ///
  /// - Parameters:
  ///   - mixed: the id's number.
  ///   - isSame: whether the record at a place has that id.
  @inline(__always)
  func place(_ mixed: UInt64, _ isSame: (Int) -> Bool) -> Int? {
    let words = self.words.span
    guard !words.isEmpty else { return nil }
    let mask = words.count - 1
    let tag = Self.tag(mixed)
    var at = Int(truncatingIfNeeded: tag) & mask
    while true {
      let word = words[at]
      if word == 0 { return nil }
      if word >> 32 == tag {
        let place = Int(truncatingIfNeeded: word & 0xFFFF_FFFF) - 1
        if isSame(place) { return place }
      }
      at = (at + 1) & mask
    }
  }

  /// Gives an id a place that it has not; fewer than 2^32 have one.
  mutating func add(_ mixed: UInt64, _ place: Int) {
    if 2 * (count + 1) > words.count { grow(to: max(16, 2 * words.count)) }
    insert(Self.tag(mixed) << 32 | UInt64(truncatingIfNeeded: place + 1))
    count += 1
  }

  private mutating func grow(to size: Int) {
    let before = words
    words = Array(repeating: 0, count: size)
    for word in before where word != 0 { insert(word) }
  }

  private mutating func insert(_ word: UInt64) {
    let mask = words.count - 1
    var at = Int(truncatingIfNeeded: word >> 32) & mask
    while words[at] != 0 { at = (at + 1) & mask }
    words[at] = word
  }

  @inline(__always)
  private static func tag(_ mixed: UInt64) -> UInt64 { (mixed ^ mixed >> 32) & 0xFFFF_FFFF }
}
