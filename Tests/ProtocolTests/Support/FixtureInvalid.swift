import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers
import Testing

/// A value that must be refused, and the code a decoder or verifier must give.
struct InvalidFixture {
  let name: String
  let type: String
  let bytes: [UInt8]
  /// Who notices: a decoder, a verifier of signatures, or a node that knows the state.
  let stage: String
  let code: String
}

extension FixtureFiles {
  /// Sound in everything, and not in the chain yet: what the invalid ones are made from.
  func sound() throws -> Transaction {
    try made.transaction(
      made.keys.alice, 515, [FixtureChain.transfer(.eco2, made.keys.bob, 1)])
  }

  func invalidFile() throws -> FixtureJSON {
    let all =
      try undecodable() + badlySigned() + refusedByState() + invalidVotes()
      + invalidCertificates() + invalidBlocks()
    let entries = all.map { fixture in
      FixtureJSON.object([
        ("name", .text(fixture.name)), ("type", .text(fixture.type)),
        ("stage", .text(fixture.stage)), ("code", .text(fixture.code)),
        ("bcs", .hex(fixture.bytes)),
      ])
    }
    let proofs = try invalidProofs().map { fixture in
      FixtureJSON.object([
        ("name", .text(fixture.name)), ("type", .text("Account")), ("stage", .text("verify")),
        ("code", .text(fixture.code)), ("id", .text(fixture.account.hex)),
        ("proof", try FixtureJSON(answer: fixture.proof)),
      ])
    }
    return .object([
      ("height", .number(made.last.height)),
      (
        "sound",
        .object([("type", .text("Transaction")), ("bcs", .hex(try sound().bytes))])
      ),
      ("invalid", .list(entries)), ("invalidProofs", .list(proofs)),
    ])
  }
}

// MARK: Bytes that are no transaction

extension FixtureFiles {
  /// Where the fields of `sound()` begin.
  private enum Place {
    static let sponsor = 101
    static let operations = 102
    static let operation = 103
    static let token = 104
    static let amount = 137
    static let authorizations = 153
    static let key = 154
    static let signature = 186
    static let s = 218
    static let end = 251
  }

  private func changed(_ change: (inout [UInt8]) -> Void) throws -> [UInt8] {
    var bytes = Array(try sound().bytes)
    try #require(bytes.count == Place.end)
    change(&bytes)
    return bytes
  }

  func undecodable() throws -> [InvalidFixture] {
    func broken(_ name: String, _ code: String, _ change: (inout [UInt8]) -> Void) throws
      -> InvalidFixture
    {
      InvalidFixture(
        name: name, type: "Transaction", bytes: try changed(change), stage: "decode", code: code)
    }
    return [
      try broken("no bytes", "truncated") { $0 = [] },
      try broken("the last byte is missing", "truncated") { $0.removeLast() },
      try broken("a byte follows", "trailing_bytes") { $0.append(0) },
      try broken("version 0 in two bytes", "non_canonical_length") {
        $0.replaceSubrange(0..<1, with: [0x80, 0])
      },
      try broken("one operation, counted in two bytes", "non_canonical_length") {
        $0.replaceSubrange(Place.operations..<Place.operation, with: [0x81, 0])
      },
      try broken("a count above 32 bits", "non_canonical_length") {
        $0.replaceSubrange(
          Place.operations..<Place.operation, with: [0xFF, 0xFF, 0xFF, 0xFF, 0x1F])
      },
      try broken("version 1", "unknown_tag") { $0[0] = 1 },
      try broken("operation 99", "unknown_tag") { $0[Place.operation] = 99 },
      try broken("token 2", "unknown_tag") { $0[Place.token] = 2 },
      try broken("sponsor neither absent nor present", "invalid_boolean") {
        $0[Place.sponsor] = 2
      },
      try broken("no operation", "length_out_of_range") { $0[Place.operations] = 0 },
      try broken("65 operations", "length_out_of_range") { $0[Place.operations] = 65 },
      try broken("nobody has signed", "length_out_of_range") {
        $0.replaceSubrange(Place.authorizations..<Place.end, with: [0, 0])
      },
      try broken("signed by a sponsor that it does not name", "length_out_of_range") {
        let authorization = Array($0[Place.key..<Place.end - 1])
        $0.replaceSubrange(Place.end - 1..<Place.end, with: [1] + authorization)
      },
      try broken("one key signs twice", "unsorted") {
        let authorization = Array($0[Place.key..<Place.end - 1])
        $0.replaceSubrange(
          Place.authorizations..<Place.end, with: [2] + authorization + authorization + [0])
      },
      try broken("threshold 0", "invalid_value") { $0 = Self.authority(in: $0, 0, [1, 2]) },
      try broken("threshold above the number of keys", "invalid_value") {
        $0 = Self.authority(in: $0, 3, [1, 2])
      },
      try broken("an authority's keys descend", "unsorted") {
        $0 = Self.authority(in: $0, 1, [2, 1])
      },
      try broken("an authority names a key twice", "unsorted") {
        $0 = Self.authority(in: $0, 1, [1, 1])
      },
    ]
  }

  /// The same with a `set-authority` instead of the transfer; keys are one byte, 32 times.
  private static func authority(in bytes: [UInt8], _ threshold: UInt8, _ keys: [UInt8])
    -> [UInt8]
  {
    var changed = Array(bytes[..<Place.operation])
    changed += [1, threshold, UInt8(keys.count)]
    for key in keys { changed += [UInt8](repeating: key, count: 32) }
    changed += bytes[Place.authorizations...]
    return changed
  }
}

// MARK: Signatures

extension FixtureFiles {
  /// The order of the group of Ed25519, little-endian.
  private static let order: [UInt8] =
    [
      0xED, 0xD3, 0xF5, 0x5C, 0x1A, 0x63, 0x12, 0x58, 0xD6, 0x9C, 0xF7, 0xA2, 0xDE, 0xF9, 0xDE,
      0x14,
    ] + [UInt8](repeating: 0, count: 15) + [0x10]

  func badlySigned() throws -> [InvalidFixture] {
    let sound = try sound()
    let alice = made.keys.alice
    let body = sound.bodyBytes
    func signed(_ name: String, _ signature: Signature) -> InvalidFixture {
      var bytes = Array(body)
      bytes.append(1)
      bytes += alice.publicKey.bytes.array
      bytes += signature.array
      bytes.append(0)
      return InvalidFixture(
        name: name, type: "Transaction", bytes: bytes, stage: "verify",
        code: "bad_signature")
    }
    let other = ChainID(SHA256.hash(Array("another chain".utf8)).bytes)
    let amount = try changed { $0[Place.amount] ^= 1 }
    let flipped = try changed { $0[Place.signature] ^= 1 }
    let high = try changed { bytes in
      var carry = 0
      for index in 0..<32 {
        let sum = Int(bytes[Place.s + index]) + Int(Self.order[index]) + carry
        bytes[Place.s + index] = UInt8(sum & 0xFF)
        carry = sum >> 8
      }
    }
    let rest = [
      ("the amount was changed after signing", amount),
      ("a bit of the signature was changed", flipped), ("S is not below the group's order", high),
    ]
    return [
      signed(
        "signed as a message, not as a transaction",
        alice.sign(domain: .message, chain: made.chain, message: body)),
      signed(
        "signed for another chain", alice.sign(domain: .transaction, chain: other, message: body)),
      signed("signed without tag and chain", alice.sign(prefix: [], message: body)),
      signed(
        "signed by another key",
        made.keys.bob.sign(domain: .transaction, chain: made.chain, message: body)),
    ]
      + rest.map {
        InvalidFixture(
          name: $0.0, type: "Transaction", bytes: $0.1, stage: "verify", code: "bad_signature")
      }
  }
}

// MARK: Well-signed, and refused on arrival by a node whose tip is the last block

extension FixtureFiles {
  func refusedByState() throws -> [InvalidFixture] {
    let keys = made.keys
    let transfer = FixtureChain.transfer(.eco2, keys.alice, 1)
    let toBob = FixtureChain.transfer(.eco2, keys.bob, 1)
    func body(_ sender: SigningKey, _ sequence: UInt64, _ operation: Operation) -> TransactionBody {
      made.body(sender, sequence, [operation])
    }
    func refused(
      _ code: String, _ name: String, _ body: TransactionBody, by keys: [SigningKey],
      sponsor: [SigningKey] = [], chain: ChainID? = nil
    ) throws -> InvalidFixture {
      let transaction = try Transaction(
        body: body, chain: chain ?? made.chain, senderKeys: keys, sponsorKeys: sponsor)
      return InvalidFixture(
        name: name, type: "Transaction", bytes: Array(transaction.bytes), stage: "state",
        code: code)
    }
    func altered(
      chain: ChainID? = nil, validUntil: UInt64 = 1_000, chargeMax: UInt128 = 1_000,
      feeMax: UInt128 = 10_000_000
    ) -> TransactionBody {
      TransactionBody(
        chain: chain ?? made.chain, sender: keys.alice.account, sequence: 515,
        validUntil: validUntil, chargeMax: Amount(chargeMax), feeMax: Amount(feeMax),
        operations: [toBob])
    }
    let other = ChainID(SHA256.hash(Array("another chain".utf8)).bytes)
    let alice = [keys.alice]
    let sponsored = made.body(keys.alice, 515, [toBob], sponsor: keys.bob)
    let rich = made.body(
      keys.erin, 2, [transfer], tip: Amount(1_000_000_000_000))
    return [
      try refused(
        "wrong_chain", "made and signed for another chain", altered(chain: other), by: alice,
        chain: other),
      try refused("expired", "valid until the last block", altered(validUntil: 4), by: alice),
      try refused(
        "validity_too_long", "valid for 60,481 heights", altered(validUntil: 60_486), by: alice),
      try refused("replayed", "a used sequence", body(keys.alice, 514, toBob), by: alice),
      try refused("replayed", "sequence 0", body(keys.alice, 0, toBob), by: alice),
      try refused(
        "sequence_too_far_ahead", "513 above the highest used sequence",
        body(keys.alice, 1_027, toBob), by: alice),
      try refused(
        "unauthorised", "signed by the account's first key, which acts no longer",
        body(keys.bob, 5, transfer), by: [keys.bob]),
      try refused(
        "unauthorised", "signed by a stranger too", body(keys.alice, 515, toBob),
        by: [keys.alice, keys.carol]),
      try refused(
        "sponsor_unauthorised", "the sponsor's keys are others", sponsored, by: alice,
        sponsor: [keys.bob]),
      try refused(
        "charge_unpayable", "the sender holds nothing", body(keys.frank, 1, transfer),
        by: [keys.frank]),
      try refused("fee_unpayable", "the tip is more than there is", rich, by: [keys.erin]),
      try refused(
        "charge_above_maximum", "a charge maximum of 1 microgram", altered(chargeMax: 1),
        by: alice),
      try refused(
        "fee_above_maximum", "a fee maximum of 1 base unit", altered(feeMax: 1), by: alice),
    ]
  }
}
