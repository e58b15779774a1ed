import Testing

@testable import LedgerCore

@Suite("Bundles")
struct BundleTests {
  private func isEqual(_ left: Bundle, _ right: Bundle) -> Bool {
    left.bytes == right.bytes && left.header == right.header && left.signature == right.signature
      && left.transactions.map(\.bytes) == right.transactions.map(\.bytes)
  }

  @Test("a bundle comes back byte for byte, and no other bytes are it")
  func canonical() throws {
    try expectCanonical(
      rounds: 6, seed: 2, make: { try $0.bundle(1 + $0.next(below: 4)) },
      encode: { Array($0.bytes) },
      decode: { (bytes: [UInt8]) throws(BCSError) -> Bundle in try Bundle(decoding: bytes[...]) },
      isEqual: isEqual)
    try expectCanonical(BundleHeader.self) { try $0.bundle(1).header }
    try expectCanonical(BundleRun.self) { $0.run() }
  }

  @Test("a header that does not agree with the transactions in number, bytes or root is refused")
  func disagreement() throws {
    var samples = CoreSamples(seed: 3)
    let bundle = try samples.bundle(3)
    let header = bundle.header
    func refused(count: UInt32? = nil, bytes: UInt32? = nil, root: Digest? = nil) -> Bool {
      let changed = BundleHeader(
        author: header.author, incarnation: header.incarnation, number: header.number,
        birthHeight: header.birthHeight, transactionCount: count ?? header.transactionCount,
        transactionBytes: bytes ?? header.transactionBytes,
        transactionsRoot: root ?? header.transactionsRoot)
      let built = Bundle(
        header: changed, signature: bundle.signature, transactions: bundle.transactions)
      return failure { () throws(BCSError) in _ = try Bundle(decoding: built.bytes) }?.reason
        == .invalidValue
    }
    #expect(!refused())
    #expect(refused(count: 2))
    #expect(refused(count: 0))
    #expect(refused(count: .max))
    #expect(refused(bytes: header.transactionBytes - 1))
    #expect(refused(bytes: .max))
    #expect(refused(root: .zero))
  }

  @Test("a bundle inside a larger buffer keeps its view")
  func slices() throws {
    var samples = CoreSamples(seed: 5)
    let bundle = try samples.bundle(2)
    let buffer = [1, 2, 3] + bundle.bytes + [4]
    let decoded = try Bundle(decoding: buffer[3..<buffer.count - 1])
    #expect(isEqual(decoded, bundle))
    let check = decoded.headerCheck(key: samples.id())
    #expect(check.domain == .bundle && check.message == bundle.header.bcs[...])
  }

  @Test("a run whose numbers would overflow is refused")
  func runOverflow() throws {
    let run = BundleRun(
      author: AccountID(.zero), incarnation: 0, firstNumber: .max, digests: [.zero])
    #expect(
      failure { () throws(BCSError) in _ = try BundleRun(bcs: run.bcs) }
        == BCSError(.invalidValue, field: "first number", offset: 40))
    let empty = BundleRun(author: AccountID(.zero), incarnation: 0, firstNumber: 1, digests: [])
    #expect(failure { () throws(BCSError) in _ = try BundleRun(bcs: empty.bcs) } != nil)
  }
}
