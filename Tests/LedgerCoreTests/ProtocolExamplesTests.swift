import Foundation
import Testing

@testable import LedgerCore

/// The bytes that `Documentation/protocol` shows are the bytes this code makes.
///
/// With `ECO2_WRITE_EXAMPLES=1` in the environment the file is written anew instead of compared.
@Suite("Protocol examples")
struct ProtocolExamplesTests {
  static let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Documentation/protocol/examples.json")

  @Test("the documented examples are the bytes the code makes")
  func documented() throws {
    let values = try #require(try ProtocolExampleValues())
    let text = try Self.text(values)
    if ProcessInfo.processInfo.environment["ECO2_WRITE_EXAMPLES"] == "1" {
      try text.write(to: Self.path, atomically: true, encoding: .utf8)
    }
    #expect(try String(contentsOf: Self.path, encoding: .utf8) == text)
  }

  @Test("every example's fields, joined, are its type's own encoding")
  func fields() throws {
    let values = try #require(try ProtocolExampleValues())
    for (example, encoding) in try Self.examples(values) {
      #expect(example.bytes == encoding, "\(example.name)")
    }
  }

  @Test("the example block is final: its certificate verifies, its bundle is the one it names")
  func block() throws {
    let values = try #require(try ProtocolExampleValues())
    try values.certificate.verify(
      deciding: values.header, in: values.set, chain: values.chain)
    #expect(Block(header: values.header, runs: [values.run]).isConsistent)
    let bundle = try Bundle(decoding: values.bundle.bytes)
    let check = bundle.headerCheck(key: values.set.members[1].consensusKey)
    #expect(Ed25519.verify(check, chain: values.chain))
    let checks = bundle.transactions.flatMap(\.signatureChecks)
    #expect(checks.count == 4)
    #expect(Ed25519.verify(checks, chain: values.chain).allValid)
    let votes = values.votes.compactMap { $0.check(in: values.set) }
    #expect(votes.count == 6)
    #expect(Ed25519.verify(votes, chain: values.chain).allValid)
  }

  @Test("the example change leads from the example set to the next, and from no other")
  func setChange() throws {
    let values = try #require(try ProtocolExampleValues())
    let change = try #require(try values.setChange())
    try change.verify(after: values.set, chain: values.chain)
    #expect(throws: SetChangeError.self) {
      try change.verify(after: change.next, chain: values.chain)
    }
    #expect(try SetChange(bcs: change.bcs) == change)
    #expect(throws: BCSError.self) { try SetChange(bcs: change.bcs.dropLast()) }
  }

  @Test("the example reports are signed by a member and prove what they say")
  func reports() throws {
    let values = try #require(try ProtocolExampleValues())
    for (report, offender) in [
      (try values.reportOfVotes(), 3), (try values.reportOfBundle(), 1),
    ] {
      let report = try #require(report)
      #expect(Ed25519.verify(report.signatureChecks, chain: values.chain).allValid)
      #expect(report.senderAuthorizations[0].key == values.set.members[2].consensusKey)
      let evidence = try #require(report.body.report)
      let accused = try #require(evidence.offender(in: values.set))
      #expect(accused == values.set.members[offender])
      #expect(evidence.isProof(against: accused, chain: values.chain))
    }
  }
}

// MARK: What the file holds

extension ProtocolExamplesTests {
  /// Every example, and the encoding of the value it shows.
  static func examples(_ values: ProtocolExampleValues) throws -> [(ProtocolExample, [UInt8])] {
    try transactions(values) + blocks(values) + votes(values) + changes(values)
  }

  private static func transactions(_ values: ProtocolExampleValues) throws
    -> [(ProtocolExample, [UInt8])]
  {
    let chain = values.chain
    let reports = [
      ("report of two votes", try values.reportOfVotes()),
      ("report of a bad bundle", try values.reportOfBundle()),
    ].compactMap { name, report in report.map { (name, $0) } }
    let pairs =
      [("transfer", values.transfer), ("sponsored, 2-of-3, three operations", values.sponsored)]
      + reports
    var examples = pairs.map { name, transaction in
      var example = ProtocolExample(name, type: "Transaction")
      example.body(transaction.body)
      example.derive(
        "signed message", "tag eco2/tx/v1, genesis hash, body (the fields so far)",
        SigningDomain.transaction.prefix(chain) + transaction.bodyBytes)
      example.derive("id", "SHA-256 of the signed message", transaction.id(chain).bytes.array)
      example.authorizations("sender authorizations", transaction.senderAuthorizations)
      example.authorizations("sponsor authorizations", transaction.sponsorAuthorizations)
      return (example, Array(transaction.bytes))
    }
    var bundle = ProtocolExample("bundle of both transactions", type: "Bundle")
    bundle.bundleHeader(values.bundle.header)
    bundle.derive(
      "digest", "SHA-256 of tag eco2/bundle/v1, genesis hash, header (the fields so far)",
      values.bundle.header.digest(chain).bytes.array)
    bundle.signature("author's signature", values.bundle.signature)
    bundle.count("transactions", values.bundle.transactions.count)
    for transaction in values.bundle.transactions {
      bundle.count("transaction's length", transaction.bytes.count)
      bundle.field("transaction", Hex.encode(transaction.bytes)) { $0.raw(transaction.bytes) }
    }
    examples.append((bundle, Array(values.bundle.bytes)))
    for receipt in values.receipts {
      var example = ProtocolExample("receipt", type: "Receipt")
      example.receipt(receipt)
      examples.append((example, receipt.bcs))
    }
    return examples
  }

  private static func blocks(_ values: ProtocolExampleValues) -> [(ProtocolExample, [UInt8])] {
    let chain = values.chain
    var run = ProtocolExample("run of one bundle", type: "BundleRun")
    run.run(values.run)
    run.derive(
      "bundles root", "RFC 6962 root of this one leaf", BundleRun.root([values.run]).bytes.array)
    var set = ProtocolExample("four ER Nodes", type: "ValidatorSet")
    set.set(values.set)
    set.derive(
      "set hash", "SHA-256 of tag eco2/set/v1, genesis hash, set",
      values.set.hash(chain).bytes.array)
    let order = Schedule(chain: chain, set: values.set).order(at: values.header.height)
    set.derive(
      "schedule of the round of height 10", "members' indices in order, one byte each",
      order.map { UInt8($0) })
    var header = ProtocolExample("header of height 10", type: "BlockHeader")
    header.header(values.header)
    header.derive(
      "block hash", "SHA-256 of tag eco2/block/v1, genesis hash, header",
      values.header.hash(chain).bytes.array)
    var statement = ProtocolExample("statement of height 9", type: "CarbonStatement")
    statement.statement(ProtocolExampleValues.statement)
    return [
      (set, values.set.bcs), (run, values.run.bcs),
      (statement, ProtocolExampleValues.statement.bcs), (header, values.header.bcs),
    ]
  }

  private static func votes(_ values: ProtocolExampleValues) -> [(ProtocolExample, [UInt8])] {
    var examples = values.votes.map { vote in
      var example = ProtocolExample("\(vote.statement.kind) of member \(vote.member)", type: "Vote")
      example.vote(vote)
      let statement = vote.statement
      example.derive(
        "signed message",
        "tag \(statement.kind.domain.rawValue), genesis hash, fields from height to before member",
        statement.prefix(values.chain) + statement.message)
      return (example, vote.bcs)
    }
    var certificate = ProtocolExample("commit certificate of height 10", type: "QuorumCertificate")
    certificate.certificate(values.certificate)
    certificate.derive(
      "signed message", "what each member has signed: tag eco2/commit/v1, genesis hash, statement",
      values.certificate.statement.prefix(values.chain) + values.certificate.statement.message)
    examples.append((certificate, values.certificate.bcs))
    return examples
  }

  private static func changes(_ values: ProtocolExampleValues) throws
    -> [(ProtocolExample, [UInt8])]
  {
    let change = try #require(try values.setChange())
    var example = ProtocolExample("change of the set after height 10", type: "SetChange")
    example.header(change.header)
    example.certificate(change.certificate)
    example.set(change.next)
    example.derive(
      "next set hash", "SHA-256 of tag eco2/set/v1, genesis hash, next",
      change.next.hash(values.chain).bytes.array)
    return [(example, change.bcs)]
  }

  /// The file: JSON with keys and fields in the order of the bytes, one field a line.
  static func text(_ values: ProtocolExampleValues) throws -> String {
    var lines = ["{", "  \"chain\": \(quoted(values.chain.hex)),", "  \"keys\": ["]
    let accounts = zip(values.names, values.accountKeys).map { name, key in
      let account = AccountID(key.publicKey)
      return line([
        ("name", name), ("seed", key.withSeed { Hex.encode(copy($0)) }),
        ("publicKey", key.publicKey.hex), ("address", account.address(network: .test)),
      ])
    }
    let members = values.consensusKeys.enumerated().map { index, key in
      line([
        ("name", "consensus key of member \(index)"),
        ("seed", key.withSeed { Hex.encode(copy($0)) }), ("publicKey", key.publicKey.hex),
        ("address", ""),
      ])
    }
    lines.append((accounts + members).map { "    " + $0 }.joined(separator: ",\n"))
    lines += ["  ],", "  \"examples\": ["]
    lines.append(try examples(values).map { Self.text($0.0) }.joined(separator: ",\n"))
    lines += ["  ]", "}", ""]
    return lines.joined(separator: "\n")
  }

  private static func copy(_ span: RawSpan) -> [UInt8] {
    unsafe span.withUnsafeBytes { unsafe [UInt8]($0) }
  }

  private static func text(_ example: ProtocolExample) -> String {
    let fields = example.fields.map {
      "        " + line([("field", $0.name), ("value", $0.value), ("hex", Hex.encode($0.bytes))])
    }
    let derived = example.derived.map {
      "        " + line([("name", $0.name), ("rule", $0.rule), ("hex", Hex.encode($0.bytes))])
    }
    return """
          {
            "name": \(quoted(example.name)),
            "type": \(quoted(example.type)),
            "bcs": \(quoted(Hex.encode(example.bytes))),
            "fields": [
      \(fields.joined(separator: ",\n"))
            ],
            "derived": [
      \(derived.joined(separator: ",\n"))
            ]
          }
      """
  }

  private static func line(_ pairs: [(String, String)]) -> String {
    "{ " + pairs.map { "\(quoted($0)): \(quoted($1))" }.joined(separator: ", ") + " }"
  }

  /// The examples hold no character that JSON escapes.
  private static func quoted(_ text: String) -> String { "\"\(text)\"" }
}
