import Foundation
import Testing

/// The patches of Tests/PlantedBugs plant what the simulator must find. Building each takes minutes
/// (`make planted-bugs`); that they still fit the sources is seen here.
@Suite("Planted bugs can be planted")
struct PlantedBugTests {
  private static let folder = PackageSources.root.appending(path: "Tests/PlantedBugs")

  private static func text(_ url: URL) throws -> String {
    try String(contentsOf: url, encoding: .utf8)
  }

  /// The rows of the table: bug, invariant, what runs.
  private static func rows() throws -> [[String]] {
    try text(folder.appending(path: "bugs.txt")).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }
      .map { row in
        row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      }
  }

  @Test("the table names each patch once, with an invariant and a seed")
  func table() throws {
    let rows = try Self.rows()
    let patches = try FileManager.default
      .contentsOfDirectory(atPath: Self.folder.path(percentEncoded: false))
      .filter { $0.hasSuffix(".patch") }
    #expect(rows.count >= 16)
    #expect(rows.compactMap(\.first).map { "\($0).patch" }.sorted() == patches.sorted())
    for row in rows {
      #expect(row.count == 3 && !row[1].isEmpty && row[2].contains("--seed "), "\(row)")
    }
  }

  @Test("every patch fits the sources")
  func patches() throws {
    for name in try Self.rows().compactMap(\.first) {
      let patch = try Self.text(Self.folder.appending(path: "\(name).patch"))
      let misfits = try Self.misfits(patch)
      #expect(misfits == [], "\(name): lines moved or changed; write the patch anew")
    }
  }

  @Test("a patch for lines that are not there does not fit")
  func misfit() throws {
    let patch = """
      --- a/Package.swift
      +++ b/Package.swift
      @@ -1,2 +1,2 @@
       // swift-tools-version: 6.2
      -import Everything
      +import Nothing
      """
    #expect(try Self.misfits(patch) == ["Package.swift: import Everything"])
  }

  /// For each hunk whose lines do not stand in its file, one after the other: the file, and the
  /// first line to go.
  private static func misfits(_ patch: String) throws -> [String] {
    var misfits: [String] = []
    var path = ""
    var source = ""
    var hunk: [Substring] = []
    func end() {
      let old = hunk.filter { !$0.hasPrefix("+") }.map { $0.dropFirst() }
      guard !old.isEmpty, !source.contains("\n" + old.joined(separator: "\n") + "\n") else {
        return
      }
      let first = hunk.first { $0.hasPrefix("-") }?.dropFirst() ?? old[0]
      misfits.append("\(path): \(first.trimmingCharacters(in: .whitespaces))")
    }
    for line in patch.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("--- a/") || line.hasPrefix("@@") {
        end()
        hunk = []
        guard line.hasPrefix("---") else { continue }
        path = String(line.dropFirst(6))
        source = "\n" + (try text(PackageSources.root.appending(path: path)))
      } else if !line.hasPrefix("+++"), !line.isEmpty {
        hunk.append(line)
      }
    }
    end()
    return misfits
  }
}
