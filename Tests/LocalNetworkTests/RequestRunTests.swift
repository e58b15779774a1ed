import LedgerClient
import LedgerCore
import Testing

@testable import LoadTest

@Suite("Requests measured one by one")
struct RequestRunTests {
  @Test("an answer is read once its last byte is there, whatever pieces it comes in")
  func pieces() throws {
    let bytes = Array(
      "HTTP/1.1 202 Accepted\r\ncontent-LENGTH: 5\r\nA: b\r\n\r\nhello".utf8)
    for cut in 0..<bytes.count {
      var reader = AnswerReader()
      reader.append(bytes[..<cut])
      #expect(try reader.next() == nil)
      reader.append(bytes[cut...])
      let answer = try #require(try reader.next())
      #expect(answer.status == 202)
      #expect(Array(reader.bytes[answer.body]) == Array("hello".utf8))
    }
  }

  @Test(
    "what is no answer with a length is refused",
    arguments: [
      "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 abc\r\nContent-Length: 0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nab",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
    ])
  func malformed(text: String) {
    var reader = AnswerReader()
    reader.append(Array(text.utf8))
    #expect(throws: RequestFault.self) { _ = try reader.next() }
  }

  @Test("a submission's state and code are found in its answer")
  func texts() throws {
    var reader = AnswerReader()
    let body = #"{"transactions":[{"code":"pool_full","id":"00","status":"refused"}]}"#
    let head = "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    reader.append(Array((head + body).utf8))
    let answer = try #require(try reader.next())
    #expect(reader.text(Array("status".utf8), in: answer.body) == "refused")
    #expect(reader.text(Array("code".utf8), in: answer.body) == "pool_full")
    #expect(reader.text(Array("message".utf8), in: answer.body) == nil)
  }

  @Test("each request is sent once and each answer counted once")
  func counted() throws {
    let server = try TinyServer()
    defer { server.stop() }
    let requests = (0..<50).map { number in
      PreparedRequest.get("/\(number)", from: server.address)
    }
    var run = try RequestRun(
      .each(requests), to: server.address, connections: 4, counting: .submission)
    let outcome = run.run(milliseconds: 30_000)
    #expect(outcome.report.answers == ["200 pending": 50])
    #expect(outcome.report.broken == 0)
    #expect(outcome.report.eachSecond.reduce(0, +) == 50)
    #expect(outcome.answers.keys.sorted() == Array(0..<50))
    #expect(server.paths.sorted() == (0..<50).map { "/\($0)" }.sorted())
  }

  @Test("what was taken must be executed exactly once, what was refused never")
  func finality() {
    let ids = (0..<5).map { SHA256.hash([UInt8($0)]) }
    var finality = APIBenchReport.Finality()
    finality.count(
      taken: Array(ids[..<4]), refused: [ids[4]],
      executions: [
        ids[0].hex: (1, true), ids[1].hex: (1, false), ids[2].hex: (2, true), ids[4].hex: (1, true),
      ])
    #expect(finality.taken == 4)
    #expect(finality.once == 2)
    #expect(finality.severalTimes == 1)
    #expect(finality.lost == 1)
    #expect(finality.applied == 2)
    #expect(finality.refusedButExecuted == 1)
  }
}
