import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// The serials of the number line's retired tonnes, read from a stopped node's home.
enum RetiredSerials {
  /// A text a range, in the order of retirement; at most `limit` of them.
  static func read(home: String, limit: Int = 20) throws -> [String] {
    let store = try NodeStore(home: home, genesis: nil)
    var queries = LedgerQueries(StateView(over: store.records))
    var texts: [String] = []
    var number: UInt64 = 0
    while texts.count < limit, let retirement = try queries.retirement(number) {
      number += 1
      // What a holder retired directly is no tonne of the line.
      guard case .pool = retirement.purpose else { continue }
      guard let lot = try queries.lot(retirement.lot),
        let issuance = try queries.issuance(lot.issuance)
      else { break }
      texts.append(
        "\(lot.count / issuance.unit.perTonne) t of \(issuance.projectID), serials "
          + "\(retirement.start)–\(retirement.end) of \(issuance.range.serialText)")
    }
    return texts
  }
}
