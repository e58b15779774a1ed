import Foundation

/// One figure, measured in a process of its own: engines are chosen once in a process, by its
/// environment, and no figure warms or wears the memory of another.
enum FigureProcess {
  static func run(_ definition: FigureDefinition, isQuick: Bool) throws -> MeasuredFigure {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = ["measure", definition.id] + (isQuick ? ["--quick"] : [])
    process.environment = ProcessInfo.processInfo.environment.merging(definition.environment) {
      $1
    }
    let (output, errors) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    let said = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      let text = String(decoding: complaint, as: UTF8.self)
        .trimmingCharacters(in: .whitespacesAndNewlines)
      throw BenchmarkFault.unavailable(text.isEmpty ? "its process failed" : text)
    }
    return try JSONDecoder().decode(MeasuredFigure.self, from: said)
  }
}
