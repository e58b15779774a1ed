import Foundation
import NodeAnswers
import Testing

@testable import NodeAPI

/// `Documentation/protocol/api.md` names the bounds that the code has.
@Suite("Bounds in the API's page")
struct LimitsPageTests {
  private static func page() throws -> String {
    try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Documentation/protocol/api.md"), encoding: .utf8)
  }

  /// The rows below a heading: cells of each, without the table's head.
  private static func rows(below heading: String, in page: String) -> [[String]] {
    let lines = page.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.drop { $0 != "## \(heading)" }.dropFirst().prefix { !$0.hasPrefix("## ") }
      .filter { $0.hasPrefix("| ") }.dropFirst()
      .map { line in
        line.split(separator: "|", omittingEmptySubsequences: false).dropFirst().dropLast()
          .map { $0.trimmingCharacters(in: .whitespaces) }
      }
  }

  /// The numbers of a text in their order; `1,024` is one.
  private static func numbers(_ text: String) -> [Int64] {
    text.replacing(",", with: "").split { !$0.isNumber }.compactMap { Int64($0) }
  }

  private static let settings = APISettings()
  private static let bodySeconds = Int(settings.bodyPeriodMilliseconds / 1_000)

  /// What each row of the table must say; a number that names another thing stands in its words.
  private static func bounds() throws -> [(row: String, numbers: [Int])] {
    [
      (
        "connections; of one address (IPv4, IPv6 /64)",
        [settings.connectionsMax, settings.connectionsPerAddressMax, 503]
      ),
      (
        "requests of one address",
        [
          settings.requestsPerSecondMax, settings.requestsBurst, try dearCost(),
          APILimits.itemsPerRequest,
        ]
      ),
      (
        "transactions of one address",
        [settings.submissionsPerSecondMax, settings.submissionsBurst]
      ),
      (
        "body",
        [
          settings.bodyBytesMax, Int(settings.bodyTimeoutMilliseconds / 1_000),
          settings.bodyBytesPerSecondMin * bodySeconds / 1_024, bodySeconds,
        ]
      ),
      (
        "headers",
        [
          settings.headerBytesMax, settings.headersMax,
          Int(settings.headTimeoutMilliseconds / 1_000),
        ]
      ),
      ("path and query", [APILimits.targetBytesMax]),
      ("silence between requests", [Int(settings.idleTimeoutMilliseconds / 1_000)]),
      ("a client that reads nothing", [Int(settings.writeTimeoutMilliseconds / 1_000)]),
      ("requests of one connection without their answers", [APILimits.pipelinedRequestsMax]),
      (
        "event streams; of one address",
        [settings.subscribersMax, settings.subscribersPerAddressMax]
      ),
      (
        "bodies being read, long answers being written, all together", [settings.bodiesBytesMax]
      ),
    ]
  }

  /// What a list or a certificate counts of an address's requests.
  private static func dearCost() throws -> Int {
    let node = try MemoryNode()
    let routes = BlockRoutes(service: node, blocks: FinalBlocks(service: node)).routes
    return try #require(routes.map(\.cost).max())
  }

  @Test("each bound of the table is the code's, and no row is without one")
  func table() throws {
    let rows = Self.rows(below: "Limits", in: try Self.page())
    let bounds = try Self.bounds()
    #expect(rows.count == bounds.count)
    for row in rows {
      let bound = try #require(bounds.first { $0.row == row[0] }, "\(row[0])")
      #expect(Self.numbers(row[1]) == bound.numbers.map(Int64.init), "\(row[0])")
    }
    #expect(Self.settings.bodiesBytesMax == Self.settings.answersBytesMax)
  }

  @Test("the bounds that stand in sentences are the code's")
  func sentences() throws {
    let page = try Self.page().replacing(",", with: "")
    let sentences = [
      "at most \(APILimits.statusAgeMillisecondsMax) ms old",
      "\(ScheduleFormat.turnsDefault) heights if absent \(ScheduleFormat.turnsMax) at most",
      "for up to \(SubmissionFormat.transactionsMax) ids",
      "`limit` is 1 to \(PageFormat.itemsMax) \(PageFormat.itemsDefault) if absent",
      "more than \(APILimits.eventHeightsAheadMax) heights ahead",
      "more than \(APILimits.eventHeightsMax) heights behind",
      "a comment comes every \(Self.settings.heartbeatMilliseconds / 1_000) s",
      "reads nothing for \(Self.settings.writeTimeoutMilliseconds / 1_000) s",
      "at most \(APILimits.frameBytesMax) bytes a frame and \(APILimits.framesMax) frames in "
        + "\(Self.settings.heartbeatMilliseconds / 1_000) s",
      "`list<bytes>` 1 … \(SubmissionFormat.transactionsMax)",
      "`list<[32]>` 1 … \(SubmissionFormat.transactionsMax)",
      "At most \(SubmissionFormat.bodyBytesMax) bytes.",
      "after \(SubmissionFormat.waitMillisecondsMax / 1_000) s with what is known",
    ]
    for sentence in sentences { #expect(page.contains(sentence), "\(sentence)") }
  }
}
