import Testing

/// Plants what each check must find, and what it must leave alone.
@Suite("The tidy checks catch what is planted")
struct CheckerTests {
  static func file(_ text: String, path: String = "Sources/X/Y.swift") -> SourceText {
    SourceText(path: path, text: text)
  }

  @Test("a banned call is found in code and in interpolations, not in strings and comments")
  func bannedCalls() {
    let file = Self.file(
      #"""
      let a = try! run()
      // try! in a comment
      let b = "try! in a string \" still"
      let c = "value: \(list.map { x in x as! Int }.count)"
      /* try! /* nested try! */ still try! */
      let d = """
        try! in "many" lines
        """
      let e = retry!(x), update = upDate()
      """#)
    let findings = TextChecks.banned(file, ["try!", "as!", "Date()"])
    #expect(findings.map(\.line) == [1, 4])
  }

  @Test("raw strings end where they end")
  func rawStrings() {
    let file = Self.file("let a = #\"try! \" try!\"#; try! b()\n")
    #expect(TextChecks.banned(file, ["try!"]).count == 1)
    #expect(file.code[0].contains("; try! b()"))
    #expect(!file.code[0].hasPrefix("let a =   \"try!"))
  }

  @Test(
    "banned calls with signs around their name are found",
    arguments: Rules.bannedInProduct + Rules.bannedInDeterministic)
  func everyBannedCall(call: String) {
    let file = Self.file("let x = value \(call) rest\n")
    #expect(TextChecks.banned(file, [call]).count == 1)
  }

  @Test("a long function is measured from its name to its closing brace")
  func longFunctions() {
    let body = Array(repeating: "    if x { y() } // }", count: 20).joined(separator: "\n")
    let file = Self.file(
      """
      protocol P {
        func requirement(x: Int)
        init(y: Int)
      }
      struct S {
        let f = T.init(x: { 1 }())
        func short() { }
        func long(
          closure: () -> Void = { }
        ) throws(E) -> Int where T: P {
      \(body)
        }
      }
      """)
    let spans = FunctionChecks.functions(file)
    #expect(spans.map(\.lineCount) == [1, 24])
    #expect(spans.map { $0.firstLine + 1 } == [7, 8])
    #expect(FunctionChecks.longFunctions(file, linesMax: 23).map(\.line) == [8])
    #expect(FunctionChecks.longFunctions(file, linesMax: 24).isEmpty)
  }

  @Test("long files and long lines are found, links aside")
  func length() {
    let long = String(repeating: "x", count: 101)
    let file = Self.file("\(long)\n// https://example.org/\(long)\n\(long.dropLast())\n")
    #expect(TextChecks.longLines(file).map(\.line) == [1])
    #expect(TextChecks.longFile(file, linesMax: 2).count == 1)
    #expect(TextChecks.longFile(file, linesMax: 3).isEmpty)
  }

  @Test("loops over hash tables are found unless sorted")
  func hashOrder() {
    let file = Self.file(
      """
      var accounts: [AccountID: Int] = [:]
      let seen = Set<Int>()
      var list: [Int] = []
      for (id, value) in accounts { use(id) }
      for id in accounts.keys { use(id) }
      for id in accounts.keys.sorted() { use(id) }
      for item in self.seen where item > 1 { use(item) }
      for item in list { use(item) }
      accounts.values.forEach { use($0) }
      seen.forEach { use($0) }
      let order = accounts.sorted { $0.key < $1.key }
      let pairs: [(key: Int, value: Int)] = []
      for (key, value) in pairs { use(key) }
      """)
    #expect(OrderChecks.hashOrder(file).map(\.line) == [4, 5, 7, 9, 10])
  }

  @Test("a precondition in a decoder is found, elsewhere it is none of this check's business")
  func decoders() {
    let file = Self.file(
      """
      init(from reader: inout BCSReader) throws(BCSError) {
        precondition(reader.count > 0)
      }
      func decodeHeader() { assert(ready) }
      func apply() { precondition(isSorted) }
      """)
    #expect(FunctionChecks.preconditionsInDecoders(file).map(\.line) == [2, 4])
  }

  @Test("unfinished work and empty files are found")
  func unfinishedWork() {
    let file = Self.file("import A\n// TODO: later\n/* FIXME */\n// TODOS are fine\n")
    #expect(TextChecks.unfinishedWork(file).map(\.line) == [2, 3])
    #expect(TextChecks.emptyFile(file).count == 1)
    #expect(TextChecks.emptyFile(Self.file("import A\nlet x = 1\n")).isEmpty)
  }

  @Test("a public declaration without a docstring is found")
  func docstrings() {
    let file = Self.file(
      """
      public import A
      /// Said.
      @inlinable
      public func said() {}
      public func unsaid() {}
      // Not a docstring.
      public struct Plain {}
      public static func < (left: A, right: A) -> Bool { true }
      public let field: Int
      public var computed: Int { 1 }
      public init(
        field: Int
      ) {}
      public init(parsing: Int) throws(E) {}
      """)
    #expect(TextChecks.undocumented(file).map(\.line) == [5, 7, 10, 14])
  }

  static let manifest = Manifest(
    text: """
      let nio: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
      let targets = [
        .target(
          name: "CLedgerCore",
          path: "C"),
        module("LedgerCore", ["CLedgerCore"]),  // module("Ghost", [])
        module("Consensus", ["LedgerCore"]),
        module(
          "NodeAPI",
          [
            "LedgerCore", nio,
          ]),
        .executableTarget(
          name: "eco2",
          dependencies: ["NodeAPI"]),
        tests("ConsensusTests", ["Consensus"]),
      ]
      """)

  @Test("the table of targets is read from the manifest")
  func manifestIsRead() {
    #expect(
      Self.manifest.targets.map(\.name)
        == ["CLedgerCore", "LedgerCore", "Consensus", "NodeAPI", "ConsensusTests", "eco2"])
    #expect(Self.manifest["NodeAPI"]?.dependencies == ["LedgerCore", "NIOCore"])
    #expect(Self.manifest.cycle() == nil)
  }

  @Test("an import outside the table is found; Foundation and C only where they belong")
  func imports() throws {
    func lines(_ target: String, _ text: String) throws -> [Int] {
      let target = try #require(Self.manifest[target])
      return ImportChecks.imports([Self.file(text)], of: target, in: Self.manifest).map(\.line)
    }
    let text = """
      import Foundation
      public import LedgerCore
      internal import CLedgerCore
      @testable import struct NIOCore.ByteBuffer
      import Testing
      """
    #expect(try lines("NodeAPI", text) == [3, 3, 5])
    #expect(try lines("Consensus", text) == [1, 3, 3, 4, 5])
    #expect(
      try lines("ConsensusTests", "import Testing\nimport Consensus\nimport LedgerCore\n") == [3])
    #expect(try lines("LedgerCore", "import CLedgerCore\npublic import CLedgerCore\n") == [2])
  }

  @Test("a table against the architecture is found: arrow up, C too high, cycle, vague name")
  func tableFaults() {
    let manifest = Manifest(
      text: """
        module("LedgerCore", ["CLedgerCore", "Consensus"]),
        module("Consensus", ["LedgerCore"]),
        module("NodeAPI", ["CLedgerCore"]),
        module("KeyManager", ["LedgerCore"]),
        .target(name: "CLedgerCore", path: "C"),
        """)
    let faults = ImportChecks.table(manifest)
    #expect(faults.contains("LedgerCore must not import Consensus"))
    #expect(faults.contains { $0.hasPrefix("only") && $0.hasSuffix("CLedgerCore, not NodeAPI") })
    #expect(faults.contains { $0.hasPrefix("KeyManager") })
    #expect(faults.contains("cycle: LedgerCore -> Consensus -> LedgerCore"))
  }

  @Test("an entry of the allow-list covers its line and no other")
  func allowListCoversOneLine() {
    let findings = [
      Finding(path: "A.swift", line: 1, rule: "banned call", detail: "try! in: try! one()"),
      Finding(path: "A.swift", line: 2, rule: "banned call", detail: "try! in: try! two()"),
    ]
    let entry = Allowed(path: "A.swift", rule: "banned call", containing: "one()", reason: "test")
    #expect(findings.notAllowed([entry]).map(\.line) == [2])
  }
}
