import Foundation
import LedgerRules

/// The folder of a ledger with so many candidates and voters.
struct ElectionFolder: Sendable {
  let network: ElectionNetwork
  private let path: String

  init(path: String, candidates: Int, voters: Int) {
    network = ElectionNetwork(candidates: candidates, voters: voters)
    self.path = path + "/votes-\(candidates)-\(voters)"
  }

  /// The home of a node.
  var ledger: String { path + "/ledger" }
  private var note: String { path + "/built.json" }

  /// What its builder says when it has come to its end.
  private struct Built: Codable, Equatable {
    /// The form of records and rules that it was built by; another one is built anew.
    var format = 1
    var pageBytes = RulesLimits.orderedPageBytesMax
  }

  var isBuilt: Bool {
    guard let bytes = FileManager.default.contents(atPath: note) else { return false }
    return (try? JSONDecoder().decode(Built.self, from: bytes)) == Built()
  }

  /// Disk that building takes at most: the state and the log.
  var bytesNeeded: Int { network.voters * 4_000 + network.candidates * 6_000 + (1 << 28) }

  func make() throws {
    try FileManager.default.createDirectory(atPath: ledger, withIntermediateDirectories: true)
  }

  func remove() throws {
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  /// Says that the data are whole.
  func seal() throws {
    try JSONEncoder().encode(Built()).write(to: URL(fileURLWithPath: note), options: .atomic)
  }
}
