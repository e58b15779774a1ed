import LedgerState

/// The places that several lists have in common, ascending.
///
/// Each list is asked for its first place at or behind the furthest that another has said; when all
/// say the same, it is common (Veldhuizen, "Leapfrog Triejoin", ICDT 2014). Lists that interleave
/// without meeting cost a step each, so steps are counted and bounded.
struct FacetJoin {
  /// How it goes on.
  enum Step {
    /// The first common place.
    case found(FoundPlace)
    /// Nothing before this place is common; so much was looked for that the page ends here.
    case stopped(at: [UInt8])
    case end
  }

  /// What there is at all: the first place at or behind one.
  typealias Base = ([UInt8]) throws(RecordError) -> FoundPlace?

  private var lists: [PlaceList]
  /// Whether no list has values: what there is at all is asked too.
  private let asksBase: Bool
  private var seeks = 0

  init(_ lists: [PlaceList], asksBase: Bool) {
    self.lists = lists
    self.asksBase = asksBase
  }

  /// Other work of a page, in seeks.
  mutating func count(_ work: Int) { seeks += work }

  /// The first place at or behind one that all lists have.
  mutating func next(
    from place: [UInt8], in reader: some DerivedIndexReader, _ base: Base
  ) throws(RecordError) -> Step {
    let count = lists.count + (asksBase ? 1 : 0)
    var (place, agreed, turn) = (place, 0, 0)
    var value: [UInt8] = []
    while agreed < count {
      guard seeks < RulesLimits.listSeeksMax else { return .stopped(at: place) }
      guard let found = try first(turn, from: place, in: reader, base) else { return .end }
      if found.place != place {
        place = found.place
        agreed = 0
      }
      if !found.value.isEmpty { value = found.value }
      agreed += 1
      turn = (turn + 1) % count
    }
    return .found(FoundPlace(place: place, value: value))
  }

  private mutating func first(
    _ turn: Int, from place: [UInt8], in reader: some DerivedIndexReader, _ base: Base
  ) throws(RecordError) -> FoundPlace? {
    guard turn < lists.count else {
      seeks += 1
      return try base(place)
    }
    do { return try lists[turn].first(from: place, in: reader, seeks: &seeks) } catch {
      throw .unreadable(error)
    }
  }
}
