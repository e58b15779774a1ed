import Foundation

/// The example data under Tests/Vectors.
enum Vectors {
  static func bytes(_ path: String) throws -> [UInt8] {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try [UInt8](Data(contentsOf: tests.appending(path: "Vectors").appending(path: path)))
  }
}
