import Foundation

/// This package, as its files say.
struct PackageSources {
  /// Files under `Sources` and of the examples, by target.
  let product: [String: [SourceText]]
  /// Files under `Tests`, by target.
  let tests: [String: [SourceText]]
  let manifest: Manifest

  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// Read once for all tests.
  static let current: Result<PackageSources, any Error> = Result { try PackageSources() }

  private init() throws {
    var product = try Self.targets(under: "Sources")
    product["ClientExamples"] = try Self.targets(under: "Examples")["client"]
    self.product = product
    tests = try Self.targets(under: "Tests")
    manifest = try Manifest(
      text: String(contentsOf: Self.root.appending(path: "Package.swift"), encoding: .utf8))
  }

  var productFiles: [SourceText] { Self.inOrder(product) }
  var testFiles: [SourceText] { Self.inOrder(tests) }

  /// Files of the targets whose every result must depend on their input alone.
  var deterministicFiles: [SourceText] {
    Self.inOrder(product.filter { Rules.deterministicTargets.contains($0.key) })
  }

  private static func inOrder(_ targets: [String: [SourceText]]) -> [SourceText] {
    targets.values.flatMap { $0 }.sorted { $0.path < $1.path }
  }

  private static func targets(under folder: String) throws -> [String: [SourceText]] {
    let base = root.appending(path: folder)
    guard let walk = FileManager.default.enumerator(atPath: base.path(percentEncoded: false)) else {
      throw CocoaError(.fileReadNoSuchFile)
    }
    var targets: [String: [SourceText]] = [:]
    for case let path as String in walk where path.hasSuffix(".swift") {
      guard let target = path.split(separator: "/").first, path.contains("/") else { continue }
      let text = try String(contentsOf: base.appending(path: path), encoding: .utf8)
      targets[String(target), default: []].append(
        SourceText(path: "\(folder)/\(path)", text: text))
    }
    return targets
  }
}
