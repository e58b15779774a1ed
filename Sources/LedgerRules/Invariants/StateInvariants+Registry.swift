import LedgerCore
import LedgerState

/// What the registry's checks remember of all records.
struct RegistryTally {
  var projects: [StateKey: ProjectEntry] = [:]
  var custodians: [AccountID: Custodian] = [:]
  /// By number, as the four that follow.
  var issuances: [UInt64: Issuance] = [:]
  var lots: [UInt64: Lot] = [:]
  var retirements: [UInt64: Retirement] = [:]
  var obligations: [UInt64: Obligation] = [:]
  var openExports: [UInt64: LotRange] = [:]
  /// µg in each state, in the order of their tags.
  var states = [UInt128](repeating: 0, count: LotState.allCases.count)
  var serialBlocks: UInt64 = 0
  var requests: UInt64 = 0
  /// ECO2 base units of pending requests.
  var deposits: UInt128 = 0
}

extension StateInvariants {
  /// Takes a record of the registry; false when its key is not one of its kind.
  mutating func addRegistry(_ kind: RecordKind, _ key: StateKey, _ value: [UInt8])
    throws(BCSError) -> Bool
  {
    switch kind {
    case .project: registry.projects[key] = try ProjectEntry(bcs: value)
    case .custodian:
      guard let account = AccountID(Array(key.bytes.dropFirst(2))) else { return false }
      let custodian = try Custodian(bcs: value)
      registry.custodians[account] = custodian
    case .issuance:
      guard let number = key.number else { return false }
      registry.issuances[number] = try Issuance(bcs: value)
    case .lot:
      guard let number = key.number else { return false }
      registry.lots[number] = try Lot(bcs: value)
    case .retirement:
      guard let number = key.number else { return false }
      registry.retirements[number] = try Retirement(bcs: value)
    case .obligation:
      guard let number = key.number else { return false }
      registry.obligations[number] = try Obligation(bcs: value)
    case .request:
      guard let number = key.number else { return false }
      let request = try RequestRecord(bcs: value)
      registry.requests += 1
      guard request.standing == .pending else { return true }
      registry.deposits &+= request.deposit.baseUnits
      if case .export(let range) = request.request { registry.openExports[number] = range }
    case .serialBlock:
      _ = try SerialBlockEntry(bcs: value)
      registry.serialBlocks += 1
    default: return false
    }
    return true
  }

  /// Lots partition their issuances, no two issuances share serials, the book, custodians,
  /// projects and indexes are what the lots say, and every retirement is that of its lot.
  mutating func checkRegistry(_ source: inout some RecordSource) throws(RecordError) {
    let book = try source.single(RegistryBook.self)
    let reserve = try source.single(Reserve.self)
    let fund = try source.single(NeutralityFund.self)
    checkCounts(book)
    checkPartition()
    checkIssuances()
    checkStates(book)
    checkCustodians(book)
    checkIndexes()
    checkRetirements()
    checkExports()
    var open: UInt128 = 0
    for (_, obligation) in registry.obligations.sorted(by: { $0.key < $1.key })
    where obligation.purpose == .reserve && !obligation.isClosed {
      open &+= obligation.open.baseUnits
    }
    compare(
      Reserve.key, "obligations", reserve.obligations.baseUnits,
      open &+ fund.reserveOpen.baseUnits)
    compare(
      Reserve.key, "tonnes", UInt128(reserve.tonnes) * Supply.microgramsPerTonne,
      registry.states[Int(LotState.inReserve.rawValue)])
    compare(RegistryBook.key, "deposits", book.deposits.baseUnits, registry.deposits)
  }

  mutating func compare(
    _ key: StateKey, _ what: String, _ kept: UInt128, _ counted: UInt128
  ) {
    guard kept != counted else { return }
    note(.total(key, what: what, kept: Amount(kept), counted: Amount(counted)))
  }

  private mutating func checkCounts(_ book: RegistryBook) {
    let counts: [(String, UInt64, Int)] = [
      ("lots", book.lots, registry.lots.count),
      ("issuances", book.issuances, registry.issuances.count),
      ("retirements", book.retirements, registry.retirements.count),
      ("obligations", book.obligations, registry.obligations.count),
    ]
    for (what, kept, counted) in counts {
      compare(RegistryBook.key, what, UInt128(kept), UInt128(counted))
    }
    compare(RegistryBook.key, "requests", UInt128(book.requests), UInt128(registry.requests))
    compare(
      RegistryBook.key, "serial blocks", UInt128(book.blocks), UInt128(registry.serialBlocks))
  }

  /// Sorted by issuance and serial, lots follow one another without gap or overlap.
  private mutating func checkPartition() {
    let order = registry.lots.sorted {
      ($0.value.issuance, $0.value.start) < ($1.value.issuance, $1.value.start)
    }
    var next: [UInt64: UInt64] = [:]
    for (number, lot) in order {
      guard let issuance = registry.issuances[lot.issuance],
        lot.start == next[lot.issuance] ?? issuance.range.start
      else {
        note(.lotPartition(Lot.key(number)))
        continue
      }
      next[lot.issuance] = lot.end + 1
    }
    for (number, issuance) in registry.issuances.sorted(by: { $0.key < $1.key })
    where next[number] != issuance.range.end + 1 {
      note(.lotPartition(Issuance.key(number)))
    }
  }

  private mutating func checkIssuances() {
    let order = registry.issuances.sorted {
      ($0.value.block, $0.value.range.start) < ($1.value.block, $1.value.range.start)
    }
    for (left, right) in zip(order, order.dropFirst())
    where left.value.block == right.value.block
      && right.value.range.start <= left.value.range.end
    {
      note(.lotOverlap(Issuance.key(left.key), Issuance.key(right.key)))
    }
    var serials: [StateKey: UInt64] = [:]
    for issuance in registry.issuances.values {
      let key = ProjectEntry.key(registry: issuance.registry, id: issuance.projectID)
      serials[key, default: 0] &+= issuance.range.end - issuance.range.start + 1
    }
    for (key, entry) in registry.projects.sorted(by: { $0.key < $1.key }) {
      compare(key, "serials", UInt128(entry.serials), UInt128(serials[key] ?? 0))
      if let cap = entry.project.cap, entry.serials > cap {
        note(
          .total(
            key, what: "cap", kept: Amount(UInt128(cap)), counted: Amount(UInt128(entry.serials))))
      }
    }
  }

  private func amount(_ lot: Lot) -> UInt128 {
    let unit = registry.issuances[lot.issuance]?.unit ?? .tonne
    return UInt128(lot.count) * unit.micrograms
  }

  private mutating func checkStates(_ book: RegistryBook) {
    for lot in registry.lots.values {
      registry.states[Int(lot.state.rawValue)] &+= amount(lot)
    }
    var sum: UInt128 = 0
    for state in LotState.allCases {
      let counted = registry.states[Int(state.rawValue)]
      compare(RegistryBook.key, state.name, book[state].baseUnits, counted)
      sum &+= counted
    }
    compare(RegistryBook.key, "on-boarded", book.onboarded.baseUnits, sum)
  }

  private mutating func checkCustodians(_ book: RegistryBook) {
    var live: [AccountID: UInt128] = [:]
    var buffer: [AccountID: UInt128] = [:]
    for lot in registry.lots.values where lot.state.isLive {
      live[lot.custodian, default: 0] &+= amount(lot)
      if lot.state == .buffer { buffer[lot.custodian, default: 0] &+= amount(lot) }
    }
    var open: [AccountID: UInt64] = [:]
    for obligation in registry.obligations.values where !obligation.isClosed {
      open[obligation.custodian, default: 0] += 1
    }
    var bonds: UInt128 = 0
    for (account, custodian) in registry.custodians.sorted(by: { $0.key < $1.key }) {
      let key = Custodian.key(account)
      compare(key, "live", custodian.live.baseUnits, live[account] ?? 0)
      compare(key, "buffer", custodian.buffer.baseUnits, buffer[account] ?? 0)
      compare(
        key, "open obligations", UInt128(custodian.openObligations), UInt128(open[account] ?? 0))
      bonds &+= custodian.bond.baseUnits
    }
    compare(RegistryBook.key, "bonds", book.bonds.baseUnits, bonds)
    totals.eco2InBonds = Amount(bonds)
    totals.eco2InDeposits = Amount(registry.deposits)
  }

  /// Each ordered index holds exactly what the lots ask for.
  private mutating func checkIndexes() {
    var expected: [OrderedIndexKind: [[UInt8]: [UInt8]]] = [:]
    for (number, lot) in registry.lots {
      guard let issuance = registry.issuances[lot.issuance] else { continue }
      expected[.serials, default: [:]][
        SerialPlace(block: issuance.block, start: lot.start).key] =
        SerialPlace.value(end: lot.end, lot: number)
      if lot.state == .inReserve {
        expected[.retirementOrder, default: [:]][issuance.retirementKey(start: lot.start)] =
          [UInt8](bigEndian: number)
      }
      if lot.state == .buffer {
        expected[.buffers, default: [:]][lot.custodian.bytes.array + [UInt8](bigEndian: number)] =
          [UInt8](bigEndian: number)
      }
    }
    for (id, page) in ordered.pages where page.level == 0 {
      for position in 0..<page.count {
        let entry = page.entry(position)
        guard expected[id.index]?.removeValue(forKey: entry.key) == entry.value else {
          note(.indexEntry(id.index, key: entry.key))
          continue
        }
      }
    }
    for (index, left) in expected.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
      if let key = left.keys.min(by: { $0.lexicographicallyPrecedes($1) }) {
        note(.indexEntry(index, key: key))
      }
    }
  }

  /// The retired lots of every retirement follow one another from the one it names on, through the
  /// same serials; each retired lot has a retirement; those of the pool follow one another tonne by
  /// tonne.
  private mutating func checkRetirements() {
    var parts: [UInt64: [(number: UInt64, lot: Lot)]] = [:]
    for (number, lot) in registry.lots.sorted(by: { $0.key < $1.key }) where lot.state == .retired {
      guard let retirement = lot.reference, registry.retirements[retirement] != nil else {
        note(.retirement(Lot.key(number)))
        continue
      }
      parts[retirement, default: []].append((number, lot))
    }
    var tonne: UInt64 = 1
    for (number, retirement) in registry.retirements.sorted(by: { $0.key < $1.key }) {
      let lots = (parts[number] ?? []).sorted { $0.lot.start < $1.lot.start }
      let isWhole = zip(lots, lots.dropFirst()).allSatisfy {
        $0.lot.issuance == $1.lot.issuance && $1.lot.start == $0.lot.end + 1
      }
      guard let first = lots.first, let last = lots.last, isWhole,
        first.number == retirement.lot, first.lot.start == retirement.start,
        last.lot.end == retirement.end
      else {
        note(.retirement(Retirement.key(number)))
        continue
      }
      if case .pool(let stated) = retirement.purpose {
        if stated != tonne { note(.retirement(Retirement.key(number))) }
        let total = lots.reduce(UInt128(0)) { $0 &+ amount($1.lot) }
        tonne = stated &+ UInt64(truncatingIfNeeded: total / Supply.microgramsPerTonne)
      }
    }
    compare(
      NumberLine.key, "tonnes retired", UInt128(totals.tonnesRetired), UInt128(tonne &- 1))
  }

  /// A lot is locked exactly while a request for its export is open.
  private mutating func checkExports() {
    var locked = registry.openExports
    for (number, lot) in registry.lots.sorted(by: { $0.key < $1.key })
    where lot.state == .exporting {
      let range = LotRange(lot: number, start: lot.start, end: lot.end)
      guard let request = lot.reference, locked.removeValue(forKey: request) == range else {
        note(.lotLock(Lot.key(number)))
        continue
      }
    }
    for number in locked.keys.sorted() { note(.lotLock(RequestRecord.key(number))) }
  }
}
