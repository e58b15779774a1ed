public import LedgerCore
import LedgerState

// Earlier validator sets stay in state for as long as anything is judged by them: evidence is
// accepted for 7 days, and after a restart a node judges the COMMITs of its last heights.

/// Which earlier sets are kept: those numbered from `first`, below `next`. Absent until a set has
/// been followed by another.
public struct PastSets: SingleRecord {
  public static var kind: RecordKind { .pastSets }

  public var first: UInt64
  public var next: UInt64

  init(first: UInt64 = 0, next: UInt64 = 0) {
    self.first = first
    self.next = next
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    first = try reader.u64("first")
    next = try reader.u64("next")
    guard first <= next else {
      throw BCSError(.invalidValue, field: "past sets", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(first)
    writer.u64(next)
  }
}

/// A set that decides no more heights, by its number in the order of sets.
public struct PastSet: NumberedRecord {
  public static var kind: RecordKind { .pastSet }

  public let set: ValidatorSet
  /// The last height it decided.
  public let lastHeight: UInt64

  init(_ set: ValidatorSet, lastHeight: UInt64) {
    self.set = set
    self.lastHeight = lastHeight
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    set = try ValidatorSet(from: &reader)
    lastHeight = try reader.u64("last height")
  }

  public func encode(into writer: inout BCSWriter) {
    set.encode(into: &writer)
    writer.u64(lastHeight)
  }
}

extension RecordSource {
  /// The set that decides a height; nil for heights of sets that are no longer kept, and for those
  /// whose set is not known yet: more than two above the state's.
  ///
  /// Complexity: one record for the present sets; earlier ones are found in as many more as the
  /// logarithm of their number.
  mutating func set(deciding height: UInt64) throws(RecordError) -> ValidatorSet? {
    guard let sets = try find(ValidatorSets.key, as: ValidatorSets.self) else {
      throw .missing(key: ValidatorSets.key)
    }
    if height >= sets.following.firstHeight { return sets.following }
    if height >= sets.current.firstHeight { return sets.current }
    guard let kept = try find(PastSets.key, as: PastSets.self) else { return nil }
    // The first whose last height is not below.
    var (low, high) = (kept.first, kept.next)
    var found: PastSet?
    while low < high {
      let middle = low + (high - low) / 2
      guard let past = try find(PastSet.key(middle), as: PastSet.self) else {
        throw .missing(key: PastSet.key(middle))
      }
      if past.lastHeight < height {
        low = middle + 1
      } else {
        found = past
        high = middle
      }
    }
    return found.flatMap { $0.set.firstHeight <= height ? $0.set : nil }
  }
}

extension ExecutionContext {
  /// Keeps the set that decides this height where it is its last, and drops sets of which nothing
  /// is judged any more.
  mutating func writePastSets() throws(ExecutionError) {
    guard sets.current != sets.following else { return }
    do throws(RecordError) {
      var kept = try view.find(PastSets.key, as: PastSets.self) ?? PastSets()
      view.set(PastSet.key(kept.next), PastSet(sets.current, lastHeight: height).bcs)
      kept.next += 1
      for _ in 0..<RulesLimits.pastSetsDroppedMax {
        guard kept.first < kept.next, try isOver(kept.first) else { break }
        view.remove(PastSet.key(kept.first))
        kept.first += 1
      }
      view.put(kept)
    } catch { throw .record(error) }
  }

  /// Whether no evidence is accepted of any height that a set decided, and no header can carry a
  /// COMMIT of one.
  private mutating func isOver(_ number: UInt64) throws(RecordError) -> Bool {
    guard let past = try view.find(PastSet.key(number), as: PastSet.self) else {
      throw .missing(key: PastSet.key(number))
    }
    guard past.lastHeight < height,
      height - past.lastHeight > RulesLimits.pastSetHeightsMin,
      let block = try view.find(BlockRecord.key(past.lastHeight), as: BlockRecord.self)
    else { return false }
    return header.timestamp > block.timestamp
      && header.timestamp - block.timestamp > Limits.evidenceAgeMillisecondsMax
  }
}
