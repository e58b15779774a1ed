import LedgerCore
import LedgerRules
import LedgerState

/// A record's value field by field, as its kind's rules read it.
enum RecordText {
  /// Digits of an amount or number beyond 64 bits, hexadecimal bytes, an address, a name.
  case text(String)
  case number(UInt64)
  case yesNo(Bool)
  case nothing
  case list([RecordText])
  case fields([(name: String, value: RecordText)])

  /// Nil where the key is of no known kind, or the value is none of its kind.
  init?(_ value: [UInt8], of key: StateKey, network: NetworkKind) {
    guard let kind = RecordKind(of: key), let record = try? Self.record(value, of: kind) else {
      return nil
    }
    self.init(reflecting: record, network: network)
  }

  private static func record(
    _ value: [UInt8], of kind: RecordKind
  ) throws(BCSError) -> any LedgerRecord {
    switch kind {
    case .chainFacts: try ChainFacts(bcs: value)
    case .parameters: try Parameters(bcs: value)
    case .tip: try ChainTip(bcs: value)
    case .block: try BlockRecord(bcs: value)
    case .account: try Account(bcs: value)
    case .vesting: try Vesting(bcs: value)
    case .factorRow: try FactorRow(bcs: value)
    case .activeFactor: try ActiveFactor(bcs: value)
    case .factorTable: try FactorTableRecord(bcs: value)
    case .nodeCarbon: try NodeCarbon(bcs: value)
    case .fund: try NeutralityFund(bcs: value)
    case .numberLine: try NumberLine(bcs: value)
    case .lot: try Lot(bcs: value)
    case .registry: try CreditRegistry(bcs: value)
    case .project: try ProjectEntry(bcs: value)
    case .serialBlock: try SerialBlockEntry(bcs: value)
    case .issuance: try Issuance(bcs: value)
    case .custodian: try Custodian(bcs: value)
    case .registrars: try Registrars(bcs: value)
    case .request: try RequestRecord(bcs: value)
    case .obligation: try Obligation(bcs: value)
    case .registryBook: try RegistryBook(bcs: value)
    case .fundBid: try FundBid(bcs: value)
    case .reserve: try Reserve(bcs: value)
    case .retirement: try Retirement(bcs: value)
    case .statement: try CarbonStatement(bcs: value)
    case .validatorSets: try ValidatorSets(bcs: value)
    case .pastSet: try PastSet(bcs: value)
    case .pastSets: try PastSets(bcs: value)
    case .node: try ERNode(bcs: value)
    case .bundleProgress: try BundleProgress(bcs: value)
    case .rewardReserve: try RewardReserve(bcs: value)
    case .candidate: try Candidate(bcs: value)
    case .voter: try Voter(bcs: value)
    case .voteStake: try VoteStake(bcs: value)
    case .delegation: try Delegation(bcs: value)
    case .keyOwner: try KeyOwner(bcs: value)
    case .signedBlocks: try SignedBlocks(bcs: value)
    case .termRate: try TermRate(bcs: value)
    case .motion: try MotionRecord(bcs: value)
    case .governanceBook: try GovernanceBook(bcs: value)
    case .feature: try FeatureRecord(bcs: value)
    case .featureList: try FeatureList(bcs: value)
    case .motionVetoes: try MotionVetoes(bcs: value)
    case .offence: try RecordedOffence(bcs: value)
    case .offender: try OffenderEntry(bcs: value)
    case .offenceCount: try OffenceCount(bcs: value)
    case .orderedTree: try OrderedTree(bcs: value)
    case .orderedPage: try OrderedPage(bcs: value)
    }
  }

  private init(reflecting value: Any, network: NetworkKind) {
    switch value {
    case let account as AccountID: self = .text(account.address(network: network))
    case let amount as Amount: self = .text("\(amount.baseUnits)")
    case let identifier as any Identifier32: self = .text(identifier.hex)
    case let text as String: self = .text(text)
    case let flag as Bool: self = .yesNo(flag)
    case let bytes as [UInt8]: self = .text(Hex.encode(bytes))
    case let number as UInt128: self = .text("\(number)")
    case let number as any UnsignedInteger: self = .number(UInt64(number))
    default:
      let mirror = Mirror(reflecting: value)
      func inner(_ value: Any) -> RecordText { RecordText(reflecting: value, network: network) }
      switch mirror.displayStyle {
      case .optional: self = mirror.children.first.map { inner($0.value) } ?? .nothing
      case .collection: self = .list(mirror.children.map { inner($0.value) })
      case .struct where !mirror.children.isEmpty:
        self = .fields(mirror.children.map { ($0.label ?? "", inner($0.value)) })
      default: self = .text("\(value)")
      }
    }
  }

  /// One line for each value, named by its place: `authority.keys.0`.
  func lines(_ place: String) -> [(String, String)] {
    func below(_ name: String) -> String { place.isEmpty ? name : place + "." + name }
    switch self {
    case .text(let text): return [(place, text)]
    case .number(let number): return [(place, "\(number)")]
    case .yesNo(let flag): return [(place, flag ? "yes" : "no")]
    case .nothing: return [(place, "none")]
    case .list(let values) where values.isEmpty: return [(place, "none")]
    case .list(let values):
      return values.enumerated().flatMap { $0.element.lines(below("\($0.offset)")) }
    case .fields(let fields): return fields.flatMap { $0.value.lines(below($0.name)) }
    }
  }
}

extension RecordText: Encodable {
  private struct Name: CodingKey {
    let stringValue: String
    let intValue: Int? = nil

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    if case .fields(let fields) = self {
      var container = encoder.container(keyedBy: Name.self)
      for field in fields {
        try container.encode(field.value, forKey: Name(stringValue: field.name))
      }
      return
    }
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .yesNo(let flag): try container.encode(flag)
    case .list(let values): try container.encode(values)
    case .nothing, .fields: try container.encodeNil()
    }
  }
}
