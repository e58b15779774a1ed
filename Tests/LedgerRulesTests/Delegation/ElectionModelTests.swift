import Foundation
import Testing

@Suite("Elections against sorting and summing")
struct ElectionModelTests {
  /// `make election-model` runs 10,000 histories.
  private static let wanted =
    ProcessInfo.processInfo.environment["ECO2_ELECTION_HISTORIES"].flatMap(Int.init)
  private static let first =
    ProcessInfo.processInfo.environment["ECO2_ELECTION_SEED"].flatMap(UInt64.init) ?? 1
  private static let terms = 5

  @Test(
    "random histories elect, jail, slash, replace and refuse as the carbon rules' text says"
  )
  func histories() throws {
    let histories = Self.wanted ?? 16
    var seen = ElectionCounts()
    for number in 0..<histories {
      var history = try ElectionHistory(seed: Self.first + UInt64(number))
      try history.run(terms: Self.terms)
      seen.add(history.model.seen)
      if Self.wanted != nil, (number + 1).isMultiple(of: 500) {
        // Standard output reaches a file only at the end.
        FileHandle.standardError.write(Data("\(number + 1) histories\n".utf8))
      }
    }
    #expect(seen.elections == Self.terms * histories)
    for kind in ElectionCounts.kinds { #expect(seen[keyPath: kind.count] > 0, "\(kind.name)") }
    if Self.wanted != nil { print("\(histories) histories: \(seen.text)") }
  }
}
