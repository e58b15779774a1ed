import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore

/// The serials of retired tonnes, read from a stopped node's home.
enum RetiredSerials {
  /// A text a range, in the order of retirement; at most `limit` of them.
  static func read(home: String, limit: Int = 20) throws -> [String] {
    let store = try NodeStore(home: home, genesis: nil)
    var queries = LedgerQueries(StateView(over: store.records))
    var texts: [String] = []
    while texts.count < limit, let retirement = try queries.retirement(UInt64(texts.count)) {
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
