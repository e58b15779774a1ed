import LedgerCore

/// What histories of elections have come across, so that a test can say that it has.
struct ElectionCounts {
  var elections = 0
  var ties = 0
  var smallSets = 0
  var tooFew = 0
  var outages = 0
  var registrations = 0
  var declarations = 0
  var resignations = 0
  var leftResigned = 0
  var bonds = 0
  var jailsByAbsence = 0
  var jailsByBundle = 0
  var secondBundles = 0
  var exclusions = 0
  var slashes = 0
  var releases = 0
  var released = 0
  var replaced = 0
  var shrunk = 0
  var waited = 0
  var stayed = 0
  var votes = 0
  var moves = 0
  var movedAnytime = 0
  var withdrawals = 0
  var unlocks = 0
  var collected = 0
  var claims = 0
  var late = 0
  var failures: Set<TransactionFault> = []

  /// All numbers, by what a reader calls them.
  static var kinds: [(name: String, count: WritableKeyPath<ElectionCounts, Int>)] {
    [
      ("elections", \.elections), ("ties that decide", \.ties),
      ("sets with empty seats", \.smallSets), ("elections of fewer than 4", \.tooFew),
      ("outages over several ends", \.outages), ("registrations", \.registrations),
      ("declarations", \.declarations), ("resignations", \.resignations),
      ("seats left by them", \.leftResigned), ("bonds collected", \.bonds),
      ("jails by absence", \.jailsByAbsence), ("jails by a bundle", \.jailsByBundle),
      ("slashes for another bundle", \.secondBundles),
      ("exclusions", \.exclusions), ("slashes", \.slashes), ("releases", \.releases),
      ("sets with a released node again", \.released), ("seats taken by standbys", \.replaced),
      ("seats left empty", \.shrunk), ("blocks with departures that wait", \.waited),
      ("members that stay as the fourth", \.stayed), ("votes", \.votes), ("moves", \.moves),
      ("moves from who stands no more outside the window", \.movedAnytime),
      ("withdrawals", \.withdrawals), ("unlocks", \.unlocks), ("unlocks paid back", \.collected),
      ("claims", \.claims), ("late COMMITs", \.late),
    ]
  }

  mutating func add(_ other: ElectionCounts) {
    for kind in Self.kinds { self[keyPath: kind.count] += other[keyPath: kind.count] }
    failures.formUnion(other.failures)
  }

  var text: String {
    Self.kinds.map { "\(self[keyPath: $0.count]) \($0.name)" }.joined(separator: ", ")
      + "; refused: \(failures.map(\.code).sorted().joined(separator: ", "))"
  }
}
