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
      let lot = try queries.lot(retirement.lot)?.lot
      let last = retirement.firstSerial + (retirement.tonnes - min(1, retirement.tonnes))
      texts.append(
        "\(retirement.tonnes) t of \(lot?.projectID ?? "?"), serials \(retirement.firstSerial)–"
          + "\(last) of \(lot?.serialText ?? "?")")
    }
    return texts
  }
}
