public import LedgerCore

/// What the registry counts: the next numbers, the queues, and how much stands in each state.
public struct RegistryBook: SingleRecord {
  public static var kind: RecordKind { .registryBook }

  /// Serial blocks; the next takes this number. So with the other counts.
  public var blocks: UInt64 = 0
  public var issuances: UInt64 = 0
  public var lots: UInt64 = 0
  public var retirements: UInt64 = 0
  public var requests: UInt64 = 0
  /// Every request below this number has ended.
  public var firstOpenRequest: UInt64 = 0
  public var obligations: UInt64 = 0
  /// Every obligation below this number is met.
  public var firstOpenObligation: UInt64 = 0
  /// ECO2 base units that filers have locked.
  public var deposits: Amount = .zero
  /// ECO2 base units of all custodians' bonds.
  public var bonds: Amount = .zero
  /// Ever on-boarded, µg CO2e: the sum of all states.
  public var onboarded: Amount = .zero
  /// µg CO2e in each state, in the order of their tags; the one of suspended lots stays zero.
  private var states: StateAmounts = StateAmounts()

  init() {}

  /// µg CO2e in a state as stored.
  public subscript(state: LotState) -> Amount {
    get { states[state] }
    set { states[state] = newValue }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    blocks = try reader.u64("serial blocks")
    issuances = try reader.u64("issuances")
    lots = try reader.u64("lots")
    retirements = try reader.u64("retirements")
    requests = try reader.u64("requests")
    firstOpenRequest = try reader.u64("first open request")
    obligations = try reader.u64("obligations")
    firstOpenObligation = try reader.u64("first open obligation")
    deposits = try Amount(from: &reader)
    bonds = try Amount(from: &reader)
    onboarded = try Amount(from: &reader)
    for state in LotState.allCases { states[state] = try Amount(from: &reader) }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(blocks)
    writer.u64(issuances)
    writer.u64(lots)
    writer.u64(retirements)
    writer.u64(requests)
    writer.u64(firstOpenRequest)
    writer.u64(obligations)
    writer.u64(firstOpenObligation)
    deposits.encode(into: &writer)
    bonds.encode(into: &writer)
    onboarded.encode(into: &writer)
    for state in LotState.allCases { states[state].encode(into: &writer) }
  }
}

/// One amount for each state of lots, without an allocation: the book is copied for every
/// transaction.
private struct StateAmounts: Hashable {
  private var amounts = InlineArray<10, Amount>(repeating: .zero)

  subscript(state: LotState) -> Amount {
    get { amounts[Int(state.rawValue)] }
    set { amounts[Int(state.rawValue)] = newValue }
  }

  static func == (left: StateAmounts, right: StateAmounts) -> Bool {
    LotState.allCases.allSatisfy { left[$0] == right[$0] }
  }

  func hash(into hasher: inout Hasher) {
    for state in LotState.allCases { hasher.combine(self[state]) }
  }
}
