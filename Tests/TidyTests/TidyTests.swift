import Testing

/// Reads the package's own sources and holds them to the rules of the house.
@Suite("The house is tidy")
struct TidyTests {
  let package: PackageSources
  let findings: [Finding]

  init() throws {
    package = try PackageSources.current.get()
    findings = try PackageFindings.current.get()
  }

  /// Fails with one readable line for each finding of these rules that no exception covers.
  private func expectNone(
    _ rules: String..., sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let open = findings.filter { rules.contains($0.rule) }.notAllowed()
    let list = open.map { "\n  \($0)" }.joined()
    #expect(open.isEmpty, "\(open.count) found:\(list)", sourceLocation: sourceLocation)
  }

  @Test("targets import only what Package.swift names, and C only where it belongs")
  func imports() {
    expectNone("import not in the table", "C outside its rooms", "C in a public face")
  }

  @Test("the table of targets follows the architecture: arrows down, no cycles, no vague names")
  func table() {
    #expect(ImportChecks.table(package.manifest) == [])
  }

  @Test("every folder of sources is a target, and every target has sources")
  func deadFolders() {
    let modules = package.manifest.targets.filter { $0.kind == .module || $0.kind == .executable }
    let tests = package.manifest.targets.filter { $0.kind == .test }
    #expect(package.product.keys.sorted() == modules.map(\.name).sorted())
    #expect(package.tests.keys.sorted() == tests.map(\.name).sorted())
  }

  @Test("no file is empty")
  func emptyFiles() {
    expectNone("empty file")
  }

  @Test("files and functions fit a reader's head")
  func length() {
    expectNone("long file", "long function")
    let overAim =
      package.productFiles.flatMap { TextChecks.longFile($0, linesMax: Rules.fileLinesAim) }
      + package.productFiles.flatMap {
        FunctionChecks.longFunctions($0, linesMax: Rules.functionLinesAim)
      }
    print("over the aim of 400 lines a file, 70 a function: \(overAim.count)")
    for finding in overAim { print("  \(finding)") }
  }

  @Test("lines have at most 100 columns, links aside")
  func longLines() {
    expectNone("long line")
  }

  @Test("nothing traps, guesses or waits where it must not")
  func bannedCalls() {
    expectNone("banned call")
  }

  @Test("deterministic targets never take the order of a hash table")
  func hashOrder() {
    expectNone("hash order")
  }

  @Test("decoders answer bad bytes with errors, not with preconditions")
  func decoders() {
    expectNone("precondition in a decoder")
  }

  @Test("no unfinished work is left in comments")
  func unfinishedWork() {
    expectNone("unfinished work")
  }

  @Test("public declarations of LedgerCore have docstrings")
  func docstrings() {
    expectNone("no docstring")
  }

  @Test("every exception is still needed and says why")
  func allowListIsNeeded() {
    for entry in allowList {
      #expect(findings.contains { entry.covers($0) }, "covers nothing: \(entry)")
      #expect(entry.reason.count > 20, "no reason: \(entry)")
    }
  }
}
