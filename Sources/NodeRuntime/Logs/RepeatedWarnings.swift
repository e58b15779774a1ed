/// What happens every second is said once a minute: a warning that is written is not written again,
/// word for word, for a minute, and then with how often it came meanwhile.
struct RepeatedWarnings: Sendable {
  static let quietSeconds: UInt64 = 60
  /// Warnings remembered; of more, the one first written is forgotten.
  static let rememberedMax = 64

  private struct Warning {
    let line: String
    let second: UInt64
    var repeated = 0
  }

  /// In the order they were written.
  private var written: [Warning] = []

  /// Whether this warning was written less than a minute ago; it is counted then.
  mutating func isQuiet(_ line: String, second now: UInt64) -> Bool {
    // A clock that was set back ends the minute, too.
    guard let index = index(of: line), now >= written[index].second,
      now - written[index].second < Self.quietSeconds
    else { return false }
    written[index].repeated += 1
    return true
  }

  /// Remembers that this warning is written now; how often it was not, since it last was.
  mutating func writes(_ line: String, second now: UInt64) -> Int {
    let repeated = index(of: line).map { written.remove(at: $0).repeated } ?? 0
    if written.count >= Self.rememberedMax { written.removeFirst() }
    written.append(Warning(line: line, second: now))
    return repeated
  }

  private func index(of line: String) -> Int? {
    written.firstIndex { $0.line.utf8.elementsEqual(line.utf8) }
  }
}
