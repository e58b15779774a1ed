import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

/// The derived indexes in memory, kept as a node keeps them.
struct MemoryIndexes: DerivedIndexReader {
  struct Place: Hashable, Comparable {
    let index: String
    let key: [UInt8]

    static func < (left: Place, right: Place) -> Bool {
      left.index == right.index
        ? left.key.lexicographicallyPrecedes(right.key) : left.index < right.index
    }
  }

  private(set) var entries: [(place: Place, value: [UInt8])] = []

  var asDictionary: [Place: [UInt8]] {
    Dictionary(uniqueKeysWithValues: entries.map { ($0.place, $0.value) })
  }

  private func position(of place: Place) -> Int {
    var (low, high) = (0, entries.count)
    while low < high {
      let middle = (low + high) / 2
      if entries[middle].place < place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  mutating func apply(_ changes: [DerivedEntry]) {
    for change in changes {
      let place = Place(index: change.index, key: change.key)
      let position = position(of: place)
      let isThere = position < entries.count && entries[position].place == place
      switch (change.value, isThere) {
      case (nil, true): entries.remove(at: position)
      case (let value?, true): entries[position].value = value
      case (let value?, false): entries.insert((place, value), at: position)
      case (nil, false): break
      }
    }
  }

  func first(_ index: String, from key: [UInt8]) throws(StateReadError)
    -> (key: [UInt8], value: [UInt8])?
  {
    let position = position(of: Place(index: index, key: key))
    guard position < entries.count, entries[position].place.index == index else { return nil }
    return (entries[position].place.key, entries[position].value)
  }
}

@Suite("Lists of lots and requests")
struct ListTests {
  /// A registry after some hundred random operations, with the indexes that were kept beside.
  struct World {
    var pair: RegistryModelTests.Pair
    var indexes = MemoryIndexes()

    init(seed: UInt64, blocks: Int) throws {
      pair = try RegistryModelTests.Pair(seed: seed)
      indexes.apply(
        try DerivedIndexes.entries(ofGenesis: pair.network.document.initialState().changes))
      let flushedFirst = pair.network.records
      let bond = LedgerCore.Operation.postBond(PostBond(amount: Amount(RegistryNetwork.bond)))
      let bonds = try RegistryNetwork.custodians.map { try pair.transaction($0, [bond]) }
      var (pending, flushed) = (try pair.run(bonds, slots: 1), flushedFirst)
      for block in 0..<blocks {
        pair.source.epoch = pair.executed / 700
        // A flush has the changes of one block, or of some.
        pending += try pair.step()
        guard block % 5 < 2 || block == blocks - 1 else { continue }
        indexes.apply(try DerivedIndexes.changes(pending, before: flushed))
        flushed = pair.network.records
        pending = []
      }
    }

    var queries: LedgerQueries { pair.network.queries }
  }

  /// Some value of everything that lots can be narrowed to, some of what there is and some not.
  private func filters(_ world: World, _ generator: inout SplitMix64) throws
    -> [(CreditFilter, LotState?, RequestRecord.Standing?)]
  {
    var queries = world.queries
    let count = try queries.registryBook().lots
    return try (0..<120).map { round in
      var filter = CreditFilter()
      // What one lot has, so that something is found.
      let lot = try #require(try queries.lot(UInt64.random(in: 0..<count, using: &generator)))
      let issuance = try #require(try queries.issuance(lot.issuance))
      func chance(_ percent: Int) -> Bool { Int.random(in: 0..<100, using: &generator) < percent }
      if chance(30) { filter.owner = lot.owner }
      if chance(30) { filter.custodian = lot.custodian }
      if chance(30) { filter.registry = issuance.registry }
      if filter.registry != nil, chance(50) { filter.project = issuance.projectID }
      if chance(20) { filter.vintage = UInt16(issuance.range.vintageFrom / 10_000) }
      if chance(10) { filter.product = issuance.range.product }
      if chance(15) {
        filter.label = CreditLabels(rawValue: 1 << UInt32.random(in: 0..<6, using: &generator))
      }
      if chance(10) {
        filter.serial = CreditFilter.SerialName(
          block: issuance.range.serialBlock,
          number: UInt64.random(in: lot.start...lot.end + 3, using: &generator))
      }
      let state = chance(50) ? try Self.state(lot, &queries) : nil
      let standing =
        chance(50) ? RequestRecord.Standing.allCases.randomElement(using: &generator) : nil
      return (round == 0 ? CreditFilter() : filter, round == 0 ? nil : state, standing)
    }
  }

  private static func state(_ lot: Lot, _ queries: inout LedgerQueries) throws -> LotState {
    let custodian = try #require(try queries.custodian(lot.custodian))
    return lot.state(at: try queries.tip().timestamp, custodian: custodian)
  }

  /// All lots of which a filter says so, found by looking at each, in the order of lists.
  private func expected(_ filter: CreditFilter, _ state: LotState?, _ queries: inout LedgerQueries)
    throws -> [UInt64]
  {
    var found: [(place: LotPlace, number: UInt64)] = []
    for number in 0..<(try queries.registryBook().lots) {
      let lot = try #require(try queries.lot(number))
      let issuance = try #require(try queries.issuance(lot.issuance))
      let years = issuance.range.vintageFrom / 10_000...issuance.range.vintageTo / 10_000
      guard filter.owner ?? lot.owner == lot.owner,
        filter.custodian ?? lot.custodian == lot.custodian,
        filter.registry ?? issuance.registry == issuance.registry,
        filter.project ?? issuance.projectID == issuance.projectID,
        filter.vintage.map({ years.contains(UInt32($0)) }) ?? true,
        filter.product ?? issuance.range.product == issuance.range.product,
        filter.label.map({ lot.labels.contains($0) }) ?? true,
        filter.serial.map({
          $0.block == issuance.range.serialBlock && (lot.start...lot.end).contains($0.number)
        }) ?? true,
        try state.map({ try $0 == Self.state(lot, &queries) }) ?? true
      else { continue }
      found.append((LotPlace(issuance: lot.issuance, serial: lot.start), number))
    }
    return found.sorted { $0.place.bytes.lexicographicallyPrecedes($1.place.bytes) }.map(\.number)
  }

  @Test(
    "lots are those that a look at each lot finds, page by page", arguments: [1, 2, 3] as [UInt64])
  func lots(seed: UInt64) throws {
    let world = try World(seed: seed, blocks: 120)
    var queries = world.queries
    var generator = SplitMix64(state: seed)
    var nonEmpty = 0
    for (filter, state, _) in try filters(world, &generator) {
      let all = try expected(filter, state, &queries)
      if !all.isEmpty { nonEmpty += 1 }
      for limit in [1, 7, 500] {
        var (found, place): ([UInt64], LotPlace?) = ([], nil)
        repeat {
          let page = try queries.lots(
            filter, state: state, from: place, limit: limit, reading: world.indexes)
          #expect(page.numbers.count == limit || page.next == nil, "\(filter)")
          found += page.numbers
          place = page.next
        } while place != nil
        #expect(found == all, "\(filter), \(String(describing: state)), limit \(limit)")
      }
    }
    #expect(nonEmpty > 40)
  }

  @Test(
    "requests are those that a look at each finds, page by page", arguments: [1, 2] as [UInt64])
  func requests(seed: UInt64) throws {
    let world = try World(seed: seed, blocks: 120)
    var queries = world.queries
    var generator = SplitMix64(state: seed)
    var nonEmpty = 0
    for (filter, _, standing) in try filters(world, &generator) {
      var all: [UInt64] = []
      for number in (0..<(try queries.registryBook().requests)).reversed() {
        if try Self.takes(filter, standing, number, &queries) { all.append(number) }
      }
      if !all.isEmpty { nonEmpty += 1 }
      for limit in [1, 7, 500] {
        var (found, below): ([UInt64], UInt64?) = ([], nil)
        repeat {
          let page = try queries.requests(
            filter, standing: standing, below: below, limit: limit, reading: world.indexes)
          found += page.numbers
          below = page.next
        } while below != nil
        #expect(found == all, "\(filter), limit \(limit)")
      }
    }
    #expect(nonEmpty > 20)
  }

  private static func takes(
    _ filter: CreditFilter, _ standing: RequestRecord.Standing?, _ number: UInt64,
    _ queries: inout LedgerQueries
  ) throws -> Bool {
    let record = try #require(try queries.request(number))
    var projects: [(registry: String, id: String?)] = []
    var ranges: [CreditRange] = []
    var labels: CreditLabels = []
    var owner: AccountID?
    func add(_ range: LotRange) throws {
      let lot = try #require(try queries.lot(range.lot))
      let issuance = try #require(try queries.issuance(lot.issuance))
      projects.append((issuance.registry, issuance.projectID))
      var part = issuance.range
      (part.start, part.end) = (range.start, range.end)
      ranges.append(part)
    }
    switch record.request {
    case .onboard(let onboarding):
      owner = onboarding.owner
      for batch in onboarding.batches {
        projects.append((batch.project.registry, batch.project.id))
        ranges += batch.ranges
        for range in batch.ranges { labels.formUnion(range.labels) }
      }
    case .export(let range):
      owner = record.filer
      try add(range)
    case .invalidate(let range): try add(range)
    case .declare(let declaration):
      labels = declaration.labels
      try add(declaration.range)
    case .amend(let project): projects.append((project.registry, project.id))
    case .addRegistry(let registry): projects.append((registry.name, nil))
    }
    return standing ?? record.standing == record.standing
      && filter.custodian ?? record.filer == record.filer
      && filter.owner.map { $0 == owner } ?? true
      && filter.registry.map { name in projects.contains { $0.registry == name } } ?? true
      && filter.project.map { id in
        projects.contains { $0.id == id && $0.registry == filter.registry }
      } ?? true
      && filter.vintage.map { year in
        ranges.contains {
          ($0.vintageFrom / 10_000...$0.vintageTo / 10_000).contains(UInt32(year))
        }
      } ?? true
      && filter.product.map { product in ranges.contains { $0.product == product } } ?? true
      && filter.label.map(labels.contains) ?? true
      && filter.serial.map { serial in
        ranges.contains {
          $0.serialBlock == serial.block && $0.start <= serial.number && serial.number <= $0.end
        }
      } ?? true
  }

  @Test("indexes kept block by block are those made of all records at once")
  func derived() throws {
    let world = try World(seed: 4, blocks: 150)
    var records = world.pair.network.records
    var whole = MemoryIndexes()
    for (key, value) in world.pair.network.records.records {
      whole.apply(
        try DerivedIndexes.entries(
          of: StateRecord(key: key, value: value), reading: &records))
    }
    #expect(whole.asDictionary == world.indexes.asDictionary)
    let votes = [DerivedIndexes.stakes, DerivedIndexes.supporters]
    for name in DerivedIndexes.names where !votes.contains(name) {
      #expect(try whole.first(name, from: []) != nil, "\(name)")
    }
  }

  @Test("a place of a page goes on where it did after lots were split, moved and added")
  func cursors() throws {
    var world = try RegistryNetwork()
    let alice = RegistryNetwork.owners[0]
    let custodian = RegistryNetwork.custodians[0]
    var indexes = MemoryIndexes()
    func keep() throws {
      var records = world.network.records
      indexes = MemoryIndexes()
      for (key, value) in world.network.records.records {
        indexes.apply(
          try DerivedIndexes.entries(of: StateRecord(key: key, value: value), reading: &records))
      }
    }
    let first = try world.bring(
      [RegistryNetwork.batch("A", [RegistryNetwork.range("gs:a", 1, 100)])], to: alice,
      by: custodian)
    for at in [UInt64(21), 41, 61, 81] {
      let number = try world.book.lots - (at == 21 ? 1 : 1)
      #expect(try world.run(.splitLot(SplitLot(lot: number, at: at)), by: alice) == .applied)
    }
    try keep()
    var filter = CreditFilter()
    filter.owner = alice
    func page(_ place: LotPlace?, _ limit: Int) throws -> (starts: [UInt64], next: LotPlace?) {
      var queries = world.network.queries
      let page = try queries.lots(
        filter, state: nil, from: place, limit: limit, reading: indexes)
      return (try page.numbers.map { try world.lot($0).start }, page.next)
    }
    let begin = try page(nil, 2)
    #expect(begin.starts == [1, 21])
    #expect(begin.next?.serial == 41)
    // The lot at the place goes away, one behind it is divided, newer ones come.
    let moved = LotRange(lot: first + 2, start: 41, end: 60)
    #expect(
      try world.run(
        .transferLot(TransferLot(range: moved, recipient: RegistryNetwork.owners[1])), by: alice)
        == .applied)
    #expect(try world.run(.splitLot(SplitLot(lot: first + 3, at: 71)), by: alice) == .applied)
    try world.bring(
      [RegistryNetwork.batch("A", [RegistryNetwork.range("gs:new", 1, 10)])], to: alice,
      by: custodian)
    try keep()
    #expect(try page(begin.next, 9).starts == [61, 71, 81])
    #expect(try page(nil, 9).starts == [1, 1, 21, 61, 71, 81])
  }

  @Test("retirements are overdue 30 days after their block, until their source's word is told")
  func overdue() throws {
    var world = try RegistryNetwork()
    let (alice, custodian) = (RegistryNetwork.owners[0], RegistryNetwork.custodians[0])
    let lot = try world.bring(
      [RegistryNetwork.batch("A", [RegistryNetwork.range("gs:a", 1, 100)])], to: alice,
      by: custodian)
    // Nothing else is retired: the pool's tonnes would be among them.
    let claim = RetirementClaim(reason: .voluntary)
    var due: [UInt64] = []
    for serial in [UInt64(90), 80, 70] {
      let range = LotRange(lot: lot, start: serial, end: serial + 9)
      #expect(
        try world.run(.retireLot(RetireLot(range: range, claim: claim)), by: alice, slots: 5)
          == .applied)
      due.append(world.network.timestamp + 30 * 86_400_000)
    }
    func overdue(_ limit: Int = 9, after number: UInt64? = nil, isOverdue: Bool = true) throws
      -> (numbers: [UInt64], next: UInt64?)
    {
      var (records, indexes) = (world.network.records, MemoryIndexes())
      for (key, value) in world.network.records.records {
        indexes.apply(
          try DerivedIndexes.entries(of: StateRecord(key: key, value: value), reading: &records))
      }
      var queries = world.network.queries
      let page = try queries.unshownRetirements(
        isOverdue: isOverdue, after: number, limit: limit, reading: indexes)
      return (page.numbers, page.next)
    }
    let first = try world.book.retirements - 3
    func slots(until time: UInt64) -> UInt64 { (time - world.network.timestamp) / 10_000 }
    try world.run([], slots: slots(until: due[0]))
    #expect(try overdue().numbers == [])
    #expect(try overdue(isOverdue: false).numbers == [first, first + 1, first + 2])
    try world.run([])
    #expect(try overdue().numbers == [first])
    try world.run([], slots: slots(until: due[2]) + 1)
    #expect(try overdue().numbers == [first, first + 1, first + 2])
    let page = try overdue(2)
    #expect(page.numbers == [first, first + 1] && page.next == first + 1)
    #expect(try overdue(2, after: page.next).numbers == [first + 2])
    let told = Operation.confirmRetirement(
      ConfirmRetirement(retirement: first + 1, reference: "R-1", date: 20_250_616))
    #expect(try world.run(told, by: custodian) == .applied)
    #expect(try overdue().numbers == [first, first + 2])
    // A place that was told of meanwhile still leads on.
    #expect(try overdue(after: first + 1).numbers == [first + 2])
    #expect(try overdue(after: first + 99).numbers == [])
  }

  @Test("what seldom meets ends a page early, and the next goes on there")
  func bounded() throws {
    /// Two lists of many places each, which have none in common but the last.
    struct Interleaved: DerivedIndexReader {
      func first(_ index: String, from key: [UInt8]) throws(StateReadError)
        -> (key: [UInt8], value: [UInt8])?
      {
        let facet = key[0] == 7 ? 0 : 1
        let prefix = Array(key.dropLast(8))
        var number = key.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard number <= 1_000_000 else { return nil }
        if number < 1_000_000, Int(number % 2) != facet { number += 1 }
        return (prefix + [UInt8](bigEndian: number), [])
      }
    }
    var join = FacetJoin(
      [
        PlaceList("x", placeBytes: 8, of: [.filer(accountID(1))]),
        PlaceList("x", placeBytes: 8, of: [.owner(accountID(1))]),
      ], asksBase: false)
    guard
      case .stopped(let place) = try join.next(
        from: [UInt8](bigEndian: 0 as UInt64), in: Interleaved(), { _ in nil })
    else {
      Issue.record("it looked at all")
      return
    }
    #expect(place.bigEndianNumber > 1_000 && place.bigEndianNumber <= 5_000)
    var (from, pages) = ([UInt8](bigEndian: 0 as UInt64), 0)
    while true {
      var join = FacetJoin(
        [
          PlaceList("x", placeBytes: 8, of: [.filer(accountID(1))]),
          PlaceList("x", placeBytes: 8, of: [.owner(accountID(1))]),
        ], asksBase: false)
      let step = try join.next(from: from, in: Interleaved()) { _ in nil }
      if case .stopped(let place) = step {
        #expect(from.lexicographicallyPrecedes(place))
        (from, pages) = (place, pages + 1)
        continue
      }
      guard case .found(let found) = step else {
        Issue.record("nothing was found")
        return
      }
      #expect(found.place.bigEndianNumber == 1_000_000)
      break
    }
    #expect(pages > 100)
  }
}
