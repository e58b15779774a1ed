import LedgerCore
import LedgerRules
import NodeAnswers

/// Requests, as the API says them.
extension CarbonReader {
  /// - Parameter isWhole: with its ranges and bytes.
  mutating func request(_ number: UInt64, isWhole: Bool) throws(RecordError) -> RequestAnswer? {
    guard let record = try queries.request(number) else { return nil }
    var answer = RequestAnswer(
      number: number, kind: record.request.name, filer: address(record.filer),
      filedAt: record.filedAt, expiresAt: record.expiresAt, deposit: "\(record.deposit)",
      standing: record.standing.name, endedAt: record.endedAt,
      approvals: record.approvals.map(address), rejections: record.rejections.map(address),
      lotsMax: record.lotsMax, document: record.proof.document.hex,
      voucher: record.proof.voucher.isEmpty ? nil : record.proof.voucher,
      consent: record.proof.consent == .zero ? nil : record.proof.consent.hex)
    if case .onboard(let onboarding) = record.request {
      answer.owner = address(onboarding.owner)
      answer.isBuffer = onboarding.isBuffer
    }
    let ranges = Self.ranges(of: record.request)
    if !ranges.isEmpty {
      answer.serials = ranges.reduce(0) { $0 &+ Self.count($1.start, $1.end) }
    }
    if isWhole {
      answer.ranges = ranges.isEmpty ? nil : ranges
      answer.bytes = Hex.encode(record.request.bcs)
    }
    return answer
  }

  /// A filer may have stated a range that ends before it begins, or all numbers there are.
  private static func count(_ start: UInt64, _ end: UInt64) -> UInt64 {
    start <= end ? (end - start) &+ 1 : 0
  }

  private static func ranges(of request: CreditRequest) -> [RequestRangeAnswer] {
    func part(_ range: LotRange) -> [RequestRangeAnswer] {
      [RequestRangeAnswer(lot: range.lot, start: range.start, end: range.end)]
    }
    switch request {
    case .onboard(let onboarding):
      return onboarding.batches.flatMap { batch in
        batch.ranges.map {
          RequestRangeAnswer(
            registry: batch.project.registry, project: batch.project.id, serial: $0.serialText,
            block: $0.serialBlock, start: $0.start, end: $0.end)
        }
      }
    case .export(let range), .invalidate(let range): return part(range)
    case .declare(let declaration): return part(declaration.range)
    case .amend, .addRegistry: return []
    }
  }
}
