import Foundation
import Testing

/// `Documentation/protocol/fixtures` holds what this code makes, and what it holds is true.
///
/// With `ECO2_WRITE_EXAMPLES=1` in the environment the files are written anew instead of compared.
@Suite("Protocol fixtures")
struct FixtureTests {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation/protocol/fixtures")

  private let made: FixtureChain

  init() throws { made = try FixtureChain() }

  @Test("the documented fixtures are what the code makes")
  func documented() throws {
    for (name, content) in try FixtureFiles(made: made).all() {
      let text = content.text() + "\n"
      let file = Self.folder.appendingPathComponent(name)
      if ProcessInfo.processInfo.environment["ECO2_WRITE_EXAMPLES"] == "1" {
        try text.write(to: file, atomically: true, encoding: .utf8)
      }
      let isSame = try String(contentsOf: file, encoding: .utf8) == text
      #expect(isSame, "\(name) is not what the code makes: ECO2_WRITE_EXAMPLES=1 writes it anew")
    }
  }
}
