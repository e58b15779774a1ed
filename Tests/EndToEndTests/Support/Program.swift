import Foundation

/// The executable that was built beside the tests, run as an operator would.
enum Program {
  /// Runs `eco2` to its end.
  ///
  /// - Parameters:
  ///   - limits: what a shell is told first, such as `ulimit -n 300`.
  ///   - environment: variables beside those of the test.
  /// - Returns: the exit status, and everything printed.
  static func eco2(
    _ arguments: [String], limits: String? = nil, environment: [String: String] = [:]
  ) throws -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    if let limits {
      process.executableURL = URL(fileURLWithPath: "/bin/sh")
      process.arguments = ["-c", limits + "; exec \"$0\" \"$@\"", LiveNetwork.eco2] + arguments
    } else {
      process.executableURL = URL(fileURLWithPath: LiveNetwork.eco2)
      process.arguments = arguments
    }
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
