import Foundation
import Paired

/// `results/latest.json`: a list of figures, for programs.
enum ResultFile {
  static func write(_ figures: [Figure], to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let file = URL(fileURLWithPath: path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try (encoder.encode(figures) + Data("\n".utf8)).write(to: file, options: .atomic)
    print("\nwritten to \(path)")
  }
}
