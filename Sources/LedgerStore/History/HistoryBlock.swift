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
  var first: UInt32
  /// Offsets in the frame's payload.
  var transactionsStart: UInt32
  var transactionsEnd: UInt32
  var receiptsStart: UInt32
  var receiptsEnd: UInt32
  var check: [UInt8] = []

  init(first: UInt32, transactionsStart: UInt32, receiptsStart: UInt32) {
    self.first = first
    self.transactionsStart = transactionsStart
    transactionsEnd = transactionsStart
    self.receiptsStart = receiptsStart
    receiptsEnd = receiptsStart
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
    let height = entry.height
    // Receipts first: they hold the ids, and how each transaction ended.
    let receiptsStart = payload.count - entry.receipts.count
    var receipts: [Receipt] = []
    var ends: [UInt32] = []
    var receiptReader = unsafe BCSReader(entry.receipts.span.bytes)
    let count = try receiptReader.length(in: 0...Limits.blockBytesMax / 128, "receipts")
    ends.reserveCapacity(count + 1)
    receipts.reserveCapacity(count)
    ends.append(UInt32(clamping: receiptsStart + receiptReader.offset))
    for _ in 0..<count {
      receipts.append(try Receipt(from: &receiptReader))
      ends.append(UInt32(clamping: receiptsStart + receiptReader.offset))
    }
    try receiptReader.finish("receipts")
    var reader = unsafe BCSReader(entry.block.span.bytes)
    let block = try Block(from: &reader)
    let certificate = try QuorumCertificate(from: &reader)
    let head = reader.offset
    summary = Self.summary(
      block, certificate, receipts, headBytes: head,
      check: unsafe payload[BlockLog.lengthBytes..<BlockLog.lengthBytes + head].withUnsafeBytes {
        unsafe Checksum.hash($0)
      })
    entries[HistoryTable.transactions.rawValue].reserveCapacity(count)
    entries[HistoryTable.accounts.rawValue].reserveCapacity(2 * count)
    for (index, receipt) in receipts.enumerated() {
      entries[HistoryTable.transactions.rawValue].append(
        PlaceEntry(receipt.transaction.bytes, height, index))
    }
    for (index, digest) in block.bundleDigests.enumerated() {
      entries[HistoryTable.bundles.rawValue].append(PlaceEntry(digest.bytes, height, index))
    }
    var index = 0
    let bundles = try reader.length(in: 0...Limits.blockBundlesMax, "bundles")
    for _ in 0..<bundles {
      _ = try reader.length(in: 1...2 * Limits.bundleBytesMax, "bundle")
      _ = try BundleHeader(from: &reader)
      _ = try Signature(from: &reader)
      let count = try reader.length(in: 1...Limits.bundleTransactionsMax, "transactions")
      guard count <= receipts.count - index else {
        throw BCSError(.invalidValue, field: "receipts", offset: reader.offset)
      }
      var slice: HistorySlice?
      for position in 0..<count {
        let start = BlockLog.lengthBytes + reader.offset
        let length = try reader.length(in: 1...Limits.transactionBytesMax, "transaction")
        let before = reader.offset
        let body = try TransactionBody(from: &reader)
        guard reader.offset - before <= length else {
          throw BCSError(.invalidValue, field: "transaction", offset: before)
        }
        _ = try reader.skip(length - (reader.offset - before), "authorizations")
        if receipts[index].outcome.isExecution {
          for account in body.accounts {
            entries[HistoryTable.accounts.rawValue].append(
              PlaceEntry(account.bytes, height, index))
          }
        }
        var open =
          slice
          ?? HistorySlice(
            first: UInt32(clamping: index), transactionsStart: UInt32(clamping: start),
            receiptsStart: ends[index])
        open.transactionsEnd = UInt32(clamping: BlockLog.lengthBytes + reader.offset)
        open.receiptsEnd = ends[index + 1]
        slice = open
        index += 1
        if index - Int(open.first) == HistorySlice.transactionsMax || position == count - 1 {
          open.check = HistorySlice.check(
            payload[Int(open.transactionsStart)..<Int(open.transactionsEnd)],
            payload[Int(open.receiptsStart)..<Int(open.receiptsEnd)])
          slices.append((index - 1, open))
          slice = nil
        }
      }
    }
    try reader.finish("decided block")
    guard index == receipts.count else {
      throw BCSError(.invalidValue, field: "receipts", offset: 0)
    }
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

extension Receipt.Outcome {
  /// Whether the transaction was executed: its sequence used, its charge taken.
  var isExecution: Bool {
    switch self {
    case .applied, .failed: true
    case .skipped: false
    }
  }
}
