import CLedgerCore
import LedgerCore
import Testing

@Suite("Ed25519 batches")
struct Ed25519BatchTests {
  @Test(
    "a batch names exactly the signatures that single verification refuses",
    arguments: [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 95, 96, 97, 98, 200, 600, 2047, 2048, 2049, 2600])
  func batchEqualsSingles(count: Int) throws {
    var generator = SeededGenerator(state: UInt64(count))
    let published = try Ed25519Case.all()
    let invalid = published.filter { !$0.isValid }
    let valid = published.filter(\.isValid)
    for badPercent in [0, 1, 10, 100] {
      let cases = (0..<count).map { _ in
        let bad = Int.random(in: 0..<100, using: &generator) < badPercent
        return (bad ? invalid : valid)[
          Int.random(in: 0..<(bad ? invalid : valid).count, using: &generator)]
      }
      try check(cases)
    }
  }

  @Test("every published case gets its verdict among valid neighbours, at every place")
  func publishedAmongNeighbours() throws {
    let neighbours = try Ed25519Case.signLines().map(\.valid).prefix(8)
    for (index, entry) in try Ed25519Case.all().enumerated() {
      var cases = Array(neighbours)
      cases.insert(entry, at: index % 9)
      try check(cases)
    }
  }

  @Test("errors that cancel in a sum of equations are found", arguments: [2, 6, 40, 300])
  func cancellingForgeries(count: Int) throws {
    let lines = try Ed25519Case.signLines().map(\.valid)
    var cases = (0..<count).map { lines[$0 % lines.count] }
    let one: [UInt8] = [1] + [UInt8](repeating: 0, count: 31)
    let minusOne = [UInt8](repeating: 255, count: 32)
    // S₁ + 1 and S₂ − 1: with equal coefficients the two would pass together.
    cases[0] = shifted(cases[0], by: one)
    cases[count - 1] = shifted(cases[count - 1], by: minusOne)
    #expect(!cases[0].verifies && !cases[count - 1].verifies)
    try check(cases)
  }

  @Test("signatures swapped between two messages of one key are both refused")
  func swapped() throws {
    let key = try SigningKey.generate()
    let messages: [[UInt8]] = [[1], [2]]
    let signatures = messages.map { key.sign(prefix: [], message: $0[...]) }
    var batch = SignatureBatch(prefix: [])
    for index in 0..<2 {
      batch.append(
        message: messages[index], signature: signatures[1 - index], key: key.publicKey)
    }
    #expect(batch.verify().invalidIndices == [0, 1])
  }

  @Test("an empty batch is valid and a batch is empty after it was verified")
  func empty() throws {
    var batch = SignatureBatch(prefix: [1])
    let none = batch.verify()
    #expect(none.allValid && none.count == 0 && none.bytes.isEmpty)
    let entry = try #require(Ed25519Case.speccheck().first)
    batch.append(message: entry.message, signature: entry.signature, key: entry.key)
    #expect(batch.count == 1)
    #expect(batch.verify().count == 1)
    #expect(batch.count == 0)
  }

  @Test("bytes appended whole are verified where they lie, at any alignment")
  func wholeBytes() throws {
    let key = try SigningKey.generate()
    let prefix: [UInt8] = Array("domain".utf8)
    var batch = SignatureBatch(prefix: prefix)
    for shift in 0..<16 {
      let padding = [UInt8](repeating: 9, count: shift)
      let message = [UInt8](repeating: UInt8(shift), count: 100)
      let signature = key.sign(prefix: prefix, message: message[...])
      let bytes = padding + message + key.publicKey.bytes.array + signature.array
      let good = SignatureBatch.Item(
        message: shift..<shift + 100, signatureOffset: shift + 132, keyOffset: shift + 100)
      let bad = SignatureBatch.Item(
        message: shift..<shift + 99, signatureOffset: shift + 132, keyOffset: shift + 100)
      batch.append(bytes[...], items: [good, bad, good])
    }
    let verdicts = batch.verify()
    #expect(verdicts.count == 48)
    #expect(verdicts.invalidIndices == (0..<16).map { 3 * $0 + 1 })
  }

  @Test("an item that reaches outside its bytes is invalid and spoils no neighbour")
  func itemsOutside() throws {
    let key = try SigningKey.generate()
    let message = [UInt8](repeating: 3, count: 50)
    let signature = key.sign(prefix: [], message: message[...])
    let bytes = message + key.publicKey.bytes.array + signature.array
    let good = SignatureBatch.Item(message: 0..<50, signatureOffset: 82, keyOffset: 50)
    let outside = [
      SignatureBatch.Item(message: 0..<147, signatureOffset: 82, keyOffset: 50),
      SignatureBatch.Item(message: -1..<50, signatureOffset: 82, keyOffset: 50),
      SignatureBatch.Item(message: 0..<50, signatureOffset: 83, keyOffset: 50),
      SignatureBatch.Item(message: 0..<50, signatureOffset: 82, keyOffset: 115),
      SignatureBatch.Item(message: 0..<50, signatureOffset: .min, keyOffset: 50),
      SignatureBatch.Item(message: 0..<50, signatureOffset: 82, keyOffset: .max),
    ]
    var batch = SignatureBatch(prefix: [])
    batch.append(bytes[...], items: [good] + outside + [good])
    #expect(batch.verify().invalidIndices == Array(1...6))
    batch.append([], items: [good])
    #expect(batch.verify().invalidIndices == [0])
  }

  @Test("a batch whose bytes pass the bound is verified in parts, without losing a verdict")
  func overfullBatch() throws {
    let key = try SigningKey.generate()
    let message = [UInt8](repeating: 5, count: SignatureBatch.bytesMax / 3)
    let signature = key.sign(prefix: [], message: message[...])
    var batch = SignatureBatch(prefix: [])
    for index in 0..<5 {
      let short = index == 3 ? message.dropLast() : message[...]
      batch.append(message: short, signature: signature, key: key.publicKey)
    }
    let verdicts = batch.verify()
    #expect(verdicts.count == 5)
    #expect(verdicts.invalidIndices == [3])
  }

  @Test("a transaction appended whole is verified by sender's and sponsor's signatures")
  func transactions() throws {
    let chain = ChainID(SHA256.hash([1]).bytes)
    let keys = try (0..<4).map { _ in try SigningKey.generate() }
    let body = TransactionBody(
      chain: chain, sender: AccountID(keys[0].publicKey), sequence: 1, validUntil: 10,
      chargeMax: .zero, feeMax: .zero, sponsor: AccountID(keys[3].publicKey),
      operations: [
        .transfer(
          Transfer(token: .eco2, recipient: AccountID(keys[1].publicKey), amount: .zero))
      ])
    let authorizations = keys.map {
      Authorization(
        key: $0.publicKey,
        signature: $0.sign(domain: .transaction, chain: chain, message: body.bcs[...]))
    }
    let transaction = try Transaction(
      body: body, senderAuthorizations: Array(authorizations[0..<3]),
      sponsorAuthorizations: [authorizations[3]])
    var bytes = Array(transaction.bytes)
    bytes[bytes.count - 1] ^= 1  // in the sponsor's signature
    let spoiled = try Transaction(decoding: bytes[...])
    var batch = SignatureBatch(domain: .transaction, chain: chain)
    for next in [transaction, spoiled, transaction] { batch.append(next) }
    let verdicts = batch.verify()
    #expect(verdicts.count == 12)
    #expect(verdicts.invalidIndices == [7])
    let checks = transaction.signatureChecks + spoiled.signatureChecks
    #expect(Ed25519.verify(checks, chain: chain).invalidIndices == [7])
  }

  @Test("checks of several domains are verified together, in their order")
  func checksOfDomains() throws {
    let chain = ChainID(SHA256.hash([1]).bytes)
    let key = try SigningKey.generate()
    let message: ArraySlice<UInt8> = [4, 5, 6]
    let checks = SigningDomain.allCases.enumerated().map { index, domain in
      let signed: SigningDomain = index == 2 ? .hello : domain
      return SignatureCheck(
        domain: domain, message: message, key: key.publicKey,
        signature: key.sign(domain: signed, chain: chain, message: message))
    }
    let verdicts = Ed25519.verify(checks, chain: chain)
    #expect(verdicts.count == checks.count)
    #expect(verdicts.invalidIndices == [2])
    #expect(!verdicts.allValid(in: 1..<4) && verdicts.allValid(in: 3..<checks.count))
  }

  private func shifted(_ entry: Ed25519Case, by term: [UInt8]) -> Ed25519Case {
    Ed25519Case(
      name: entry.name, key: entry.key,
      signature: Signature(r: entry.signature.r, s: adding(term, to: entry.signature.s)),
      message: entry.message, isValid: false)
  }

  /// Expects of a batch of these cases the verdict of each, and the bitmap's shape.
  private func check(_ cases: [Ed25519Case]) throws {
    var batch = SignatureBatch(prefix: [])
    batch.reserve(signatures: cases.count, bytes: cases.count * 256)
    for entry in cases {
      batch.append(message: entry.message, signature: entry.signature, key: entry.key)
    }
    let verdicts = batch.verify()
    let expected = cases.indices.filter { !cases[$0].isValid }
    #expect(verdicts.count == cases.count)
    #expect(verdicts.invalidIndices == expected, "\(expected.map { cases[$0].name })")
    #expect(verdicts.allValid == expected.isEmpty)
    #expect(verdicts.bytes.count == (cases.count + 7) / 8)
  }
}

@Suite("The C contract of Ed25519 batches")
struct Ed25519BatchContractTests {
  private let base = [UInt8](repeating: 0, count: 200)

  private func verify(
    _ items: [cl_ed25519_item], base: [UInt8]
  ) -> (code: Int32, verdicts: [UInt8]) {
    var verdicts = [UInt8](repeating: 0xAA, count: (items.count + 7) / 8)
    let code = unsafe cl_ed25519_verify_batch(
      base, base.count, nil, 0, items, items.count, &verdicts)
    return (code, verdicts)
  }

  @Test("an item outside the buffer refuses the whole call and zeroes the bitmap")
  func outOfRange() throws {
    let entry = try #require(Ed25519Case.zip215().first)
    let bytes = entry.key.bytes.array + entry.signature.array + entry.message
    let good = cl_ed25519_item(
      message_offset: 96, message_length: UInt32(entry.message.count), signature_offset: 32,
      key_offset: 0)
    let valid = verify([good], base: bytes)
    #expect(valid.code == CL_ED25519_VALID && valid.verdicts == [1])

    let end = UInt32(bytes.count)
    var spoiled: [cl_ed25519_item] = []
    for offset in [end - 4, end, end + 1, .max - 3, .max] {
      var item = good
      item.message_offset = offset
      spoiled.append(item)
    }
    for length in [end, .max] {
      var item = good
      item.message_length = length
      spoiled.append(item)
    }
    for offset in [end - 63, end, .max - 63, .max] {
      var item = good
      item.signature_offset = offset
      spoiled.append(item)
    }
    for offset in [end - 31, end, .max - 31, .max] {
      var item = good
      item.key_offset = offset
      spoiled.append(item)
    }
    for item in spoiled {
      let refused = verify([good, item] + Array(repeating: good, count: 9), base: bytes)
      #expect(refused.code == CL_ED25519_BAD_RANGE)
      #expect(refused.verdicts == [0, 0])
    }
  }

  @Test("an empty batch reads and writes nothing")
  func emptyBatch() {
    let code = cl_ed25519_verify_batch(nil, 0, nil, 0, nil, 0, nil)
    #expect(code == CL_ED25519_VALID)
  }

  @Test("a missing buffer is refused")
  func missingBuffers() {
    let item = cl_ed25519_item(
      message_offset: 0, message_length: 0, signature_offset: 0, key_offset: 0)
    var verdicts: [UInt8] = [0xAA]
    let noBase = unsafe cl_ed25519_verify_batch(nil, 0, nil, 0, [item], 1, &verdicts)
    #expect(noBase == CL_ED25519_BAD_RANGE && verdicts == [0])
    let noItems = unsafe cl_ed25519_verify_batch(base, 200, nil, 0, nil, 1, &verdicts)
    #expect(noItems == CL_ED25519_BAD_RANGE && verdicts == [0])
    let noPrefix = unsafe cl_ed25519_verify_batch(base, 200, nil, 5, [item], 1, &verdicts)
    #expect(noPrefix == CL_ED25519_BAD_RANGE && verdicts == [0])
    let noVerdicts = unsafe cl_ed25519_verify_batch(base, 200, nil, 0, [item], 1, nil)
    #expect(noVerdicts == CL_ED25519_BAD_RANGE)
  }
}
