import Foundation
import LedgerCore
import NodeAnswers
import Testing

@testable import Wallet

@Suite("Transaction files")
struct TransactionFileTests {
  private let chain = ChainID(SHA256.hash([7]).bytes)
  private let sender: SigningKey
  private let other: SigningKey

  init() throws {
    sender = try SigningKey.generate()
    other = try SigningKey.generate()
  }

  private func body(sponsored: Bool = false) -> TransactionBody {
    TransactionBody(
      chain: chain, sender: AccountID(sender.publicKey), sequence: 5, validUntil: 900,
      chargeMax: Amount(10_000), feeMax: Amount(2_000),
      sponsor: sponsored ? AccountID(other.publicKey) : nil,
      operations: [
        .transfer(
          Transfer(token: .eco2, recipient: AccountID(other.publicKey), amount: Amount(1_250))),
        .transfer(
          Transfer(token: .ecc, recipient: AccountID(other.publicKey), amount: Amount(3))),
      ])
  }

  private func fault(_ bytes: [UInt8]) -> TransactionFileError? {
    do throws(TransactionFileError) {
      _ = try TransactionFile(decoding: bytes)
      return nil
    } catch { return error }
  }

  private func edited(
    _ file: TransactionFile, _ from: String, _ to: String
  ) throws -> TransactionFileError? {
    let text = String(decoding: try file.encoded(), as: UTF8.self)
    try #require(text.contains(from), "the file has no \(from)")
    return fault(Array(text.replacing(from, with: to).utf8))
  }

  @Test("a file reads back as written, unsigned, signed and sponsored")
  func roundTrip() throws {
    var file = try TransactionFile(body(sponsored: true), chain: chain, network: .test)
    for step in 0..<3 {
      let bytes = try file.encoded()
      let read = try TransactionFile(decoding: bytes)
      #expect(read.body == file.body && read.chain == chain && read.network == .test)
      #expect(read.contents == file.contents)
      #expect(try read.encoded() == bytes)
      try file.sign(step == 0 ? sender : other, asSponsor: step > 0)
    }
    let transaction = try file.transaction()
    #expect(transaction.id(chain) == file.id)
    #expect(transaction.body == file.body)
    let direct = try Transaction(
      body: body(sponsored: true), chain: chain, senderKeys: [sender], sponsorKeys: [other])
    #expect(transaction.bytes == direct.bytes)
  }

  @Test("contents that do not say what the bytes do are refused, wherever they differ")
  func contents() throws {
    var file = try TransactionFile(body(), chain: chain, network: .test)
    try file.sign(sender)
    #expect(
      try edited(file, "\"amount\" : \"1250\"", "\"amount\" : \"12\"")
        == .contentsDiffer(at: "contents.operations[0].amount"))
    #expect(
      try edited(file, "\"sequence\" : 5", "\"sequence\" : 5.0")
        == .contentsDiffer(at: "contents.sequence"))
    #expect(
      try edited(file, "\"token\" : \"ECC\"", "\"token\" : \"ECO2\"")
        == .contentsDiffer(at: "contents.operations[1].token"))
    #expect(
      try edited(file, "\"tip\" : \"0\",", "") == .contentsDiffer(at: "contents.tip"))
    #expect(
      try edited(file, "\"tip\" : \"0\",", "\"tip\" : \"0\", \"note\" : \"a gift\",")
        == .contentsDiffer(at: "contents.note"))
    let address = AccountID(other.publicKey).address(network: .test)
    let wrong = AccountID(sender.publicKey).address(network: .test)
    #expect(
      try edited(file, "\"recipient\" : \"\(address)\"", "\"recipient\" : \"\(wrong)\"")
        == .contentsDiffer(at: "contents.operations[0].recipient"))
    #expect(
      try edited(file, "\"network\" : \"test\"", "\"network\" : \"main\"")
        != nil)
  }

  @Test("unknown, missing, double and malformed fields are refused")
  func strictness() throws {
    let file = try TransactionFile(body(), chain: chain, network: .test)
    #expect(try edited(file, TransactionFile.format, "eco2/transaction-file/v2") == .format)
    #expect(try edited(file, "\"network\"", "\"Network\"") == .field("Network"))
    #expect(
      try edited(file, "\"format\"", "\"x\" : 1, \"format\"") == .field("x"))
    #expect(try edited(file, "\"body\" : \"", "\"body\" : \"0") == .field("body"))
    guard case .body = try edited(file, "\"body\" : \"", "\"body\" : \"ff") else {
      Issue.record("bytes that are no body are read")
      return
    }
    guard case .json = try edited(file, "\"body\"", "\"chain\" : \"\", \"body\"") else {
      Issue.record("a double name is read")
      return
    }
    #expect(
      fault([UInt8](repeating: 0x20, count: WalletLimits.transactionFileBytesMax + 1))
        == .tooLong(bytes: WalletLimits.transactionFileBytesMax + 1))
    let foreign = ChainID(SHA256.hash([8]).bytes)
    #expect(try edited(file, chain.hex, foreign.hex) == .otherChain)
    #expect(throws: TransactionFileError.otherChain) {
      try TransactionFile(body(), chain: foreign, network: .test)
    }
  }

  @Test("a signature that does not hold, or of a sponsor where there is none, is refused")
  func signatures() throws {
    var file = try TransactionFile(body(), chain: chain, network: .test)
    #expect(throws: TransactionFileError.notSigned(bySponsor: false)) { try file.transaction() }
    #expect(throws: TransactionFileError.noSponsor) { try file.sign(other, asSponsor: true) }
    try file.sign(sender)
    #expect(
      try edited(file, sender.publicKey.hex, other.publicKey.hex)
        == .wrongSignature(other.publicKey))
    let signature = Hex.encode(file.senderAuthorizations[0].signature.array)
    #expect(
      try edited(file, "\"\(signature)\"", "\"00\"")
        == .field("contents.senderAuthorizations[0]"))
    var sponsored = try TransactionFile(body(sponsored: true), chain: chain, network: .test)
    try sponsored.sign(sender)
    #expect(throws: TransactionFileError.notSigned(bySponsor: true)) {
      try sponsored.transaction()
    }
  }

  @Test("several sign one after another or side by side, each once, in the order of keys")
  func several() throws {
    let keys = try (0..<Limits.keysMax).map { _ in try SigningKey.generate() }
    let unsigned = try TransactionFile(body(), chain: chain, network: .test)
    var first = unsigned
    for key in keys { try first.sign(key) }
    try first.sign(keys[0])
    #expect(first.senderAuthorizations.map(\.key) == keys.map(\.publicKey).sorted())
    #expect(throws: TransactionFileError.tooManySignatures) { try first.sign(sender) }
    var second = unsigned
    try second.sign(keys[0])
    var third = unsigned
    try third.sign(keys[1])
    try second.merge(third)
    #expect(second.senderAuthorizations.count == 2)
    var elsewhere = body()
    elsewhere.sequence = 6
    let another = try TransactionFile(elsewhere, chain: chain, network: .test)
    #expect(throws: TransactionFileError.otherTransaction) { try second.merge(another) }
  }

  @Test("the largest transaction and its signatures fit into a file")
  func largest() throws {
    var largest = body(sponsored: true)
    let keys = try (0..<Limits.keysMax).map { _ in try SigningKey.generate() }
    let authority = try #require(
      Authority(threshold: 16, keys: keys.map(\.publicKey).sorted()))
    // 64 of these are over 32 KiB: as many as fit beside 32 signatures.
    largest.operations = Array(
      repeating: .setAuthority(SetAuthority(authority: authority)), count: 56)
    var file = try TransactionFile(largest, chain: chain, network: .main)
    for key in keys {
      try file.sign(key)
      try file.sign(key, asSponsor: true)
    }
    let bytes = try file.encoded()
    #expect(bytes.count <= WalletLimits.transactionFileBytesMax)
    #expect(try TransactionFile(decoding: bytes).transaction().signatureCount == 32)
    largest.operations = Array(
      repeating: .setAuthority(SetAuthority(authority: authority)), count: Limits.operationsMax)
    let error = #expect(throws: TransactionFileError.self) {
      try TransactionFile(largest, chain: chain, network: .main)
    }
    #expect(error?.description.contains("too long") == true)
    largest.operations = []
    #expect(throws: TransactionFileError.operations(0)) {
      try TransactionFile(largest, chain: chain, network: .main)
    }
  }

  @Test("no edit of a file's bytes is taken for another transaction")
  func damaged() throws {
    var file = try TransactionFile(body(), chain: chain, network: .test)
    try file.sign(sender)
    let bytes = try file.encoded()
    var survived = 0
    for offset in stride(from: 0, to: bytes.count, by: 3) {
      var damaged = bytes
      damaged[offset] ^= 1
      guard let read = try? TransactionFile(decoding: damaged) else { continue }
      // White space, or a hexadecimal digit in the other case.
      #expect(read.body == file.body && read.senderAuthorizations == file.senderAuthorizations)
      survived += 1
    }
    #expect(survived < bytes.count / 6)
  }
}
