import Foundation
import Testing

@Suite("Elections against sorting and summing")
struct ElectionModelTests {
  /// `make election-model` runs 10,000 histories.
  private static let histories =
    ProcessInfo.processInfo.environment["ECO2_ELECTION_HISTORIES"].flatMap(Int.init) ?? 12

  @Test("random histories elect whom sorting elects, with ties, resignations, jails and slashes")
  func histories() throws {
    var all: [ElectionHistory.Counts] = []
    for seed in 1...Self.histories {
      var history = try ElectionHistory(seed: UInt64(seed))
      do { for _ in 0..<4 { try history.runTerm() } } catch {
        Issue.record("history \(seed): \(error)")
        return
      }
      all.append(history.counts)
      if seed % 500 == 0 { print("\(seed) histories") }
    }
    func sum(_ count: (ElectionHistory.Counts) -> Int) -> Int { all.reduce(0) { $0 + count($1) } }
    #expect(sum(\.ties) > 0 && sum(\.resignations) > 0 && sum(\.jails) > 0)
    #expect(sum(\.exclusions) > 0 && sum(\.releases) > 0 && sum(\.replaced) > 0)
    #expect(sum(\.elections) == 4 * Self.histories)
    print(
      "\(sum(\.elections)) elections, \(sum(\.ties)) with ties, \(sum(\.tooFew)) with too few; "
        + "\(sum(\.resignations)) resignations, \(sum(\.jails)) jails, "
        + "\(sum(\.exclusions)) exclusions, \(sum(\.releases)) releases")
  }
}
