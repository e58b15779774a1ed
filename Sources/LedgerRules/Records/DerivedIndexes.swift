import LedgerCore
public import LedgerState

/// An entry of an ordered index beside the records, derived from one record.
public struct DerivedEntry: Hashable, Sendable {
  /// The index's name.
  public let index: String
  /// Its bytewise order is the index's order.
  public let key: [UInt8]
  /// Nil where the entry goes.
  public let value: [UInt8]?

  init(_ index: String, _ key: [UInt8], value: [UInt8]? = []) {
    self.index = index
    self.key = key
    self.value = value
  }
}

/// The ordered indexes beside the state, which lists are read from (protocol §6). Derived data: an
/// index is what these functions make of the records, and can be rebuilt from them at any time.
public enum DerivedIndexes {
  /// Issuances by what all their lots have in common, the newest first.
  public static let issuances = "issuances"

  /// Lots by owner, by custodian and state, and by label; the value is the lot's number.
  public static let lots = "lots"

  /// Requests by what they are about and how they stand, the newest first.
  public static let requests = "requests"

  /// Registries by name; the value is the name.
  public static let registries = "registries"

  /// Projects by registry and id, each ended by a zero byte; the value is the same.
  public static let projects = "projects"

  /// Custodians by account; the value is the account.
  public static let custodians = "custodians"

  /// What has to happen by a time, by kind and time (`Deadline`).
  public static let deadlines = "deadlines"

  /// Candidates, the most votes first; the value is the account.
  public static let candidates = "candidates"

  /// Votes by voter and candidate; the value is the candidate's account.
  public static let stakes = "stakes"

  /// Votes by candidate, the most first; the value is the voter's account.
  public static let supporters = "supporters"

  /// The indexes there are.
  public static let names = [
    issuances, lots, requests, registries, projects, custodians, deadlines, candidates, stakes,
    supporters,
  ]

  /// The kinds of records that ask for entries.
  public static let kinds: [RecordKind] = [
    .issuance, .lot, .request, .registry, .project, .custodian, .retirement, .obligation,
    .candidate, .voteStake,
  ]

  /// The entries that a record asks for. One that cannot be read asks for nothing: its leaf hash or
  /// the audit tells.
  ///
  /// - Parameter others: other records of the same state. What is asked of them never changes.
  public static func entries(
    of record: StateRecord, reading others: inout some RecordSource
  ) throws(StateReadError) -> [DerivedEntry] {
    let id = Array(record.key.bytes.dropFirst(2))
    switch RecordKind(of: record.key) {
    case .issuance:
      guard let number = record.key.number, let issuance = try? Issuance(bcs: record.value) else {
        return []
      }
      return issuance.entries(number)
    case .lot:
      guard let number = record.key.number, let lot = try? Lot(bcs: record.value) else {
        return []
      }
      return lot.entries(number)
    case .request:
      guard let number = record.key.number,
        let request = try? RequestRecord(bcs: record.value)
      else { return [] }
      return try request.entries(number, reading: &others)
    case .registry: return [DerivedEntry(registries, id, value: id)]
    case .project: return [DerivedEntry(projects, id + [0], value: id + [0])]
    case .custodian: return (try? Custodian(bcs: record.value))?.entries(id) ?? []
    case .candidate: return (try? Candidate(bcs: record.value))?.entries(id) ?? []
    case .voteStake:
      return id.count == 64 ? (try? VoteStake(bcs: record.value))?.entries(id) ?? [] : []
    case .retirement:
      guard let number = record.key.number, let retirement = try? Retirement(bcs: record.value)
      else { return [] }
      return try retirement.entries(number, reading: &others)
    case .obligation:
      guard let number = record.key.number else { return [] }
      return (try? Obligation(bcs: record.value))?.entries(number) ?? []
    default: return []
    }
  }

  /// What changes of records do to the indexes. Where they name a key twice, the later counts.
  ///
  /// - Parameter before: the state that they change.
  public static func changes(
    _ changes: [StateChange], before: some RecordSource
  ) throws(StateReadError) -> [DerivedEntry] {
    var last: [StateKey: Int] = [:]
    for (index, change) in changes.enumerated() {
      guard let kind = RecordKind(of: change.key), kinds.contains(kind) || kind == .block else {
        continue
      }
      last[change.key] = index
    }
    guard !last.isEmpty else { return [] }
    var before = before
    var after = ChangedRecords(changes: changes, last: last, before: before)
    var entries: [DerivedEntry] = []
    for (index, change) in changes.enumerated() where last[change.key] == index {
      var new: [DerivedEntry] = []
      if let value = change.value {
        new = try self.entries(
          of: StateRecord(key: change.key, value: value), reading: &after)
      }
      if let value = try before.value(of: change.key) {
        let old = try self.entries(
          of: StateRecord(key: change.key, value: value), reading: &before)
        let kept = Set(new.map(\.key))
        entries += old.filter { !kept.contains($0.key) }.map {
          DerivedEntry($0.index, $0.key, value: nil)
        }
        new.removeAll(where: old.contains)
      }
      entries += new
    }
    return entries
  }

  /// The entries that the records of genesis ask for.
  public static func entries(ofGenesis changes: [StateChange])
    throws(StateReadError) -> [DerivedEntry]
  { try self.changes(changes, before: NoRecords()) }

  private struct NoRecords: RecordSource {
    func value(of key: StateKey) throws(StateReadError) -> [UInt8]? { nil }
  }

  /// A state as changes leave it.
  private struct ChangedRecords<Before: RecordSource>: RecordSource {
    let changes: [StateChange]
    let last: [StateKey: Int]
    var before: Before

    mutating func value(of key: StateKey) throws(StateReadError) -> [UInt8]? {
      if let index = last[key] { return changes[index].value }
      return try before.value(of: key)
    }
  }
}
