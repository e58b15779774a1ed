import Dissemination
import LedgerCore
import Testing

/// Keys that are functions of small numbers.
enum TestKeys {
  static func key(_ seed: UInt8, _ more: UInt8 = 0) throws -> SigningKey {
    var bytes = [UInt8](repeating: 0, count: 32)
    bytes[0] = seed
    bytes[1] = more
    return try #require(SigningKey(seed: bytes))
  }
}

/// Transactions that are functions of small numbers.
enum TestTransactions {
  /// A signed transfer of the sender that `sender` numbers.
  static func make(
    sender: UInt8, sequence: UInt64 = 1, validUntil: UInt64 = 1_000, tip: UInt128 = 0,
    feeMax: UInt128 = 1_000, operations: Int = 1,
    chain: ChainID = TestNetwork.chain, badlySigned: Bool = false
  ) throws -> Transaction {
    let key = try TestKeys.key(sender, 99)
    let body = TransactionBody(
      chain: chain, sender: AccountID(key.publicKey), sequence: sequence, validUntil: validUntil,
      chargeMax: Amount(1_000), feeMax: Amount(feeMax), tip: Amount(tip),
      operations: Array(
        repeating:
          .transfer(
            Transfer(
              token: .eco2, recipient: AccountID(try TestKeys.key(200, 99).publicKey),
              amount: Amount(1))), count: operations))
    let signed = badlySigned ? body.bcs + [1] : body.bcs
    return try Transaction(
      body: body,
      senderAuthorizations: [
        Authorization(
          key: key.publicKey,
          signature: key.sign(domain: .transaction, chain: chain, message: signed[...]))
      ])
  }

  /// Transactions of different senders whose home author is this member.
  static func make(
    _ count: Int, homeAt index: Int, members: Int, validUntil: UInt64 = 1_000
  ) throws -> [Transaction] {
    var list: [Transaction] = []
    for sender in senders(count, homeAt: index, members: members) {
      list.append(try make(sender: sender, validUntil: validUntil))
    }
    return list
  }

  /// Numbers of senders whose home author is this member.
  static func senders(_ count: Int, homeAt index: Int, members: Int) -> [UInt8] {
    let fit = (UInt8(1)..<199).filter { sender in
      guard let key = try? TestKeys.key(sender, 99) else { return false }
      return HomeAuthor.index(of: AccountID(key.publicKey), count: members) == index
    }
    return Array(fit.prefix(count))
  }
}

extension Transaction {
  var testID: Digest { id(TestNetwork.chain) }
}
