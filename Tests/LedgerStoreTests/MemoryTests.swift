import Foundation
import Testing

@testable import LedgerStore

@Suite("Exhausted memory")
struct MemoryTests {
  private let temporary = TemporaryFolder()

  /// What `Tests/MemorySubject` prints.
  private func run() throws -> (lines: [String], code: Int32) {
    let process = Process()
    // Built beside the tests.
    process.executableURL = URL(
      fileURLWithPath: Folder.parent(of: CrashProcess.path) + "/CMemorySubject")
    process.arguments = [temporary.path]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(
      decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    return (text.split(separator: "\n").map(String.init), process.terminationStatus)
  }

  @Test("whichever allocation fails, the state's engines say so or are right, and leak nothing")
  func everyAllocation() throws {
    let (lines, code) = try run()
    #expect(code == 0, "\(lines)")
    #expect(lines.last == "done")
    // Without workers, and with two; each with how many calls failed, how many were told.
    let names = ["read", "reads", "write", "load", "verify", "stage", "prove", "sort", "check"]
    #expect(
      lines.dropLast().map { $0.split(separator: " ").first.map(String.init) } == names + names)
    for line in lines.dropLast() {
      let counts = line.split(separator: " ").dropFirst().compactMap { Int($0) }
      #expect(counts.count == 2 && counts[0] >= 2 && counts[1] >= 2, "\(line)")
    }
  }
}
