import Foundation

/// Runs `eco2` to its end beside other work.
enum BackgroundTool {
  /// Its status, and what it printed to either output.
  static func run(
    _ arguments: [String], executable: String = LiveNetwork.eco2
  ) async throws -> (status: Int32, output: String) {
    try await withCheckedThrowingContinuation { continuation in
      // It waits for a process: not on the pool that runs tasks.
      DispatchQueue.global().async {
        do {
          let process = Process()
          let pipe = Pipe()
          process.executableURL = URL(fileURLWithPath: executable)
          process.arguments = arguments
          process.standardInput = FileHandle.nullDevice
          process.standardOutput = pipe
          process.standardError = pipe
          try process.run()
          let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
          process.waitUntilExit()
          continuation.resume(
            returning: (process.terminationStatus, String(decoding: output, as: UTF8.self)))
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }
}
