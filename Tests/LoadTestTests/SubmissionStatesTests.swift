import LedgerCore
import NodeAnswers
import Testing

@testable import LoadTest

@Suite("Answers to submissions")
struct SubmissionStatesTests {
  @Test("each state is read as the node writes it, whatever stands in its sentence")
  func states() throws {
    let answers = [
      TransactionAnswer(id: "ab", status: .accepted),
      TransactionAnswer(id: "ab", status: .accepted, accordingTo: "127.0.0.1:1"),
      TransactionAnswer(id: "cd", status: .pending),
      TransactionAnswer(id: "ef", status: .final, applied: true, height: 12, index: 3),
      TransactionAnswer(
        id: "ef", status: .final, applied: false, height: 12, code: "x", message: "a \"}],{ b"),
      TransactionAnswer(id: nil, status: .refused, code: "bad_signature", message: "\\\" ,"),
      TransactionAnswer(id: "01", status: .refused, code: TransactionFault.replayed.code),
      TransactionAnswer(id: "01", status: .refused, code: TransactionFault.notReady.code),
      TransactionAnswer(id: "01", status: .refused, code: TransactionFault.expired.code),
      TransactionAnswer(id: "01", status: .refused, code: TransactionFault.alreadyKnown.code),
    ]
    let json = SubmissionAnswer(transactions: answers).json
    let first = try #require(SubmissionStates.read(json[...], isRetry: false))
    #expect(
      first == [
        .accepted, .accepted, .pending, .final(applied: true, height: 12),
        .final(applied: false, height: 12), .refused("bad_signature"),
        .refused(TransactionFault.replayed.code), .tryElsewhere, .expired, .pending,
      ])
    let again = try #require(SubmissionStates.read(json[...], isRetry: true))
    #expect(again[6] == .used)
  }

  @Test("an answer that breaks off, or is something else, is no list of states")
  func broken() {
    let json = SubmissionAnswer(
      transactions: [TransactionAnswer(id: "ab", status: .accepted)]
    ).json
    for count in 0..<(json.count - 1) {
      #expect(SubmissionStates.read(json.prefix(count), isRetry: false) == nil, "\(count)")
    }
    #expect(SubmissionStates.read(Array("{\"code\":\"busy\"}".utf8)[...], isRetry: false) == nil)
  }
}
