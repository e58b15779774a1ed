import Testing

@testable import LedgerCore

@Suite("Transactions")
struct TransactionTests {
  private let chain = ChainID(Bytes32(word0: 0x0403_0201, word1: 0, word2: 0, word3: 0))

  @Test("a body is laid out as the protocol says, byte by byte")
  func layout() throws {
    var samples = CoreSamples(seed: 1)
    let (sender, sponsor, recipient): (AccountID, AccountID, AccountID) = (
      samples.id(), samples.id(), samples.id()
    )
    let body = TransactionBody(
      chain: chain, sender: sender, sequence: 258, validUntil: 3, chargeMax: Amount(4),
      feeMax: Amount(5), tip: Amount(6), sponsor: sponsor,
      operations: [
        .transfer(Transfer(token: .ecc, recipient: recipient, amount: Amount(7))),
        .topUpReserve(TopUpReserve(node: recipient, amount: Amount(8))),
      ])
    func number(_ value: UInt8, _ width: Int) -> [UInt8] {
      [value] + Array(repeating: 0, count: width - 1)
    }
    var expected: [UInt8] = [0, 1, 2, 3, 4]
    expected += sender.bytes.array + [2, 1, 0, 0, 0, 0, 0, 0] + number(3, 8)
    expected += number(4, 16) + number(5, 16) + number(6, 16)
    expected += [1] + sponsor.bytes.array + [2]
    expected += [0, 1] + recipient.bytes.array + number(7, 16)
    expected += [2] + recipient.bytes.array + number(8, 16)
    #expect(body.bcs == expected)
    #expect(body.payer == sponsor)
  }

  @Test("operations, authorities, authorizations, bodies and receipts have one encoding")
  func canonicalParts() throws {
    try expectCanonical(Operation.self, rounds: 30) { $0.operation() }
    try expectCanonical(TransactionBody.self, rounds: 30) { $0.body() }
    try expectCanonical(Receipt.self, rounds: 30) { $0.receipt() }
    try expectCanonical(Authorization.self) {
      Authorization(key: $0.id(), signature: $0.signature())
    }
  }

  @Test("a transaction keeps the bytes that arrived, and has one encoding")
  func canonical() throws {
    try expectCanonical(
      rounds: 30, seed: 4, make: { try $0.transaction() }, encode: { Array($0.bytes) },
      decode: Self.decode, isEqual: Self.isEqual)
  }

  private static func decode(_ bytes: [UInt8]) throws(BCSError) -> Transaction {
    try Transaction(decoding: bytes[...])
  }

  private static func isEqual(_ left: Transaction, _ right: Transaction) -> Bool {
    left.bytes == right.bytes && left.body == right.body
      && left.senderAuthorizations == right.senderAuthorizations
      && left.sponsorAuthorizations == right.sponsorAuthorizations
  }

  @Test("the ids of many transactions, made together, are those of each")
  func ids() throws {
    var samples = CoreSamples(seed: 9)
    let transactions = try (0..<40).map { _ in try samples.transaction() }
    let ids = Transaction.ids(of: transactions, chain: chain)
    #expect(ids == transactions.map { $0.id(chain) })
    #expect(Set(ids).count == 40)
    #expect(Transaction.ids(of: [], chain: chain).isEmpty)
  }

  @Test("a slice of a larger buffer decodes as the same transaction, and the offsets point at keys")
  func offsets() throws {
    var samples = CoreSamples(seed: 6)
    for _ in 0..<50 {
      let original = try samples.transaction()
      let buffer = [UInt8](repeating: 0xEE, count: 7) + original.bytes + [0xEE]
      let transaction = try Transaction(decoding: buffer[7..<buffer.count - 1])
      #expect(transaction.bodyBytes == original.bodyBytes)
      #expect(transaction.bodyBytes == transaction.body.bcs[...])
      #expect(transaction.id(chain) == original.id(chain))
      let all = transaction.senderAuthorizations + transaction.sponsorAuthorizations
      #expect(transaction.signatureCount == all.count)
      #expect(transaction.authorizationOffsets.count == all.count)
      for (offset, authorization) in zip(transaction.authorizationOffsets, all) {
        let at = transaction.bytes.startIndex + offset
        #expect(PublicKey(transaction.bytes[at..<at + 32]) == authorization.key)
        #expect(Signature(transaction.bytes[at + 32..<at + 96]) == authorization.signature)
      }
      let checks = transaction.signatureChecks
      #expect(checks.map(\.key) == all.map(\.key))
      #expect(checks.allSatisfy { $0.message == transaction.bodyBytes })
    }
  }

  @Test("authorizations must ascend by key, and be there for whoever signs")
  func authorizations() throws {
    var samples = CoreSamples(seed: 7)
    var body = samples.body()
    body.sponsor = nil
    let keys = samples.list(2...2) { $0.id() as PublicKey }.sorted()
    let signed = keys.map { Authorization(key: $0, signature: samples.signature()) }
    func bytes(_ sender: [Authorization], _ sponsor: [Authorization]) -> [UInt8] {
      var writer = BCSWriter()
      body.encode(into: &writer)
      writer.list(sender)
      writer.list(sponsor)
      return writer.bytes
    }
    func error(_ bytes: [UInt8]) -> BCSError.Reason? {
      failure { () throws(BCSError) in _ = try Transaction(decoding: bytes[...]) }?.reason
    }
    #expect(error(bytes(signed, [])) == nil)
    #expect(error(bytes(signed.reversed(), [])) == .unsorted)
    #expect(error(bytes([signed[0], signed[0]], [])) == .unsorted)
    #expect(error(bytes([], [])) == .lengthOutOfRange(length: 0, min: 1, max: Limits.keysMax))
    #expect(error(bytes(signed, signed)) == .lengthOutOfRange(length: 2, min: 0, max: 0))
    body.sponsor = AccountID(.zero)
    #expect(
      error(bytes(signed, [])) == .lengthOutOfRange(length: 0, min: 1, max: Limits.keysMax))
    #expect(error(bytes(signed, [signed[1], signed[0]])) == .unsorted)
    #expect(error(bytes(signed, signed)) == nil)
  }

  @Test("unknown versions, tags and thresholds are refused where they stand")
  func unknownTags() throws {
    var samples = CoreSamples(seed: 8)
    var body = samples.body().bcs
    body[0] = 1
    #expect(
      failure { () throws(BCSError) in _ = try TransactionBody(bcs: body) }
        == BCSError(.unknownTag(1), field: "transaction version", offset: 0))
    let nextTag = UInt8(OperationKind.allCases.count)
    #expect(
      failure { () throws(BCSError) in _ = try Operation(bcs: [nextTag]) }?.reason
        == .unknownTag(UInt64(nextTag)))
    let key = samples.id() as PublicKey
    for threshold in [0, 2, 255] as [UInt8] {
      #expect(
        failure { () throws(BCSError) in
          _ = try Authority(bcs: [threshold, 1] + key.bytes.array)
        }?.reason == .invalidValue)
      #expect(Authority(threshold: threshold, keys: [key]) == nil)
    }
    #expect(
      failure { () throws(BCSError) in
        _ = try Authority(bcs: [1, 2] + key.bytes.array + key.bytes.array)
      }?.reason == .unsorted)
    let receipt = samples.receipt().bcs
    var unknown = receipt
    unknown[32] = 3
    #expect(
      failure { () throws(BCSError) in _ = try Receipt(bcs: unknown) }?.reason == .unknownTag(3))
    unknown = Array(receipt[..<32]) + [2, 0xFF, 0xFF] + Array(repeating: 0, count: 32)
    #expect(
      failure { () throws(BCSError) in _ = try Receipt(bcs: unknown) }?.reason
        == .unknownTag(0xFFFF))
  }

  @Test("k of n keys act for an account, strangers and too few do not")
  func authority() throws {
    var samples = CoreSamples(seed: 9)
    let keys = samples.list(3...3) { $0.id() as PublicKey }.sorted()
    let stranger = samples.id() as PublicKey
    let authority = try #require(Authority(threshold: 2, keys: keys))
    #expect(authority.isSatisfied(by: [keys[0], keys[2]]))
    #expect(authority.isSatisfied(by: keys))
    #expect(!authority.isSatisfied(by: [keys[1]]))
    #expect(!authority.isSatisfied(by: [keys[0], keys[1], stranger]))
    let account = samples.id() as AccountID
    #expect(Authority(simple: account).isSatisfied(by: [PublicKey(account.bytes)]))
    #expect(!Authority(simple: account).isSatisfied(by: [stranger]))
  }

  @Test("a transaction longer than its limit is refused unread")
  func oversized() {
    let bytes = [UInt8](repeating: 0, count: Limits.reportBytesMax + 1)
    let error = failure { () throws(BCSError) in _ = try Transaction(decoding: bytes[...]) }
    #expect(
      error?.reason
        == .lengthOutOfRange(
          length: UInt64(bytes.count), min: 1, max: Limits.reportBytesMax))
  }

  @Test("the largest transaction fits its limit, the smallest is above what a bundle counts with")
  func limits() throws {
    var samples = CoreSamples(seed: 10)
    let keys = samples.list(16...16) { $0.id() as PublicKey }.sorted()
    let authority = try #require(Authority(threshold: 16, keys: keys))
    var body = samples.body()
    body.sponsor = AccountID(.zero)
    let signed = keys.map { Authorization(key: $0, signature: samples.signature()) }
    body.operations = Array(
      repeating: .topUpReserve(TopUpReserve(node: AccountID(.zero), amount: .max)),
      count: Limits.operationsMax - 1)
    body.operations.append(.setAuthority(SetAuthority(authority: authority)))
    let large = try Transaction(
      body: body, senderAuthorizations: signed, sponsorAuthorizations: signed)
    #expect(large.bytes.count <= Limits.transactionBytesMax)
    body.sponsor = nil
    body.operations = [.setAuthority(SetAuthority(authority: Authority(simple: body.sender)))]
    let small = try Transaction(body: body, senderAuthorizations: [signed[0]])
    #expect(small.bytes.count >= 128)
  }

  @Test("every fault has a code of its own and a sentence")
  func faults() {
    let codes = TransactionFault.allCases.map(\.code)
    #expect(Set(codes).count == codes.count)
    #expect(TransactionFault.allCases.allSatisfy { $0.sentence.hasSuffix(".") })
  }
}
