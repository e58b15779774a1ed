import Foundation
import NodeAnswers
import Testing

@testable import NodeAPI

/// The shapes of answers stand twice, as types and as the schemas clients are told: here they are
/// held together.
@Suite("Schemas and types")
struct SchemaTests {
  /// A type of answers with every field set, under the name of its schema.
  struct Shape {
    let name: String
    let full: SampleJSON
    /// Whether the type reads a JSON object.
    let reads: (SampleJSON) -> Bool

    init<Answer: Codable>(_ name: String, _ sample: Answer) throws {
      self.name = name
      full = try JSONDecoder().decode(SampleJSON.self, from: JSONEncoder().encode(sample))
      reads = { json in
        guard let data = try? JSONEncoder().encode(json) else { return false }
        return (try? JSONDecoder().decode(Answer.self, from: data)) != nil
      }
    }
  }

  private func shapes() throws -> [Shape] {
    try networkShapes() + chainShapes() + transactionShapes() + carbonShapes()
      + delegationShapes()
  }

  @Test("each schema has a type, and each type's fields are the schema's, no more and no fewer")
  func fields() throws {
    let shapes = try shapes()
    #expect(Set(shapes.map(\.name)) == Set(Schemas.all.map(\.name)))
    for shape in shapes {
      let schema = try #require(Schemas.all.first { $0.name == shape.name })
      let told = schema.fields.map(\.name).sorted()
      #expect(shape.full.names == told, "\(shape.name)")
    }
  }

  /// Fields that are always sent and need not be read: a proof is there when it was asked for, and
  /// nodes of older releases leave out what they do not know.
  private static let readLeniently = [
    "Account.proof", "Status.role", "Status.followers", "Status.engines",
  ]

  @Test("a field is required where the type cannot be read without it, and only there")
  func required() throws {
    var count = 0
    for shape in try shapes() {
      let schema = try #require(Schemas.all.first { $0.name == shape.name })
      #expect(shape.reads(shape.full), "\(shape.name)")
      for field in schema.fields where !Self.readLeniently.contains("\(shape.name).\(field.name)") {
        let isNeeded = !shape.reads(shape.full.without(field.name))
        #expect(isNeeded == field.isRequired, "\(shape.name).\(field.name)")
        count += 1
      }
    }
    #expect(count > 150)
    // A proof is there when it was asked for: the type without one reads the same account.
    let account = try #require(try shapes().first { $0.name == "Account" }).full
    let plain = try JSONEncoder().encode(account.without("proof"))
    #expect(try JSONDecoder().decode(AccountAnswer.self, from: plain).id == Samples.hash)
  }

  @Test("each field's value is of the kind its schema names")
  func kinds() throws {
    for shape in try shapes() {
      let schema = Schema.reference(shape.name)
      #expect(Self.fault(of: shape.full, schema, at: shape.name) == nil)
    }
  }

  /// Where a value is not of the schema's kind.
  private static func fault(of value: SampleJSON, _ schema: Schema, at path: String) -> String? {
    switch (schema, value) {
    case (.text, .text), (.whole, .whole), (.yesOrNo, .flag): return nil
    case (.choice(_, let names), .text(let text)):
      return names.contains(text) ? nil : "\(path): \(text) is no choice"
    case (.list(_, let element), .list(let values)):
      return values.isEmpty
        ? "\(path): the sample has no element"
        : values.compactMap { fault(of: $0, element, at: path + "[]") }.first
    case (.table, .object(let entries)):
      return entries.values.allSatisfy { if case .text = $0 { true } else { false } }
        ? nil : "\(path): not all are texts"
    case (.reference(let name), .object(let entries)):
      guard let object = Schemas.all.first(where: { $0.name == name }) else {
        return "\(path): no schema \(name)"
      }
      return object.fields.compactMap { field in
        entries[field.name].flatMap { fault(of: $0, field.schema, at: "\(path).\(field.name)") }
      }.first
    default: return "\(path): \(value) is not \(schema)"
    }
  }
}

// MARK: Samples with every field set

extension SchemaTests {
  private func networkShapes() throws -> [Shape] {
    var status = Samples.status(height: 5)
    status.notVotingBecause = "full node"
    status.pausedUntil = 1
    let account = Samples.account(Samples.address, height: 5)
    let schedule = Samples.schedule(1)
    return [
      try Shape("Status", status), try Shape("Stage", status.stages[0]),
      try Shape("Estimate", status.transferEstimate),
      try Shape("Engines", try #require(status.engines)), try Shape("Genesis", Samples.genesis),
      try Shape("Parameters", Samples.parameters), try Shape("Validators", Samples.validators),
      try Shape("Validator", Samples.validators.members[0]), try Shape("Schedule", schedule),
      try Shape("SetChange", Samples.setChange(9)),
      try Shape("SetChangePage", PageAnswer(items: [Samples.setChange(9)], next: "9")),
      try Shape("Turn", schedule.turns[0]), try Shape("Mempool", Samples.mempool),
      try Shape("Offence", Samples.offence(1)),
      try Shape("OffencePage", PageAnswer(items: [Samples.offence(1)], next: "1")),
      try Shape("Account", ProvenAccountAnswer(account: account, proof: Samples.proof)),
      try Shape("Proof", Samples.proof),
      try Shape("Problem", ErrorAnswer(title: "t", status: 503, detail: "d", code: "busy")),
      try Shape(
        "ProblemMeaning", ProblemAnswer(code: "busy", status: 503, title: "t", advice: "a")),
    ]
  }

  private func chainShapes() throws -> [Shape] {
    var block = Samples.block(5)
    block.certifiedAfterMilliseconds = 120
    let certificate = Samples.certificate(5)
    let statement = StatementAtHeight(height: 5, timestamp: 6, statement: Samples.statement)
    return [
      try Shape("Block", block), try Shape("Statement", Samples.statement),
      try Shape("StatementAtHeight", statement), try Shape("Certificate", certificate),
      try Shape("MemberSignature", certificate.signatures[0]),
      try Shape("Bundle", Samples.bundle),
      try Shape("BlockPage", PageAnswer(items: [block], next: "4")),
      try Shape("StatementAtHeightPage", PageAnswer(items: [statement], next: "4")),
    ]
  }

  private var creditOperation: CreditOperationContents {
    var contents = CreditOperationContents()
    contents.lot = 1
    contents.start = 2
    contents.end = 3
    contents.number = 4
    contents.request = "onboard"
    contents.bytes = "00"
    contents.approves = true
    contents.lotsMax = 1
    contents.document = Samples.hash
    contents.reference = "V-1"
    contents.date = 20_250_101
    contents.isBuffer = true
    contents.beneficiary = Samples.hash
    contents.reason = "voluntary"
    contents.periodFrom = 20_250_101
    contents.periodTo = 20_251_231
    return contents
  }

  private func transactionShapes() throws -> [Shape] {
    var answer = Samples.transaction(5, 0, recipient: Samples.address)
    answer.accordingTo = Samples.address
    var operation = OperationContents(
      kind: "transfer", token: "ECO2", recipient: Samples.address, amount: "7")
    operation.node = Samples.address
    operation.threshold = 1
    operation.keys = [Samples.hash]
    operation.offence = "amnesia"
    operation.height = 3
    operation.evidence = "00"
    operation.priceMin = "1"
    operation.credits = creditOperation
    operation.delegation = try Samples.delegationOperation
    var contents = try #require(answer.transaction)
    contents.operations = [operation]
    contents.sponsorAuthorizations = contents.senderAuthorizations
    answer.transaction = contents
    var receipt = try #require(answer.receipt)
    receipt.subject = 7
    return [
      try Shape("Submission", SubmissionAnswer(transactions: [answer])),
      try Shape("Transaction", answer), try Shape("TransactionContents", contents),
      try Shape("Operation", operation), try Shape("CreditOperation", creditOperation),
      try Shape("Authorization", contents.senderAuthorizations[0]),
      try Shape("Receipt", receipt),
      try Shape("TransactionPage", PageAnswer(items: [answer], next: "4.0")),
    ]
  }
}

/// JSON as a tree.
indirect enum SampleJSON: Codable {
  case text(String)
  case whole(UInt64)
  case flag(Bool)
  case list([SampleJSON])
  case object([String: SampleJSON])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let flag = try? container.decode(Bool.self) {
      self = .flag(flag)
    } else if let whole = try? container.decode(UInt64.self) {
      self = .whole(whole)
    } else if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let list = try? container.decode([SampleJSON].self) {
      self = .list(list)
    } else {
      self = .object(try container.decode([String: SampleJSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .whole(let whole): try container.encode(whole)
    case .flag(let flag): try container.encode(flag)
    case .list(let list): try container.encode(list)
    case .object(let object): try container.encode(object)
    }
  }

  /// Of an object: its keys, ascending.
  var names: [String] {
    guard case .object(let entries) = self else { return [] }
    return entries.keys.sorted()
  }

  /// Of an object: the same without a key.
  func without(_ name: String) -> SampleJSON {
    guard case .object(var entries) = self else { return self }
    entries[name] = nil
    return .object(entries)
  }
}
