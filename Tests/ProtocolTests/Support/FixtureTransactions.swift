import LedgerCore
import LedgerRules
import Testing

/// The transactions of the fixture chain, by block and bundle.
extension FixtureChain {
  func body(
    _ sender: SigningKey, _ sequence: UInt64, _ operations: [Operation], tip: Amount = .zero,
    sponsor: SigningKey? = nil
  ) -> TransactionBody {
    TransactionBody(
      chain: chain, sender: sender.account, sequence: sequence, validUntil: 1_000,
      chargeMax: Amount(1_000), feeMax: Amount(10_000_000), tip: tip, sponsor: sponsor?.account,
      operations: operations)
  }

  func transaction(
    _ sender: SigningKey, _ sequence: UInt64, _ operations: [Operation], tip: Amount = .zero,
    by signers: [SigningKey]? = nil, sponsor: SigningKey? = nil
  ) throws -> Transaction {
    try Transaction(
      body: body(sender, sequence, operations, tip: tip, sponsor: sponsor), chain: chain,
      senderKeys: signers ?? [sender], sponsorKeys: sponsor.map { [$0] } ?? [])
  }

  static func transfer(_ token: Token, _ to: SigningKey, _ amount: UInt128) -> Operation {
    .transfer(Transfer(token: token, recipient: to.account, amount: Amount(amount)))
  }

  static func authority(_ threshold: UInt8, _ keys: [SigningKey]) throws -> Operation {
    let authority = Authority(threshold: threshold, keys: keys.map(\.publicKey).sorted())
    return .setAuthority(SetAuthority(authority: try #require(authority)))
  }

  private func topUp(_ node: Int, _ amount: UInt128) -> Operation {
    .topUpReserve(TopUpReserve(node: set.members[node].account, amount: Amount(amount)))
  }

  static func first(_ made: FixtureChain) throws -> [[Named]] {
    let keys = made.keys
    return [
      [
        ("one transfer", try made.transaction(keys.alice, 1, [oneTransfer(keys)])),
        (
          "three operations, a tip, a new account",
          try made.transaction(
            keys.alice, 2,
            [
              transfer(.eco2, keys.erin, 500_000_000), transfer(.ecc, keys.carol, 1_000_000),
              made.topUp(2, 129_192),
            ], tip: Amount(300))
        ),
        (
          "set authority: from the next block on two of three",
          try made.transaction(
            keys.bob, 1, [authority(2, [keys.bob, keys.carol, keys.dave])])
        ),
      ]
    ]
  }

  private static func oneTransfer(_ keys: FixtureKeys) -> Operation {
    transfer(.eco2, keys.bob, 150_000_000)
  }

  static func second(_ made: FixtureChain) throws -> [[Named]] {
    let keys = made.keys
    let signed: [Named] = [
      (
        "sponsored: the sender holds no ECC",
        try made.transaction(keys.erin, 1, [transfer(.eco2, keys.alice, 7)], sponsor: keys.dave)
      ),
      (
        "two of three keys, without the account's own",
        try made.transaction(
          keys.bob, 2, [transfer(.ecc, keys.alice, 2_000_000)], by: [keys.carol, keys.dave])
      ),
      (
        "every operation, two of three keys, sponsored",
        try made.transaction(
          keys.bob, 3,
          [
            authority(1, [keys.carol, keys.dave]), transfer(.eco2, keys.carol, 1),
            made.topUp(0, 5_000),
          ], by: [keys.bob, keys.carol], sponsor: keys.dave)
      ),
    ]
    let others: [Named] = [
      (
        "failed: the second operation moves more than there is",
        try made.transaction(
          keys.carol, 1,
          [transfer(.eco2, keys.dave, 1), transfer(.eco2, keys.dave, 1 << 100)])
      ),
      ("skipped: replayed", try made.transaction(keys.alice, 1, [oneTransfer(keys)])),
      (
        "skipped: one of three keys",
        try made.transaction(keys.bob, 4, [transfer(.eco2, keys.alice, 1)])
      ),
    ]
    return [signed, others]
  }

  static func third(_ made: FixtureChain) throws -> [[Named]] {
    let keys = made.keys
    return [
      [
        (
          "the highest sequence that may follow 2",
          try made.transaction(keys.alice, 514, [transfer(.ecc, keys.erin, 10_000)])
        ),
        (
          "an older sequence that is still unused",
          try made.transaction(keys.alice, 3, [transfer(.eco2, keys.dave, 1)])
        ),
        (
          "one of two other keys, twenty transfers",
          try made.transaction(
            keys.bob, 4, (1...20).map { transfer(.eco2, keys.erin, $0) }, by: [keys.dave])
        ),
      ]
    ]
  }
}
