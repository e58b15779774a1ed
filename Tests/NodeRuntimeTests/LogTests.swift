import Foundation
import Logging
import Synchronization
import Testing

@testable import NodeRuntime

@Suite("The log")
struct LogTests {
  /// What was written, and the time that is told.
  private final class Paper: Sendable {
    let lines = Mutex<[String]>([])
    let time = Mutex<UInt64>(1_795_322_999_042)

    func logs(_ change: (inout NodeConfiguration.Log) -> Void = { _ in }) -> NodeLogs {
      var settings = NodeConfiguration.Log()
      settings.priorityPrefix = .never
      change(&settings)
      return NodeLogs(
        settings, now: { self.time.withLock { $0 } },
        write: { line in self.lines.withLock { $0.append(line) } })
    }

    var written: [String] { lines.withLock { $0 } }
  }

  private static let forged = "bad\n2026-01-01T00:00:00.000Z critical node: \u{1B}[2Jpaid\u{202E}"

  @Test("a line for people has time, level, module, message and fields")
  func text() {
    let paper = Paper()
    var logger = paper.logs()[.replica]
    logger[metadataKey: "chain"] = "x y"
    logger.notice("view change", metadata: ["view": "1", "height": "12", "empty": ""])
    logger.info("not written")
    #expect(
      paper.written == [
        "2026-11-22T04:49:59.042Z notice replica: view change chain=\"x y\" empty=\"\" height=12 "
          + "view=1\n"
      ])
  }

  @Test("a line for programs is one JSON object with the same")
  func json() throws {
    let paper = Paper()
    let logger = paper.logs { $0.format = .json }[.peers]
    logger.warning(
      "refused: \(Self.forged)",
      metadata: ["why": "\(Self.forged)", "list": ["a", .dictionary(["b": "\"\\"])]])
    let line = try #require(paper.written.first)
    #expect(line.dropLast().allSatisfy { !$0.isNewline } && line.hasSuffix("}\n"))
    #expect(!line.contains("\u{1B}") && !line.contains("\u{202E}"))
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    #expect(object["time"] as? String == "2026-11-22T04:49:59.042Z")
    #expect(object["level"] as? String == "warning")
    #expect(object["module"] as? String == "peers")
    #expect(object["message"] as? String == "refused: \(Self.forged)")
    let fields = try #require(object["fields"] as? [String: Any])
    #expect(fields["why"] as? String == Self.forged)
    #expect(((fields["list"] as? [Any])?[1] as? [String: String])?["b"] == "\"\\")
  }

  @Test("what a peer says cannot begin a line of its own, nor move a terminal's cursor")
  func forging() {
    let paper = Paper()
    paper.logs()[.peers].warning("refused: \(Self.forged)", metadata: ["a\nb": "\(Self.forged)"])
    #expect(paper.written.count == 1)
    let line = paper.written.first ?? ""
    #expect(line.dropLast().unicodeScalars.allSatisfy { !LogText.mustEscape($0) })
    #expect(line.contains("bad\\n2026-01-01T00:00:00.000Z") && line.contains("a\\nb="))
  }

  @Test("a long text is cut")
  func long() {
    let paper = Paper()
    let text = String(repeating: "é", count: 100_000)
    paper.logs()[.api].error("\(text)", metadata: ["text": "\(text)"])
    let line = paper.written.first ?? ""
    #expect(line.count < 2 * LogLine.charactersMax + 100 && line.contains("…"))
  }

  @Test("modules have levels of their own")
  func levels() {
    let paper = Paper()
    let logs = paper.logs {
      $0.level = .warning
      $0.levels = ["api": .debug, "peers": .critical]
    }
    for module in LogModule.allCases {
      logs[module].debug("debug")
      logs[module].warning("warning")
    }
    let seen = paper.written.map {
      $0.split(separator: " ").dropFirst().prefix(2).joined(separator: " ")
    }
    #expect(
      seen == [
        "warning node:", "warning replica:", "debug api:", "warning api:", "warning store:",
      ])
  }

  @Test(
    "with a prefix the journal learns the priority",
    arguments: [
      (Logger.Level.critical, "<2>"), (.error, "<3>"), (.warning, "<4>"), (.notice, "<5>"),
      (.info, "<6>"), (.debug, "<7>"), (.trace, "<7>"),
    ])
  func priorities(level: Logger.Level, prefix: String) {
    let paper = Paper()
    let logs = paper.logs {
      $0.level = .trace
      $0.priorityPrefix = .always
    }
    logs[.node].log(level: level, "text")
    #expect(paper.written.first?.hasPrefix(prefix + "2026-") == true)
  }

  @Test("of many warnings in a second the first of each module are written, and the rest counted")
  func warnings() {
    let paper = Paper()
    let logs = paper.logs()
    for number in 0..<50 { logs[.peers].warning("\(number)") }
    logs[.peers].notice("notices are not limited")
    logs[.api].warning("another module")
    #expect(paper.written.count == WarningBudget.perSecondMax + 2)
    paper.time.withLock { $0 += 1_000 }
    logs[.peers].warning("next")
    #expect(
      paper.written.suffix(2).first?.contains("more warnings were not written count=30") == true)
    #expect(paper.written.last?.hasSuffix("peers: next\n") == true)
  }

  @Test("a warning that comes every second is written once a minute, with how often it came")
  func repetitions() {
    let paper = Paper()
    let logger = paper.logs()[.peers]
    for second in 0..<130 {
      logger.warning("closed", metadata: ["address": "a"])
      if second == 5 { logger.warning("closed", metadata: ["address": "b"]) }
      paper.time.withLock { $0 += 1_000 }
    }
    let seen = paper.written.map { $0.split(separator: " ", maxSplits: 1).last ?? "" }
    #expect(
      seen == [
        "warning peers: closed address=a\n", "warning peers: closed address=b\n",
        "warning peers: closed address=a repeated=59\n",
        "warning peers: closed address=a repeated=59\n",
      ])
    // A clock that was set back silences nothing for longer than before.
    paper.time.withLock { $0 -= 1_000_000 }
    logger.warning("closed", metadata: ["address": "a"])
    #expect(paper.written.count == 5)
  }

  @Test("many different warnings do not silence each other, and are not kept for ever")
  func variety() {
    var repeated = RepeatedWarnings()
    for number in 0...RepeatedWarnings.rememberedMax {
      let isQuiet = repeated.isQuiet("\(number)", second: 1)
      let times = repeated.writes("\(number)", second: 1)
      #expect(!isQuiet && times == 0)
    }
    let (first, second) = (repeated.isQuiet("0", second: 2), repeated.isQuiet("1", second: 2))
    #expect(!first && second)
  }

  @Test(
    "moments are written as RFC 3339 in UTC",
    arguments: [
      (UInt64(0), "1970-01-01T00:00:00.000Z"), (951_782_399_999, "2000-02-28T23:59:59.999Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"),
      (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
      (253_402_300_799_999, "9999-12-31T23:59:59.999Z"), (.max, "9999-12-31T23:59:59.615Z"),
    ])
  func moments(milliseconds: UInt64, text: String) {
    #expect(Timestamp.rfc3339(milliseconds: milliseconds) == text)
  }
}
