public import LedgerCore

/// What history keeps of one block beside its tables, to show it without reading all of it.
public struct HistorySummary: Hashable, Sendable {
  public let height: UInt64
  public let parent: Digest
  public let timestamp: UInt64
  public let author: AccountID
  /// The certificate's view.
  public let view: UInt64
  public let stateRoot: Digest
  /// Members whose COMMITs make the certificate.
  public let signers: [UInt16]
  public let bundles: UInt32
  public let applied: UInt32
  public let failed: UInt32
  public let skipped: UInt32
  /// Bytes of block and certificate at the head of the logged block, and the first 16 of their
  /// SHA-256.
  let headBytes: UInt32
  let headCheck: [UInt8]

  public var transactions: Int { Int(applied) + Int(failed) + Int(skipped) }
}

extension HistorySummary: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    height = try reader.u64("height")
    parent = try Digest(from: &reader)
    timestamp = try reader.u64("timestamp")
    author = try AccountID(from: &reader)
    view = try reader.u64("view")
    stateRoot = try Digest(from: &reader)
    let count = try reader.length(in: 0...Limits.validatorsMax, "signers")
    var signers: [UInt16] = []
    for _ in 0..<count { signers.append(try reader.u16("signer")) }
    self.signers = signers
    bundles = try reader.u32("bundles")
    applied = try reader.u32("applied")
    failed = try reader.u32("failed")
    skipped = try reader.u32("skipped")
    headBytes = try reader.u32("head bytes")
    headCheck = reader.copy(try reader.skip(HistoryLayout.checkBytes, "head check"))
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(height)
    parent.encode(into: &writer)
    writer.u64(timestamp)
    author.encode(into: &writer)
    writer.u64(view)
    stateRoot.encode(into: &writer)
    writer.length(signers.count)
    for signer in signers { writer.u16(signer) }
    writer.u32(bundles)
    writer.u32(applied)
    writer.u32(failed)
    writer.u32(skipped)
    writer.u32(headBytes)
    writer.raw(headCheck)
  }
}

/// Where a few neighbouring transactions and their receipts lie in the logged block: what is read
/// for one of them instead of 30 MiB. The check is over both, so that nothing damaged is shown.
struct HistorySlice: Hashable, Sendable, BCSCodable {
  static let transactionsMax = 64

  /// Of the first transaction in execution order.
  let first: UInt32
  /// Offsets in the frame's payload.
  let transactionsStart: UInt32
  let transactionsEnd: UInt32
  let receiptsStart: UInt32
  let receiptsEnd: UInt32
  let check: [UInt8]

  /// - Parameters:
  ///   - transactions: their place in the payload, as that of the receipts.
  init(first: Int, transactions: Range<Int>, receipts: Range<Int>, in payload: [UInt8]) {
    self.first = UInt32(clamping: first)
    transactionsStart = UInt32(clamping: transactions.lowerBound)
    transactionsEnd = UInt32(clamping: transactions.upperBound)
    receiptsStart = UInt32(clamping: receipts.lowerBound)
    receiptsEnd = UInt32(clamping: receipts.upperBound)
    check = Self.check(payload[transactions], payload[receipts])
  }

  init(from reader: inout BCSReader) throws(BCSError) {
    first = try reader.u32("first")
    transactionsStart = try reader.u32("transactions start")
    transactionsEnd = try reader.u32("transactions end")
    receiptsStart = try reader.u32("receipts start")
    receiptsEnd = try reader.u32("receipts end")
    check = reader.copy(try reader.skip(HistoryLayout.checkBytes, "check"))
  }

  func encode(into writer: inout BCSWriter) {
    writer.u32(first)
    writer.u32(transactionsStart)
    writer.u32(transactionsEnd)
    writer.u32(receiptsStart)
    writer.u32(receiptsEnd)
    writer.raw(check)
  }

  static func check(_ transactions: ArraySlice<UInt8>, _ receipts: ArraySlice<UInt8>) -> [UInt8] {
    let digest = unsafe transactions.withUnsafeBytes { first in
      unsafe receipts.withUnsafeBytes { second in unsafe Checksum.hash(first, second) }
    }
    return Array(digest.bytes.array.prefix(HistoryLayout.checkBytes))
  }
}

/// All that history takes from one logged block, in one walk over its bytes.
struct HistoryBlock: Sendable {
  private(set) var summary: HistorySummary
  /// With the index of the last transaction of each.
  private(set) var slices: [(last: Int, slice: HistorySlice)] = []
  /// By `HistoryTable`; not sorted.
  private(set) var entries: [[PlaceEntry]] = [[], [], []]

  /// - Throws: when the bytes are no logged block.
  init(_ entry: LogEntry) throws(BCSError) {
    let payload = entry.payload
    // Receipts first: they hold the ids, and how each transaction ended.
    let receipts = try PlacedReceipts(entry)
    var reader = unsafe BCSReader(entry.block.span.bytes)
    let block = try Block(from: &reader)
    let certificate = try QuorumCertificate(from: &reader)
    let head = reader.offset
    summary = Self.summary(
      block, certificate, receipts.list, headBytes: head,
      check: unsafe payload[BlockLog.lengthBytes..<BlockLog.lengthBytes + head].withUnsafeBytes {
        unsafe Checksum.hash($0)
      })
    let height = entry.height
    entries[HistoryTable.transactions.rawValue] = receipts.list.enumerated().map {
      PlaceEntry($1.transaction.bytes, height, $0)
    }
    entries[HistoryTable.bundles.rawValue] = block.bundleDigests.enumerated().map {
      PlaceEntry($1.bytes, height, $0)
    }
    entries[HistoryTable.accounts.rawValue].reserveCapacity(2 * receipts.list.count)
    var index = 0
    for _ in 0..<(try reader.length(in: 0...Limits.blockBundlesMax, "bundles")) {
      let count = try Self.bundleHead(&reader)
      guard count <= receipts.list.count - index else {
        throw BCSError(.invalidValue, field: "receipts", offset: reader.offset)
      }
      let end = index + count
      while index < end {
        let next = min(index + HistorySlice.transactionsMax, end)
        try slice(index..<next, from: &reader, of: entry, receipts)
        index = next
      }
    }
    try reader.finish("decided block")
    guard index == receipts.list.count else {
      throw BCSError(.invalidValue, field: "receipts", offset: 0)
    }
  }

  /// Walks over what stands before a bundle's transactions, and gives their number.
  private static func bundleHead(_ reader: inout BCSReader) throws(BCSError) -> Int {
    _ = try reader.length(in: 1...2 * Limits.bundleBytesMax, "bundle")
    _ = try BundleHeader(from: &reader)
    _ = try Signature(from: &reader)
    return try reader.length(in: 1...Limits.bundleTransactionsMax, "transactions")
  }

  /// Takes neighbouring transactions: the accounts they name, and where they lie.
  private mutating func slice(
    _ range: Range<Int>, from reader: inout BCSReader, of entry: LogEntry,
    _ receipts: PlacedReceipts
  ) throws(BCSError) {
    let start = BlockLog.lengthBytes + reader.offset
    for index in range {
      let body = try Self.transactionBody(&reader)
      guard receipts.list[index].outcome.isExecution else { continue }
      for account in body.accounts {
        entries[HistoryTable.accounts.rawValue].append(
          PlaceEntry(account.bytes, entry.height, index))
      }
    }
    let end = BlockLog.lengthBytes + reader.offset
    let slice = HistorySlice(
      first: range.lowerBound, transactions: start..<end, receipts: receipts.places(of: range),
      in: entry.payload)
    slices.append((range.upperBound - 1, slice))
  }

  /// Reads a transaction's body and walks over its authorizations.
  private static func transactionBody(
    _ reader: inout BCSReader
  ) throws(BCSError) -> TransactionBody {
    let length = try reader.length(in: 1...Limits.reportBytesMax, "transaction")
    let start = reader.offset
    let body = try TransactionBody(from: &reader)
    guard reader.offset - start <= length else {
      throw BCSError(.invalidValue, field: "transaction", offset: start)
    }
    _ = try reader.skip(length - (reader.offset - start), "authorizations")
    return body
  }

  private static func summary(
    _ block: Block, _ certificate: QuorumCertificate, _ receipts: [Receipt], headBytes: Int,
    check: Digest
  ) -> HistorySummary {
    var counts: (applied: UInt32, failed: UInt32, skipped: UInt32) = (0, 0, 0)
    for receipt in receipts {
      switch receipt.outcome {
      case .applied: counts.applied += 1
      case .failed: counts.failed += 1
      case .skipped: counts.skipped += 1
      }
    }
    let header = block.header
    return HistorySummary(
      height: header.height, parent: header.parent, timestamp: header.timestamp,
      author: header.author, view: certificate.view, stateRoot: certificate.stateRoot,
      signers: certificate.signatures.map(\.member),
      bundles: UInt32(clamping: block.runs.reduce(0) { $0 + $1.digests.count }),
      applied: counts.applied, failed: counts.failed, skipped: counts.skipped,
      headBytes: UInt32(clamping: headBytes),
      headCheck: Array(check.bytes.array.prefix(HistoryLayout.checkBytes)))
  }
}

/// A logged block's receipts, and where in the frame's payload each ends.
private struct PlacedReceipts {
  private(set) var list: [Receipt] = []
  /// Where the first begins, then where each ends.
  private var ends: [Int] = []

  init(_ entry: LogEntry) throws(BCSError) {
    let start = entry.payload.count - entry.receipts.count
    var reader = unsafe BCSReader(entry.receipts.span.bytes)
    let count = try reader.length(in: 0...Limits.blockBytesMax / 128, "receipts")
    list.reserveCapacity(count)
    ends.reserveCapacity(count + 1)
    ends.append(start + reader.offset)
    for _ in 0..<count {
      list.append(try Receipt(from: &reader))
      ends.append(start + reader.offset)
    }
    try reader.finish("receipts")
  }

  /// Where these lie in the payload.
  func places(of range: Range<Int>) -> Range<Int> {
    ends[range.lowerBound]..<ends[range.upperBound]
  }
}

extension Receipt.Outcome {
  /// Whether the transaction was executed: its sequence used, its charge taken.
  var isExecution: Bool {
    switch self {
    case .applied, .failed: true
    case .skipped: false
    }
  }
}
