import Foundation
import LedgerRules

/// The folder of a ledger with so many lots and accounts, and of a raw database with its records.
struct CarbonFolder: Sendable {
  let network: CarbonNetwork
  private let path: String

  init(path: String, count: Int) {
    self.init(
      path: path + "/lots-\(count)", network: CarbonNetwork(lots: count, accounts: count))
  }

  private init(path: String, network: CarbonNetwork) {
    self.path = path
    self.network = network
  }

  /// The home of a node.
  var ledger: String { path + "/ledger" }
  /// The same records by `mdb_put`, for floors.
  var raw: String { path + "/raw" }
  private var note: String { path + "/built.json" }

  /// What its builder says when it has come to its end.
  struct Built: Codable {
    /// The form of records and rules that it was built by; another one is built anew.
    var format = Self.current
    /// Bytes of an ordered index's page then.
    var pageBytes = RulesLimits.orderedPageBytesMax
    /// Records of the state.
    let records: Int
    /// The root of the state.
    let root: String

    static let current = 4
  }

  var built: Built? {
    guard let bytes = FileManager.default.contents(atPath: note),
      let built = try? JSONDecoder().decode(Built.self, from: bytes),
      built.format == Built.current, built.pageBytes == RulesLimits.orderedPageBytesMax
    else { return nil }
    return built
  }

  /// Disk that building takes at most: the state, its raw copy and the log.
  var bytesNeeded: Int { network.lots * 6_000 + (1 << 28) }

  /// A map with room for all of it.
  var rawMapBytes: Int { network.lots * 3_000 + (1 << 28) }

  func make() throws {
    for folder in [ledger, raw] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
  }

  /// A copy of the home, to be changed and removed.
  func copy() throws -> CarbonFolder {
    let copy = CarbonFolder(path: path + "-copy", network: network)
    try copy.remove()
    try FileManager.default.createDirectory(atPath: copy.path, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: ledger, toPath: copy.ledger)
    return copy
  }

  func remove() throws {
    if FileManager.default.fileExists(atPath: path) {
      try FileManager.default.removeItem(atPath: path)
    }
  }

  /// Says that the data are whole.
  func seal(_ built: Built) throws {
    try JSONEncoder().encode(built).write(to: URL(fileURLWithPath: note), options: .atomic)
  }
}
