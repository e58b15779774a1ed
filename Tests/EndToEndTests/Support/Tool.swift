import Foundation
import Testing

/// The eco2 tool with a keyring and a passphrase of a test's own, and nobody at its terminal.
struct Tool {
  /// A folder for the keyring and the test's files.
  let folder: String
  let passphrase = "a passphrase of tests"

  struct Result {
    let status: Int32
    let output: String
    let complaints: String

    var line: String { output.trimmingCharacters(in: .whitespacesAndNewlines) }
  }

  static func with(_ body: (Tool) async throws -> Void) async throws {
    try await LiveNetwork.withFolder { path in
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      try await body(Tool(folder: path))
    }
  }

  func path(_ name: String) -> String { folder + "/" + name }

  /// Runs the tool to its end, with standard input of these bytes.
  func run(_ arguments: [String], input: String = "") throws -> Result {
    try run(LiveNetwork.eco2, arguments, input: input)
  }

  /// Runs the tool and expects that it does as asked.
  func succeed(
    _ arguments: [String], input: String = "", at location: SourceLocation = #_sourceLocation
  ) throws -> Result {
    let result = try run(arguments, input: input)
    #expect(result.status == 0, "\(arguments): \(result.complaints)", sourceLocation: location)
    return result
  }

  /// Runs any command to its end.
  func run(_ executable: String, _ arguments: [String], input: String = "") throws -> Result {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging([
      "ECO2_KEYRING": path("keyring"), "ECO2_PASSPHRASE": passphrase,
    ]) { $1 }
    let (given, output, complaints) = (Pipe(), Pipe(), Pipe())
    process.standardInput = given
    process.standardOutput = output
    process.standardError = complaints
    try process.run()
    try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try given.fileHandleForWriting.close()
    // What the tool says fits into a pipe: reading one after the other cannot block it.
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    let complained = try complaints.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return Result(
      status: process.terminationStatus, output: String(decoding: said, as: UTF8.self),
      complaints: String(decoding: complained, as: UTF8.self))
  }

  /// The address of an account of the keyring on test networks.
  func address(_ name: String) throws -> String {
    try succeed(["key", "address", name, "--test"]).line
  }

  /// Makes an account of the keyring; its words are in `NAME.words`.
  func makeAccount(_ name: String) throws {
    _ = try succeed(["key", "new", name, "--words-file", path(name + ".words"), "--yes"])
  }
}
