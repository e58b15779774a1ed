import CLedgerCore
public import LedgerState

/// Reads of the state as it is at one moment, in one transaction, whose values are not copied: they
/// lie in the store's map. The compiler lets none of them outlive the reading.
///
/// One thread at a time. While it exists, the state file grows with every flush and its map cannot:
/// keep it for milliseconds.
public struct RecordReading: ~Copyable {
  private let transaction: ReadTransaction
  private let databases: StateDatabases

  init(_ file: StateFile, _ databases: StateDatabases) throws(StoreError) {
    transaction = try file.beginRead()
    self.databases = databases
  }

  /// The record's value, its leaf hash checked; nil when there is none.
  @_lifetime(borrow self)
  public borrowing func value(of key: StateKey) throws(StoreError) -> RawSpan? {
    guard
      let record = try unsafe transaction.findRecord(databases.records, at: key.hash, key: key)
    else { return nil }
    let bytes = unsafe UnsafeRawBufferPointer(start: record.value, count: record.value_length)
    return unsafe _overrideLifetime(RawSpan(_unsafeBytes: bytes), borrowing: self)
  }
}

extension RecordStore {
  /// The state as it is now, to be read without copying.
  public func reading() throws(StoreError) -> RecordReading {
    try RecordReading(file, databases)
  }
}
