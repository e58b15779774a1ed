import NodeAnswers
import Synchronization

/// The last answer to `GET /v1/status`: whoever asks for it thousands of times a second gets what
/// was true a moment ago, and nothing older than the last final block.
final class StatusCache: Sendable {
  private static let age = Duration.milliseconds(50)

  private struct Entry {
    let answer: StatusAnswer
    let version: UInt64
    let until: ContinuousClock.Instant
  }

  private let entry = Mutex<Entry?>(nil)

  /// The answer kept, or a new one.
  ///
  /// - Parameter version: of what the answer must not be behind.
  func answer(version: UInt64, _ make: () -> StatusAnswer) -> StatusAnswer {
    let now = ContinuousClock.now
    if let entry = entry.withLock({ $0 }), entry.version == version, now < entry.until {
      return entry.answer
    }
    let answer = make()
    entry.withLock { $0 = Entry(answer: answer, version: version, until: now + Self.age) }
    return answer
  }
}
