public import LedgerCore

/// A transaction as the log has it: its bytes and what executing it gave.
public struct HistoryTransaction: Sendable {
  public let index: Int
  public let bytes: [UInt8]
  public let receipt: Receipt
}

/// What can be asked. Each call reads one committed height.
extension HistoryStore {
  /// Where a transaction may stand, newest first: eight bytes of the id agree, and the reader looks
  /// at what stands there.
  public func places(ofTransaction id: Digest) throws(StoreError) -> [HistoryPlace] {
    try places(.transactions, id.bytes, before: nil, limit: Self.samePlacesMax)
  }

  /// Where the bundle of a digest may stand: a height and the bundle's position in the block.
  public func places(ofBundle digest: Digest) throws(StoreError) -> [HistoryPlace] {
    try places(.bundles, digest.bytes, before: nil, limit: Self.samePlacesMax)
  }

  /// Where executed transactions may stand that an account sent, paid for or is named in, newest
  /// first.
  ///
  /// - Parameter before: only those before this place; nil for the newest.
  public func places(ofAccount account: AccountID, before: HistoryPlace?, limit: Int)
    throws(StoreError) -> [HistoryPlace]
  { try places(.accounts, account.bytes, before: before, limit: limit) }

  /// A transaction stands in few places: where it was executed, and where it was skipped.
  private static let samePlacesMax = 256

  private func places(
    _ table: HistoryTable, _ bytes: Bytes32, before: HistoryPlace?, limit: Int
  ) throws(StoreError) -> [HistoryPlace] {
    let prefix = PlaceEntry.prefix(bytes)
    // The complement of a place is below that of an earlier one.
    let start = before.map { PlaceEntry.order($0) &+ 1 } ?? 0
    if before != nil, start == 0 { return [] }
    let transaction = try file.beginRead()
    guard let note = try transaction.historyNote(databases) else { return [] }
    var found: [HistoryPlace] = []
    for run in note.runs[table.rawValue].reversed() where found.count < limit {
      if let before, run.first > before.height { continue }
      try transaction.forEachPlace(
        run, table, databases, from: PlaceEntry(prefix: prefix, order: start)
      ) { entry in
        guard entry.prefix == prefix, found.count < limit else { return false }
        found.append(entry.place)
        return found.count < limit
      }
    }
    return found
  }

  /// What is kept of a block; nil when the height is not indexed.
  public func summary(_ height: UInt64) throws(StoreError) -> HistorySummary? {
    let transaction = try file.beginRead()
    let key = HistoryLayout.blockKey(height)
    guard
      let bytes = try transaction.opened(
        databases.blocks, HistoryDatabases.blocksName, key)
    else { return nil }
    return try decoded(bytes)
  }

  /// Block and certificate as logged, without the transactions; nil when the height is not indexed
  /// or no longer in the log.
  public func head(_ height: UInt64, log: BlockLog) throws(StoreError)
    -> (block: Block, certificate: QuorumCertificate)?
  {
    guard let summary = try summary(height) else { return nil }
    let start = BlockLog.lengthBytes
    guard let bytes = try log.payload(height, start..<start + Int(summary.headBytes)) else {
      return nil
    }
    let sum = unsafe bytes.withUnsafeBytes { unsafe Checksum.hash($0) }
    guard sum.bytes.array.starts(with: summary.headCheck) else { throw damage(.checksum) }
    do throws(BCSError) {
      var reader = unsafe BCSReader(bytes.span.bytes)
      let head = (try Block(from: &reader), try QuorumCertificate(from: &reader))
      try reader.finish("head")
      return head
    } catch { throw damage(.badLayout) }
  }

  /// Transactions of an indexed block from a place on, read from the log alone where they lie; nil
  /// when the height is not indexed or no longer in the log.
  public func transactions(of height: UInt64, from index: Int, limit: Int, log: BlockLog)
    throws(StoreError) -> [HistoryTransaction]?
  {
    guard let summary = try summary(height) else { return nil }
    var next = max(index, 0)
    guard next < summary.transactions else { return [] }
    let end = next + min(max(limit, 0), summary.transactions - next)
    var list: [HistoryTransaction] = []
    while next < end {
      guard let (last, slice) = try slice(height, holding: next) else {
        throw damage(.badLayout)
      }
      guard let part = try read(slice, of: height, log) else { return nil }
      guard part.count == last + 1 - Int(slice.first) else { throw damage(.badLayout) }
      for found in part where found.index >= next && found.index < end { list.append(found) }
      next = last + 1
    }
    return list
  }

  private func slice(_ height: UInt64, holding index: Int) throws(StoreError)
    -> (last: Int, slice: HistorySlice)?
  {
    let transaction = try file.beginRead()
    var found: (key: [UInt8], value: [UInt8])?
    try unsafe transaction.scan(
      databases.slices, from: HistoryLayout.sliceKey(height, last: index)
    ) { key, value throws(StoreError) in
      found = unsafe ([UInt8](key), [UInt8](value))
      return false
    }
    guard let (key, value) = found, key.starts(with: HistoryLayout.blockKey(height)) else {
      return nil
    }
    guard let bytes = HistoryLayout.opened(HistoryDatabases.slicesName, key, value) else {
      throw damage(.checksum)
    }
    let slice: HistorySlice = try decoded(bytes)
    let last = Int(HistoryLayout.number(key[8...]))
    guard Int(slice.first) <= index, index <= last else { throw damage(.badLayout) }
    return (last, slice)
  }

  private func read(_ slice: HistorySlice, of height: UInt64, _ log: BlockLog)
    throws(StoreError) -> [HistoryTransaction]?
  {
    guard slice.transactionsStart <= slice.transactionsEnd,
      slice.receiptsStart <= slice.receiptsEnd
    else { throw damage(.badLayout) }
    guard
      let transactions = try log.payload(
        height, Int(slice.transactionsStart)..<Int(slice.transactionsEnd)),
      let receipts = try log.payload(
        height, Int(slice.receiptsStart)..<Int(slice.receiptsEnd))
    else { return nil }
    guard HistorySlice.check(transactions[...], receipts[...]) == slice.check else {
      throw damage(.checksum)
    }
    var list: [HistoryTransaction] = []
    do throws(BCSError) {
      var reader = unsafe BCSReader(transactions.span.bytes)
      var receiptReader = unsafe BCSReader(receipts.span.bytes)
      while reader.remaining > 0 {
        let length = try reader.length(in: 1...Limits.reportBytesMax, "transaction")
        list.append(
          HistoryTransaction(
            index: Int(slice.first) + list.count,
            bytes: reader.copy(try reader.skip(length, "transaction")),
            receipt: try Receipt(from: &receiptReader)))
      }
      try receiptReader.finish("receipts")
    } catch { throw damage(.badLayout) }
    return list
  }

  private func decoded<Value: BCSDecodable>(_ bytes: ArraySlice<UInt8>) throws(StoreError)
    -> Value
  {
    do throws(BCSError) {
      var reader = unsafe BCSReader(bytes.span.bytes)
      let value = try Value(from: &reader)
      try reader.finish("history")
      return value
    } catch { throw damage(.badLayout) }
  }

  func damage(_ fault: StoreDamage.Fault) -> StoreError {
    .damaged(StoreDamage(.history(path: path), fault))
  }
}

extension ReadTransaction {
  /// What a value holds, its check held against it; nil when there is no such key.
  func opened(_ database: UInt32, _ name: String, _ key: [UInt8]) throws(StoreError)
    -> ArraySlice<UInt8>?
  {
    let value = try unsafe key.withUnsafeBytesTyped { bytes throws(StoreError) in
      try unsafe withValue(database, bytes) { unsafe [UInt8]($0) }
    }
    guard let value else { return nil }
    guard let bytes = HistoryLayout.opened(name, key, value) else {
      throw .damaged(StoreDamage(.history(path: file.path), .checksum))
    }
    return bytes
  }

  /// Calls the body with the entries of a run from one on, ascending, until it returns false.
  func forEachPlace(
    _ run: HistoryRun, _ table: HistoryTable, _ databases: HistoryDatabases,
    from lower: PlaceEntry, _ body: (PlaceEntry) -> Bool
  ) throws(StoreError) {
    let prefix = HistoryLayout.runPrefix(run.number)
    let start = HistoryLayout.runKey(run.number, lower.prefix, lower.order)
    try unsafe scan(databases.tables[table.rawValue], from: start) {
      key, value throws(StoreError) in
      guard unsafe key.starts(with: prefix) else { return false }
      guard
        let bytes = unsafe HistoryLayout.opened(table.name, [UInt8](key), [UInt8](value)),
        let entries = HistoryLayout.entries(bytes)
      else { throw .damaged(StoreDamage(.history(path: file.path), .checksum)) }
      // The first entry at or above the lower one; in later chunks that is the first of all.
      var low = 0
      var high = entries.count
      while low < high {
        let middle = (low + high) / 2
        if entries[middle] < lower { low = middle + 1 } else { high = middle }
      }
      for entry in entries[low...] {
        guard body(entry) else { return false }
      }
      return true
    }
  }
}
