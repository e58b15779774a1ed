import Foundation
import LedgerCore

/// Builds a folder's records: the ledger's state and the raw database take turns of 50,000 records,
/// each timed by itself, so that what else the machine does meets both alike.
struct RecordBuilder {
  private static let turn = 50_000
  private static let tenths = 10

  let folder: RecordFolder

  func build() throws {
    try folder.make()
    let team = try Team()
    let line = ProgressLine("building \(folder.count / 1_000_000) million records")
    let records = try RecordSet.create(folder, team)
    let raw = folder.hasRaw ? try RawDatabase(folder) : nil
    let state = try StateLoading(folder)
    var (ours, theirs): ([Double], [Double]) = ([], [])
    for tenth in 0..<Self.tenths {
      var (our, their) = (Duration.zero, Duration.zero)
      var start = folder.count * tenth / Self.tenths
      let end = folder.count * (tenth + 1) / Self.tenths
      while start < end {
        let batch = records.batch(start..<min(start + Self.turn, end))
        let changes = batch.changesByPath
        our += try ContinuousClock().measure { try state.add(changes) }
        if let raw {
          let (paths, values) = (batch.paths, batch.values)
          their += try ContinuousClock().measure { try raw.load(paths: paths, values: values) }
        }
        start += batch.count
        line.show(Double(start) / Double(folder.count))
      }
      ours.append(our / .seconds(1))
      theirs.append(their / .seconds(1))
    }
    var root = Digest.zero
    let ourEnd = try ContinuousClock().measure { root = try state.finish() }
    let theirEnd = try ContinuousClock().measure { try raw?.endLoad() }
    line.show(1)
    guard root == records.root(team) else {
      throw BenchmarkFault.broken("the loaded state has another root than its records")
    }
    try folder.seal(
      RecordFolder.Built(
        root: root.description, subject: ours, subjectEnd: ourEnd / .seconds(1), raw: theirs,
        rawEnd: theirEnd / .seconds(1)))
    line.end()
  }
}

/// A line on the terminal that says how far a long job is: at most a hundred times, and once only
/// where nobody watches.
final class ProgressLine {
  private let text: String
  private let isWatched = isatty(STDERR_FILENO) == 1
  private let start = ContinuousClock.now
  private var shown = -1

  init(_ text: String) {
    self.text = text
    if !isWatched { write(text + "\n") }
  }

  func show(_ share: Double) {
    let percent = Int(share * 100)
    guard isWatched, percent > shown else { return }
    shown = percent
    let passed = Int((ContinuousClock.now - start) / .seconds(1))
    write("\r\(text): \(percent) % after \(passed) s ")
  }

  func end() { if isWatched { write("\r\u{1B}[K") } }

  private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
