import Dissemination
import Replica

/// Makes one event of all submissions that waited for the replica together, in the place of the
/// first: their transactions are judged, and their signatures checked, in one go. Larger ones are
/// split, so that nothing else waits long behind them.
enum GatheredSubmissions {
  /// Transactions in one event, beyond its first submission.
  static let transactionsMax = 1_024

  static func gather(_ events: [NodeEvent]) -> [NodeEvent] {
    var gathered: [NodeEvent] = []
    gathered.reserveCapacity(events.count)
    var submissions: [ClientSubmission] = []
    var count = 0
    var place: Int?
    for event in events {
      guard case .replica(.submitted(let more)) = event else {
        gathered.append(event)
        continue
      }
      let added = more.reduce(0) { $0 + $1.transactions.count }
      if let open = place, count + added > transactionsMax {
        gathered[open] = .replica(.submitted(submissions))
        (submissions, count, place) = ([], 0, nil)
      }
      if place == nil {
        place = gathered.count
        gathered.append(event)
      }
      submissions += more
      count += added
    }
    if let place { gathered[place] = .replica(.submitted(submissions)) }
    return gathered
  }
}
