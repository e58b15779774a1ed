import Foundation

/// One figure, measured in a process of its own: engines are chosen once in a process, by its
/// environment, and no figure warms or wears the memory of another.
enum FigureProcess {
  static func run(_ definition: FigureDefinition, _ conditions: Conditions) throws
    -> MeasuredFigure
  {
    let said = try OwnProcess.run(
      ["measure", definition.id, "--data", conditions.data.parent]
        + (conditions.isQuick ? ["--quick"] : []),
      environment: definition.environment)
    return try JSONDecoder().decode(MeasuredFigure.self, from: said)
  }
}

/// This program, started again.
enum OwnProcess {
  /// What it writes. Throws what it complains of, when it fails; its progress comes through.
  static func run(
    _ arguments: [String], environment: [String: String] = [:], showsProgress: Bool = false
  ) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    if !showsProgress { process.standardError = errors }
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complaint =
      showsProgress ? Data() : errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = String(decoding: complaint, as: UTF8.self)
        .trimmingPrefix("Error: ").trimmingCharacters(in: .whitespacesAndNewlines)
      throw BenchmarkFault.unavailable(text.isEmpty ? "its process failed" : text)
    }
    return said
  }
}
