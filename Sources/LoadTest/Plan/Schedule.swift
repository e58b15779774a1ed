/// When each transaction is to be sent: number n at n ÷ rate after the start, whatever became of
/// those before it (an open loop). Latencies count from these times, so a generator or a network
/// that stalls cannot hide what waited meanwhile.
struct Schedule: Sendable {
  /// Transactions a second.
  let rate: Double
  /// Nanoseconds in which one batch's transactions lie.
  let batchNanoseconds: UInt64
  /// Transactions in a batch at most.
  let batchMax: Int
  /// How many there are; nil without end.
  let count: Int?

  static let chunkSeconds = 1.0

  init(
    rate: Double, seconds: Double?, batchNanoseconds: UInt64 = 50_000_000, batchMax: Int = 1_000
  ) {
    self.rate = rate
    self.batchNanoseconds = batchNanoseconds
    self.batchMax = batchMax
    count = seconds.map { Int((min($0, 1e7) * rate).rounded(.up)) }
  }

  /// Nanoseconds after the start.
  func due(_ number: Int) -> UInt64 { UInt64(Double(number) / rate * 1e9) }

  /// The numbers of a chunk of the schedule, which is a second long; empty behind the end.
  func chunk(_ index: Int) -> Range<Int> {
    let first = Int((Double(index) * Self.chunkSeconds * rate).rounded(.up))
    let next = Int((Double(index + 1) * Self.chunkSeconds * rate).rounded(.up))
    let end = count ?? .max
    return min(first, end)..<min(next, end)
  }

  /// Chunks there are; nil without end.
  var chunkCount: Int? {
    count.map { $0 == 0 ? 0 : Int((Double($0 - 1) / rate / Self.chunkSeconds).rounded(.down)) + 1 }
  }

  /// Where a batch ends that begins at `first`: with its window of time, or its size.
  func batchEnd(_ first: Int, in chunk: Range<Int>) -> Int {
    let window = due(first) / batchNanoseconds
    var end = first + 1
    while end < chunk.upperBound, end - first < batchMax, due(end) / batchNanoseconds == window {
      end += 1
    }
    return end
  }
}
