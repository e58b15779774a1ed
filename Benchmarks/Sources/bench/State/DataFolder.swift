import CPeers
import Foundation
import LedgerCore

/// What has to lie in the data folder before a figure is measured.
enum DataNeed: Hashable, Sendable {
  case nothing
  /// The folder itself.
  case folder
  /// The records that figures are stated for, in the ledger's state and in the raw database.
  case records
  /// These, and five times as many in another state.
  case manyRecords
  /// A ledger with a million lots and a million accounts.
  case lots
  /// Ledgers with 10,000 candidates, and a million voters or a thousand.
  case votes
  /// A ledger with so many accounts that can sign.
  case accounts(Int)
}

/// Where the figures of state keep their records: built once in a run, used by the processes of all
/// of them, and removed at its end.
struct DataFolder: Sendable {
  /// A folder of its own in the one that the user names: nothing else there is touched.
  let path: String
  let isQuick: Bool
  let parent: String

  init(in parent: String, isQuick: Bool) {
    self.parent = parent
    self.isQuick = isQuick
    path = parent + "/eco2-bench"
  }

  /// Beside the package's sources.
  static let defaultParent = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent(".data").path

  static let quickNotice =
    "quick: figures of state stand on 1 million records and those of carbon on 100,000 lots; their "
    + "bars are meant for ten times as many"

  /// The records that figures stand on: 10 million, as their bars are stated for.
  var records: RecordFolder {
    RecordFolder(path: path, count: isQuick ? 1_000_000 : 10_000_000, hasRaw: true)
  }

  /// Five times as many.
  var manyRecords: RecordFolder {
    RecordFolder(path: path, count: isQuick ? 5_000_000 : 50_000_000, hasRaw: false)
  }

  /// The lots that figures of carbon stand on: a million, as their bars are stated for.
  var lots: CarbonFolder { CarbonFolder(path: path, count: isQuick ? 100_000 : 1_000_000) }

  /// The votes that figures of elections stand on: three million, as their bars are stated for.
  var votes: ElectionFolder {
    ElectionFolder(path: path, candidates: candidates, voters: isQuick ? 100_000 : 1_000_000)
  }

  /// Those of a thousand voters, with as many candidates.
  var fewVotes: ElectionFolder {
    ElectionFolder(path: path, candidates: candidates, voters: ElectionWork.operationCount)
  }

  /// The accounts that figures of the whole pipeline stand on.
  func accounts(_ count: Int) -> PipelineFolder { PipelineFolder(path: path, accounts: count) }

  private var candidates: Int { isQuick ? 1_000 : 10_000 }

  /// Makes a need's data unless it is there. Throws `unavailable` when the disk has no room for it.
  func prepare(_ need: DataNeed) throws {
    if need == .nothing { return }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw BenchmarkFault.unavailable("\(path) cannot be made: \(error.localizedDescription)")
    }
    switch need {
    case .nothing, .folder: break
    case .records: try prepare([records])
    case .manyRecords: try prepare([records, manyRecords])
    case .lots: try prepareLots()
    case .votes: try [votes, fewVotes].forEach(prepare)
    case .accounts(let count): try prepare(accounts(count))
    }
  }

  private func prepare(_ accounts: PipelineFolder) throws {
    guard accounts.senders == nil else { return }
    try accounts.remove()
    try expectRoom(for: accounts.bytesNeeded)
    _ = try OwnProcess.run(
      ["build-accounts", "--data", parent, "--count", "\(accounts.network.accounts)"],
      showsProgress: true)
  }

  private func prepare(_ votes: ElectionFolder) throws {
    guard !votes.isBuilt else { return }
    try votes.remove()
    try expectRoom(for: votes.bytesNeeded)
    _ = try OwnProcess.run(
      [
        "build-votes", "--data", parent, "--candidates", "\(votes.network.candidates)",
        "--voters", "\(votes.network.voters)",
      ], showsProgress: true)
  }

  private func prepareLots() throws {
    guard lots.built == nil else { return }
    try lots.remove()
    try expectRoom(for: lots.bytesNeeded)
    _ = try OwnProcess.run(
      ["build-lots", "--data", parent, "--count", "\(lots.network.lots)"], showsProgress: true)
  }

  private func prepare(_ folders: [RecordFolder]) throws {
    let missing = folders.filter { !$0.isBuilt }
    for folder in missing { try folder.remove() }
    try expectRoom(for: missing.reduce(0) { $0 + $1.bytesNeeded })
    for folder in missing {
      _ = try OwnProcess.run(
        ["build-records", "--data", parent, "--count", "\(folder.count)"]
          + (folder.hasRaw ? ["--raw"] : []), showsProgress: true)
    }
  }

  private func expectRoom(for needed: Int) throws {
    let values = try URL(fileURLWithPath: path).resourceValues(forKeys: [
      .volumeAvailableCapacityKey
    ])
    let free = values.volumeAvailableCapacity ?? 0
    guard needed <= free else {
      throw BenchmarkFault.unavailable(
        "\(parent) needs \(Self.gigabytes(needed)) of disk, and \(Self.gigabytes(free)) are free "
          + "(--data names another folder)")
    }
  }

  /// Lets the disk come to rest: no timed write pays for what was written before it.
  func settle() throws {
    guard peers_settle(path) == 0 else { throw BenchmarkFault.system("sync \(path)", errno) }
  }

  /// Removes it, and the folder around it where nothing else is in that.
  func remove() {
    try? FileManager.default.removeItem(atPath: path)
    rmdir(parent)
  }

  private static func gigabytes(_ bytes: Int) -> String {
    (Double(bytes) / 1e9).formatted(.number.precision(.fractionLength(1))) + " GB"
  }
}

/// The folder of one number of records.
struct RecordFolder: Sendable {
  let count: Int
  /// They are in a raw database, too.
  let hasRaw: Bool
  private let path: String

  init(path: String, count: Int, hasRaw: Bool) {
    self.path = path + "/\(count)"
    self.count = count
    self.hasRaw = hasRaw
  }

  var ledger: String { path + "/ledger" }
  var raw: String { path + "/raw" }
  /// Indices of all records in the order of their paths.
  var order: String { path + "/order" }
  /// The generation of each of them.
  var generations: String { path + "/generations" }
  private var note: String { path + "/built.json" }

  /// What its builder says, and that it came to its end.
  struct Built: Codable {
    /// The records' form; another one is built anew.
    var format = 1
    /// The root of the state then.
    let root: String
    /// Seconds that each tenth of the records took, and seconds that ending took.
    let subject: [Double]
    let subjectEnd: Double
    let raw: [Double]
    let rawEnd: Double
  }

  /// What its builder said; nil unless all of it is there and has not been left half changed.
  var built: Built? {
    guard let bytes = FileManager.default.contents(atPath: note),
      let built = try? JSONDecoder().decode(Built.self, from: bytes), built.format == 1
    else { return nil }
    return built
  }

  var isBuilt: Bool { built != nil }

  /// Disk that building and flushing take at most: both databases with the pages that flushes write
  /// anew, and the order.
  var bytesNeeded: Int { count * (hasRaw ? 700 : 300) + (1 << 28) }

  func make() throws {
    for folder in [ledger, raw] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
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

  /// Says that they are being changed: nobody trusts them after a run that was cut short.
  func unseal() throws -> Built {
    guard let built else { throw BenchmarkFault.broken("\(path) is not whole") }
    try FileManager.default.removeItem(atPath: note)
    return built
  }
}
