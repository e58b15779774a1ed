import Foundation
import LedgerCore
import Testing

@testable import Wallet

@Suite("Signed messages")
struct MessageTests {
  private let message = Array("I run node seven. – Anna".utf8)
  private let chain = ChainID(SHA256.hash([1]).bytes)

  @Test("a signature holds for its key, bytes and chain, and for no other")
  func verification() throws {
    let key = try SigningKey.generate()
    let other = try SigningKey.generate().publicKey
    let signature = SignedMessage.sign(message, key: key)
    #expect(SignedMessage.isSigned(message, by: key.publicKey, signature: signature))
    #expect(!SignedMessage.isSigned(message, by: other, signature: signature))
    #expect(!SignedMessage.isSigned(message + [0x0A], by: key.publicKey, signature: signature))
    #expect(
      !SignedMessage.isSigned(message, by: key.publicKey, signature: signature, chain: chain))
    let bound = SignedMessage.sign(message, key: key, chain: chain)
    #expect(SignedMessage.isSigned(message, by: key.publicKey, signature: bound, chain: chain))
    #expect(!SignedMessage.isSigned(message, by: key.publicKey, signature: bound))
    let empty = SignedMessage.sign([], key: key)
    #expect(SignedMessage.isSigned([], by: key.publicKey, signature: empty))
  }

  @Test("a message that is a transaction's body, or tag and body, authorises no transaction")
  func noTransaction() throws {
    let key = try SigningKey.generate()
    let account = AccountID(key.publicKey)
    let body = TransactionBody(
      chain: chain, sender: account, sequence: 1, validUntil: 9, chargeMax: Amount(1),
      feeMax: Amount(1),
      operations: [.transfer(Transfer(token: .eco2, recipient: account, amount: Amount(1)))])
    let tagged = SigningDomain.transaction.prefix(chain) + body.bcs
    for message in [body.bcs, tagged] {
      for chain in [chain, SignedMessage.noChain] {
        let signature = SignedMessage.sign(message, key: key, chain: chain)
        #expect(
          !Ed25519.verify(
            signature: signature, key: key.publicKey, domain: .transaction, chain: self.chain,
            message: body.bcs[...]))
      }
    }
  }

  @Test("the bytes signed are tag, 32 zero bytes and message, as openssl verifies")
  func openssl() throws {
    try withFolder { folder in
      let key = try SigningKey.generate()
      let signed = Array("eco2/message/v1".utf8) + [UInt8](repeating: 0, count: 32) + message
      let signature = SignedMessage.sign(message, key: key)
      try Data(signed).write(to: URL(fileURLWithPath: folder + "/signed"))
      try Data(signature.array).write(to: URL(fileURLWithPath: folder + "/signature"))
      try Data(key.publicKey.pem.utf8).write(to: URL(fileURLWithPath: folder + "/key.pem"))
      let verified = try WalletTests.openssl([
        "pkeyutl", "-verify", "-pubin", "-inkey", folder + "/key.pem", "-rawin", "-in",
        folder + "/signed", "-sigfile", folder + "/signature",
      ])
      #expect(verified.status == 0, "\(verified.output)")
    }
  }
}
