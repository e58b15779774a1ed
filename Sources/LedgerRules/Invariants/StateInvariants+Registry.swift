import LedgerCore
import LedgerState

/// What the registry's checks remember of all records.
struct RegistryTally {
  var projects: [StateKey: ProjectEntry] = [:]
  var custodians: [AccountID: Custodian] = [:]
  var issuances = NumberedRecords<AuditedIssuance>()
  var lots = NumberedRecords<Lot>()
  var retirements = NumberedRecords<Retirement>()
  var obligations = NumberedRecords<Obligation>()
  var openExports: [UInt64: LotRange] = [:]
  /// Projects that issuances name, each with the serials brought of it.
  var named: [StateKey: Int] = [:]
  var serials: [UInt64] = []
  /// µg in each state, in the order of their tags.
  var states = [UInt128](repeating: 0, count: LotState.allCases.count)
  var serialBlocks: UInt64 = 0
  var requests: UInt64 = 0
  /// ECO2 base units of pending requests.
  var deposits: UInt128 = 0

  /// Takes an issuance, and counts its serials for its project.
  mutating func add(_ number: UInt64, _ issuance: Issuance, _ bytes: [UInt8]) {
    let key = ProjectEntry.key(registry: issuance.registry, id: issuance.projectID)
    let place = named[key] ?? serials.count
    if place == serials.count {
      named[key] = place
      serials.append(0)
    }
    serials[place] &+= issuance.range.end - issuance.range.start + 1
    issuances.add(
      number,
      AuditedIssuance(
        block: issuance.block, start: issuance.range.start, end: issuance.range.end,
        unit: issuance.unit, bytes: bytes))
  }

  mutating func sort() {
    issuances.sort()
    lots.sort()
    retirements.sort()
    obligations.sort()
  }
}

/// What an audit keeps of an issuance: its texts are in its bytes, for the few that need them.
struct AuditedIssuance {
  let block: UInt64
  let start: UInt64
  let end: UInt64
  let unit: SerialUnit
  let bytes: [UInt8]
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
      registry.add(number, try Issuance(bcs: value), value)
    case .lot:
      guard let number = key.number else { return false }
      registry.lots.add(number, try Lot(bcs: value))
    case .retirement:
      guard let number = key.number else { return false }
      registry.retirements.add(number, try Retirement(bcs: value))
    case .obligation:
      guard let number = key.number else { return false }
      registry.obligations.add(number, try Obligation(bcs: value))
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
    registry.sort()
    checkCounts(book)
    checkPartition()
    checkIssuances()
    checkStates(book)
    checkCustodians(book)
    checkIndexes()
    checkRetirements()
    checkExports()
    var open: UInt128 = 0
    for obligation in registry.obligations.records
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

  /// Sorted by issuance and serial, lots follow one another without gap or overlap, and repeat what
  /// their issuance says.
  private mutating func checkPartition() {
    let lots = registry.lots.records
    let order = lots.indices.sorted {
      (lots[$0].issuance, lots[$0].start) < (lots[$1].issuance, lots[$1].start)
    }
    let issuances = registry.issuances.records
    // The first serial of each issuance that no lot has held so far.
    var next = issuances.map(\.start)
    for place in order {
      let lot = lots[place]
      guard let issuance = registry.issuances.place(of: lot.issuance),
        lot.start == next[issuance], lot.block == issuances[issuance].block,
        lot.unit == issuances[issuance].unit
      else {
        note(.lotPartition(Lot.key(registry.lots.numbers[place])))
        continue
      }
      next[issuance] = lot.end + 1
    }
    for (place, issuance) in issuances.enumerated()
    where next[place] != issuance.end + 1 {
      note(.lotPartition(Issuance.key(registry.issuances.numbers[place])))
    }
  }

  private mutating func checkIssuances() {
    let issuances = registry.issuances.records
    let order = issuances.indices.sorted {
      (issuances[$0].block, issuances[$0].start) < (issuances[$1].block, issuances[$1].start)
    }
    for (left, right) in zip(order, order.dropFirst())
    where issuances[left].block == issuances[right].block
      && issuances[right].start <= issuances[left].end
    {
      let numbers = registry.issuances.numbers
      note(.lotOverlap(Issuance.key(numbers[left]), Issuance.key(numbers[right])))
    }
    for (key, entry) in registry.projects.sorted(by: { $0.key < $1.key }) {
      let counted = registry.named[key].map { registry.serials[$0] } ?? 0
      compare(key, "serials", UInt128(entry.serials), UInt128(counted))
      if let cap = entry.project.cap, entry.serials > cap {
        note(
          .total(
            key, what: "cap", kept: Amount(UInt128(cap)), counted: Amount(UInt128(entry.serials))))
      }
    }
  }

  private mutating func checkStates(_ book: RegistryBook) {
    for lot in registry.lots.records {
      registry.states[Int(lot.state.rawValue)] &+= lot.amount.baseUnits
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
    for lot in registry.lots.records where lot.state.isLive {
      live[lot.custodian, default: 0] &+= lot.amount.baseUnits
      if lot.state == .buffer { buffer[lot.custodian, default: 0] &+= lot.amount.baseUnits }
    }
    var open: [AccountID: UInt64] = [:]
    for obligation in registry.obligations.records where !obligation.isClosed {
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

  /// The retired lots of every retirement follow one another from the one it names on, through the
  /// same serials; each retired lot has a retirement; those of the pool follow one another tonne by
  /// tonne.
  private mutating func checkRetirements() {
    var parts: [RetiredLot] = []
    for (number, lot) in zip(registry.lots.numbers, registry.lots.records)
    where lot.state == .retired {
      guard let retirement = lot.reference, registry.retirements[retirement] != nil else {
        note(.retirement(Lot.key(number)))
        continue
      }
      parts.append(RetiredLot(retirement: retirement, start: lot.start, number: number))
    }
    parts.sort { ($0.retirement, $0.start) < ($1.retirement, $1.start) }
    var tonne: UInt64 = 1
    var next = 0
    for (number, retirement) in zip(registry.retirements.numbers, registry.retirements.records) {
      let first = next
      while next < parts.count, parts[next].retirement == number { next += 1 }
      checkRetirement(number, retirement, parts[first..<next], &tonne)
    }
    compare(
      NumberLine.key, "tonnes retired", UInt128(totals.tonnesRetired), UInt128(tonne &- 1))
  }

  /// A lot of a retirement.
  private struct RetiredLot {
    let retirement: UInt64
    let start: UInt64
    let number: UInt64
  }

  /// A retirement and its lots in the order of their serials; `tonne` is the pool's next one.
  private mutating func checkRetirement(
    _ number: UInt64, _ retirement: Retirement, _ parts: ArraySlice<RetiredLot>,
    _ tonne: inout UInt64
  ) {
    let lots = parts.compactMap { registry.lots[$0.number] }
    let isWhole = zip(lots, lots.dropFirst()).allSatisfy {
      $0.issuance == $1.issuance && $1.start == $0.end + 1
    }
    guard let first = lots.first, let last = lots.last, isWhole,
      parts.first?.number == retirement.lot, first.start == retirement.start,
      last.end == retirement.end
    else { return note(.retirement(Retirement.key(number))) }
    guard case .pool(let stated) = retirement.purpose else { return }
    if stated != tonne { note(.retirement(Retirement.key(number))) }
    let total = lots.reduce(UInt128(0)) { $0 &+ $1.amount.baseUnits }
    tonne = stated &+ UInt64(truncatingIfNeeded: total / Supply.microgramsPerTonne)
  }

  /// A lot is locked exactly while a request for its export is open.
  private mutating func checkExports() {
    var locked = registry.openExports
    for (number, lot) in zip(registry.lots.numbers, registry.lots.records)
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
