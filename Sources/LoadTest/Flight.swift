import LedgerCore

/// A transaction sent whose end is not known yet.
struct Flight {
  let bytes: ArraySlice<UInt8>
  /// When the schedule wanted it sent: latencies count from here, however late it was.
  let intended: ContinuousClock.Instant
  /// A node has said `accepted`.
  var isPromised = false
  /// A node has said that its sequence was used: by itself, for no other transaction takes it.
  var isUsed = false
}

/// The transactions under way, and the report of those that have ended.
struct FlightBook {
  /// Latencies kept at most: 40 MB; later ones are counted but not in the percentiles.
  private static let latenciesMax = 5_000_000

  private(set) var report = LoadReport()
  private var flights: [Digest: Flight] = [:]
  private var latencies: [Double] = []
  /// When a node was first seen at these heights: what is asked for later was final then.
  private var heights: [UInt64: ContinuousClock.Instant] = [:]
  private var highest: UInt64 = 0

  var openCount: Int { flights.count }

  /// The ids under way, in the order of their schedule.
  var ids: [Digest] {
    flights.sorted { ($0.value.intended, $0.key) < ($1.value.intended, $1.key) }.map(\.key)
  }

  mutating func take(_ id: Digest, _ bytes: ArraySlice<UInt8>, intended: ContinuousClock.Instant) {
    report.offered += 1
    flights[id] = Flight(bytes: bytes, intended: intended)
  }

  /// The bytes of those among `ids` that must be sent again: of unknown fate.
  func unknown(among ids: [Digest]) -> [(id: Digest, bytes: ArraySlice<UInt8>)] {
    ids.compactMap { id in
      guard let flight = flights[id], !flight.isPromised, !flight.isUsed else { return nil }
      return (id, flight.bytes)
    }
  }

  /// A node is at this height.
  mutating func note(height: UInt64, at now: ContinuousClock.Instant) {
    guard height > highest else { return }
    // The first height seen says nothing of when those before it were final.
    for passed in (highest == 0 ? height : highest + 1)...height { heights[passed] = now }
    highest = height
    if heights.count > 2_000 { heights = heights.filter { $0.key + 1_000 > height } }
  }

  mutating func noteUnanswered(_ count: Int) { report.unanswered += count }

  /// Books what a node said of a transaction, whether sent or asked for. False when it must be sent
  /// again.
  mutating func book(_ answer: TransactionState, of id: Digest, at now: ContinuousClock.Instant)
    -> Bool
  {
    guard let flight = flights[id] else { return true }
    switch answer {
    case .final(let applied, let height):
      promise(id)
      end(id)
      report.final += 1
      if applied { report.applied += 1 }
      if latencies.count < Self.latenciesMax {
        let end = height.flatMap { heights[$0] } ?? now
        latencies.append((end - flight.intended) / .milliseconds(1))
      }
    case .accepted: promise(id)
    case .pending:
      // Its node may go away with it: the next one is given the same bytes.
      return false
    case .used: flights[id]?.isUsed = true
    case .expired:
      end(id)
      report.expired += 1
    case .refused(let code):
      guard !flight.isPromised else { return true }
      end(id)
      report.refused[code, default: 0] += 1
    case .tryElsewhere: return false
    }
    return true
  }

  /// Books as lost or open what has not ended by now, and finishes the report.
  mutating func close(durationSeconds: Double, at now: ContinuousClock.Instant) {
    for id in ids {
      guard let flight = flights[id] else { continue }
      if flight.isUsed {
        _ = book(.final(applied: false, height: nil), of: id, at: now)
      } else if flight.isPromised {
        report.lost += 1
      } else {
        report.open += 1
      }
      end(id)
    }
    report.durationSeconds = durationSeconds
    report.latencyMilliseconds = LoadReport.Percentiles(of: latencies)
  }

  private mutating func promise(_ id: Digest) {
    guard let flight = flights[id], !flight.isPromised else { return }
    flights[id]?.isPromised = true
    report.accepted += 1
  }

  private mutating func end(_ id: Digest) { flights[id] = nil }
}
