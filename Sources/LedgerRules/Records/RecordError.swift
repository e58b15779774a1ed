public import LedgerCore
public import LedgerState

/// Why a record cannot be had. Each of these means that this node's state is not what the chain's
/// rules have written: the node stops.
public enum RecordError: Error, Equatable, Sendable {
  /// The store below failed.
  case unreadable(StateReadError)
  /// The record's bytes are not those of its kind.
  case malformed(key: StateKey, BCSError)
  /// A record that must exist does not.
  case missing(key: StateKey)
}

extension RecordSource {
  /// The record at a key, or nil when there is none.
  mutating func find<Record: LedgerRecord>(
    _ key: StateKey, as type: Record.Type = Record.self
  ) throws(RecordError) -> Record? {
    let bytes: [UInt8]?
    do { bytes = try value(of: key) } catch { throw .unreadable(error) }
    guard let bytes else { return nil }
    do { return try Record(bcs: bytes) } catch { throw .malformed(key: key, error) }
  }

  /// The record at a key, which must exist.
  mutating func required<Record: LedgerRecord>(
    _ key: StateKey, as type: Record.Type = Record.self
  ) throws(RecordError) -> Record {
    guard let record = try find(key, as: type) else { throw .missing(key: key) }
    return record
  }

  /// The one record of a type, which must exist.
  mutating func single<Record: SingleRecord>(_ type: Record.Type = Record.self)
    throws(RecordError) -> Record
  {
    try required(Record.key, as: type)
  }
}

extension StateView {
  /// Writes the one record of its type.
  mutating func put<Record: SingleRecord>(_ record: Record) { set(Record.key, record.bcs) }
}
