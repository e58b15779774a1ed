import LedgerClient
import LedgerCore
import NodeAnswers

/// What a filer's pending requests with one document ask for.
struct PendingRanges: Sendable {
  /// Last serials by first ones, by block.
  private var ends: [String: [UInt64: UInt64]] = [:]
  /// Serials for the buffer.
  private(set) var bufferSerials: UInt128 = 0

  var isEmpty: Bool { ends.isEmpty }

  private static let atOnce = 16

  init(of filer: AccountID, document: Digest, in ledger: Ledger) async throws {
    let query = CreditQuery(
      custodian: filer.address(network: ledger.facts.network), state: "pending")
    var numbers: [UInt64] = []
    for try await request in ledger.requests(query, pageSize: PageFormat.itemsMax)
    where request.document == document.hex {
      numbers.append(request.number)
    }
    let requests = try await concurrently(numbers, atOnce: Self.atOnce) {
      try await ledger.request($0)
    }
    for request in requests {
      for range in request.ranges ?? [] {
        guard let block = range.block, range.start <= range.end else { continue }
        ends[block, default: [:]][range.start] = range.end
        if request.isBuffer == true {
          bufferSerials += UInt128(range.end - range.start) + 1
        }
      }
    }
  }

  /// The last serial of the range that is asked for from a serial on; nil when none is.
  func end(from serial: UInt64, of block: String) -> UInt64? { ends[block]?[serial] }
}
