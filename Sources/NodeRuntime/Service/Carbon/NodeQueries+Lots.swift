import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import NodeAPI
import NodeAnswers

/// Lists of lots and of requests.
extension NodeQueries {
  func lots(_ filter: CreditFilter, state: String?, from place: LotPlace?, limit: Int)
    async throws(NodeServiceError) -> ListPart<LotAnswer, LotPlace>
  {
    let wanted = LotState.allCases.first { $0.name == state }
    guard state == nil || wanted != nil else { return ListPart([], next: nil) }
    return try await indexed { snapshot, reader in
      let page = try reader.queries.lots(
        filter, state: wanted, from: place, limit: limit, reading: SnapshotIndexes(snapshot))
      return ListPart(try page.numbers.compactMap { try reader.lot($0) }, next: page.next)
    }
  }

  func requests(_ filter: CreditFilter, state: String?, below number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> ListPart<RequestAnswer, UInt64>
  {
    let wanted = RequestRecord.Standing.allCases.first { $0.name == state }
    guard state == nil || wanted != nil else { return ListPart([], next: nil) }
    return try await indexed { snapshot, reader in
      let page = try reader.queries.requests(
        filter, standing: wanted, below: number, limit: limit,
        reading: SnapshotIndexes(snapshot))
      return ListPart(
        try page.numbers.compactMap { try reader.request($0, isWhole: false) }, next: page.next)
    }
  }
}

/// Retirements that their sources do not show yet.
extension NodeQueries {
  func unshownRetirements(isOverdue: Bool, after number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> ListPart<RetirementAnswer, UInt64>
  {
    try await indexed { snapshot, reader in
      let page = try reader.queries.unshownRetirements(
        isOverdue: isOverdue, after: number, limit: limit, reading: SnapshotIndexes(snapshot))
      return ListPart(try page.numbers.compactMap { try reader.retirement($0) }, next: page.next)
    }
  }
}

/// The indexes of one flushed state, as the rules' lists read them.
private struct SnapshotIndexes: DerivedIndexReader {
  let snapshot: RecordSnapshot

  init(_ snapshot: RecordSnapshot) { self.snapshot = snapshot }

  func first(_ index: String, from key: [UInt8]) throws(StateReadError)
    -> (key: [UInt8], value: [UInt8])?
  {
    try snapshot.index(index).range(from: key, below: nil, limit: 1).first.map {
      ($0.key, $0.value)
    }
  }
}
