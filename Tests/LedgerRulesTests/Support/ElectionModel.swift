import LedgerCore

@testable import LedgerRules

/// Elections as one would do them by hand: the carbon rules' text, with lists that are summed and
/// sorted anew for every question. It knows no records, no indexes and no running totals.
struct ElectionModel {
  /// The numbers of genesis that it needs; times in ms.
  struct Numbers {
    var genesis: UInt64
    var term: UInt64
    var window: UInt64
    var ready: UInt64
    var unlock: UInt64
    var bondTime: UInt64
    var jailTime: UInt64
    var bond: Int64
    var slashPercent: Int64
    var seats: Int
    var downtimeBlocks: UInt64
    var signedPercent: UInt64
  }

  /// A candidate.
  struct Person {
    let account: AccountID
    var bond: Int64
    var resigned = false
    var excluded = false
    var jailedSince: UInt64?
    var readyFor: UInt64?
    var key: PublicKey
    var nextKey: PublicKey?
    /// When it left the set, or resigned outside it.
    var left: UInt64 = 0

    var stands: Bool { !resigned && !excluded }
    var isElectable: Bool { stands && jailedSince == nil }
  }

  /// Votes that came to a candidate, or (below zero) went.
  struct Ballot {
    let voter: AccountID
    let candidate: AccountID
    let amount: Int64
    let term: UInt64
  }

  /// ECO2 that came to be locked, or (below zero) was paid back.
  struct Lock {
    let voter: AccountID
    let amount: Int64
  }

  /// ECO2 on its way back.
  struct Unlock {
    let voter: AccountID
    let amount: Int64
    let readyAt: UInt64
  }

  struct Seat: Hashable {
    let account: AccountID
    let key: PublicKey
  }

  let numbers: Numbers
  /// In the order of registration.
  var people: [Person]
  var ballots: [Ballot] = []
  var locks: [Lock] = []
  var unlocks: [Unlock] = []
  /// Who has earned since it was paid last.
  var earning: [AccountID: Set<AccountID>] = [:]
  /// Who decides a height.
  var sets: [UInt64: [Seat]]
  var standbys: [AccountID] = []
  /// Heights at which members left between elections, one for each.
  var departures: [UInt64] = []
  /// Who is known to have signed a height.
  var signers: [UInt64: Set<AccountID>] = [:]
  /// From which height on a member's signatures are counted.
  var countedFrom: [AccountID: UInt64] = [:]
  var reported: Set<[AccountID]> = []
  /// When each was jailed for a bundle last.
  var reportedBundles: [AccountID: UInt64] = [:]
  /// Who could be elected before the block.
  var electableBefore: Set<AccountID> = []
  var height: UInt64 = 0
  var time: UInt64
  var seen = ElectionCounts()

  init(_ document: GenesisDocument) {
    let elections = document.parameters.elections
    numbers = Numbers(
      genesis: document.genesisTime, term: elections.termMilliseconds,
      window: elections.windowMilliseconds, ready: elections.readyMilliseconds,
      unlock: elections.unlockMilliseconds, bondTime: elections.bondMilliseconds,
      jailTime: elections.jailMilliseconds, bond: Int64(elections.bond.baseUnits),
      slashPercent: Int64(elections.slashPercent), seats: Int(elections.seats),
      downtimeBlocks: elections.downtimeBlocks, signedPercent: elections.signedPercentMin)
    people = document.nodes.map {
      Person(account: $0.account, bond: Int64(elections.bond.baseUnits), key: $0.consensusKey)
    }
    let seats = people.prefix(numbers.seats).map { Seat(account: $0.account, key: $0.key) }
    sets = [1: seats, 2: seats]
    standbys = people.dropFirst(numbers.seats).prefix(numbers.seats).map(\.account)
    time = document.genesisTime
  }

  // MARK: Questions

  func place(_ account: AccountID) -> Int? { people.firstIndex { $0.account == account } }

  func person(_ account: AccountID) -> Person? { people.first { $0.account == account } }

  func votes(for candidate: AccountID) -> Int64 {
    ballots.reduce(0) { $0 + ($1.candidate == candidate ? $1.amount : 0) }
  }

  func votes(of voter: AccountID) -> Int64 {
    ballots.reduce(0) { $0 + ($1.voter == voter ? $1.amount : 0) }
  }

  func votes(of voter: AccountID, for candidate: AccountID) -> Int64 {
    ballots.reduce(0) {
      $0 + ($1.voter == voter && $1.candidate == candidate ? $1.amount : 0)
    }
  }

  /// Those that were placed before this term: they earn. What came last goes first.
  func earning(of voter: AccountID, for candidate: AccountID) -> Int64 {
    var (settled, fresh, last) = (Int64(0), Int64(0), UInt64(0))
    let mine = ballots.filter { $0.voter == voter && $0.candidate == candidate }
    for ballot in mine {
      if ballot.term > last { (settled, fresh, last) = (settled + fresh, 0, ballot.term) }
      if ballot.amount > 0 {
        fresh += ballot.amount
      } else {
        let gone = min(fresh, -ballot.amount)
        fresh -= gone
        settled += ballot.amount + gone
      }
    }
    return term(at: time) > last ? settled + fresh : settled
  }

  /// What an account has locked, without what is on its way back.
  func locked(of voter: AccountID) -> Int64 {
    locks.reduce(0) { $0 + ($1.voter == voter ? $1.amount : 0) } - unlocking(of: voter)
  }

  func unlocking(of voter: AccountID) -> Int64 {
    unlocks.reduce(0) { $0 + ($1.voter == voter ? $1.amount : 0) }
  }

  func idle(of voter: AccountID) -> Int64 { locked(of: voter) - votes(of: voter) }

  func term(at time: UInt64) -> UInt64 { (time - numbers.genesis) / numbers.term }

  /// Whether a time lies in the last part of a term.
  func isLast(_ part: UInt64, at time: UInt64) -> Bool {
    (time - numbers.genesis) % numbers.term >= numbers.term - part
  }

  /// Whether an account has a seat in a set that decides now or in the next two heights.
  func isSeated(_ account: AccountID) -> Bool {
    (height...height + 2).contains { height in
      (sets[height] ?? []).contains { $0.account == account }
    }
  }

  // MARK: Blocks

  /// What a block brings.
  struct Block {
    let time: UInt64
    let author: AccountID
    /// Whose COMMITs its header carries, by height.
    let commits: [(height: UInt64, signers: [AccountID])]
    let transactions: [Order]
  }

  /// Executes the next block; says what must come of its transactions.
  mutating func run(_ block: Block) -> [Verdict] {
    let before = time
    electableBefore = Set(people.filter(\.isElectable).map(\.account))
    height += 1
    time = block.time
    // As it stands; the election and the end of the block may change it.
    sets[height + 2] = sets[height + 1]
    if term(at: time) > term(at: before) { elect(since: term(at: before)) }
    let verdicts = block.transactions.map { execute($0) }
    for (height, accounts) in block.commits {
      signers[height, default: []].formUnion(accounts)
    }
    jailAbsent()
    leave()
    reward(block.author)
    return verdicts
  }

  /// The set of the height after the next one: those with the most votes among the ready.
  private mutating func elect(since last: UInt64) {
    let term = term(at: time)
    let ready = people.enumerated().filter {
      $0.element.isElectable && $0.element.readyFor == term
    }
    let sorted = ready.sorted {
      let (a, b) = (votes(for: $0.element.account), votes(for: $1.element.account))
      return a == b ? $0.offset < $1.offset : a > b
    }.map(\.element.account)
    seen.elections += 1
    seen.outages += term > last + 1 ? 1 : 0
    guard sorted.count >= 4 else {
      seen.tooFew += 1
      return
    }
    seen.smallSets += sorted.count < numbers.seats ? 1 : 0
    seen.ties += isTied(sorted, at: numbers.seats) || isTied(sorted, at: 2 * numbers.seats) ? 1 : 0
    seen.released += sorted.prefix(numbers.seats).contains { releasedNow.contains($0) } ? 1 : 0
    releasedNow = []
    for account in sorted.prefix(2 * numbers.seats) {
      guard let place = place(account), let key = people[place].nextKey else { continue }
      people[place].key = key
      people[place].nextKey = nil
    }
    standbys = Array(sorted.prefix(2 * numbers.seats).dropFirst(numbers.seats))
    seat(sorted.prefix(numbers.seats).compactMap { person($0) })
  }

  /// Released since the last election: it returns with the next one.
  var releasedNow: Set<AccountID> = []

  /// Whether votes alone do not tell who comes before and who after a place.
  private func isTied(_ sorted: [AccountID], at place: Int) -> Bool {
    sorted.count > place && votes(for: sorted[place - 1]) == votes(for: sorted[place])
  }

  private mutating func seat(_ members: [Person]) {
    let before = sets[height + 2] ?? []
    let seats = members.map { Seat(account: $0.account, key: $0.key) }
    for seat in before where !seats.contains(where: { $0.account == seat.account }) {
      if let place = place(seat.account) { people[place].left = time }
    }
    for seat in seats { if let place = place(seat.account) { people[place].left = 0 } }
    sets[height + 2] = seats
  }

  /// Jails members that have signed too few of the last blocks for which no COMMIT can come.
  private mutating func jailAbsent() {
    let now = (sets[height] ?? []).map(\.account)
    let next = (sets[height + 1] ?? []).map(\.account)
    for account in now where next.contains(account) {
      let from = countedFrom[account] ?? height
      countedFrom[account] = from
      guard height > 9 else { continue }
      let last = height - 9
      let missed = (1...last).suffix(Int(numbers.downtimeBlocks)).count {
        $0 >= from && !(signers[$0] ?? []).contains(account)
      }
      let signed = numbers.downtimeBlocks - UInt64(missed)
      guard signed * 100 < numbers.downtimeBlocks * numbers.signedPercent else { continue }
      seen.jailsByAbsence += jail(account) ? 1 : 0
      countedFrom[account] = height + 1
    }
    // Who comes back is counted from its entry on.
    for account in countedFrom.keys where !next.contains(account) { countedFrom[account] = nil }
  }

  /// Jails who stands and is not jailed.
  @discardableResult
  mutating func jail(_ account: AccountID) -> Bool {
    guard let place = place(account), people[place].isElectable else { return false }
    people[place].jailedSince = time
    return true
  }

  /// Members that have to go, go: no more than f of them in two rounds, and never below four.
  private mutating func leave() {
    var members = (sets[height + 2] ?? []).compactMap { person($0.account) }
    let count = members.count
    let gone = departures.count { height - $0 < UInt64(2 * count) }
    let excluded = members.filter(\.excluded).sorted { $0.account < $1.account }
    let jailed = members.filter { $0.stands && $0.jailedSince != nil }.sorted {
      ($0.jailedSince ?? 0, $0.account) < ($1.jailedSince ?? 0, $1.account)
    }
    let resigned = members.filter { $0.resigned && !$0.excluded }.sorted {
      $0.account < $1.account
    }
    let leaving = excluded + jailed + resigned
    let free = max(0, (count - 1) / 3 - gone)
    seen.waited += leaving.count > free ? 1 : 0
    for person in leaving.prefix(free) {
      guard let seat = members.firstIndex(where: { $0.account == person.account }) else { continue }
      if let standby = nextStandby(members) {
        members[seat] = standby
        seen.replaced += 1
      } else if members.count > 4 {
        members.remove(at: seat)
        seen.shrunk += 1
      } else {
        seen.stayed += 1
        continue
      }
      seen.leftResigned += person.resigned && !person.excluded ? 1 : 0
      departures.append(height)
    }
    if members.map(\.account) != (sets[height + 2] ?? []).map(\.account) { seat(members) }
  }

  private mutating func nextStandby(_ members: [Person]) -> Person? {
    while !standbys.isEmpty {
      let first = standbys.removeFirst()
      if let person = person(first), person.isElectable,
        !members.contains(where: { $0.account == first })
      {
        return person
      }
    }
    return nil
  }

  /// Votes for the block's author earn, but for those of this term.
  private mutating func reward(_ author: AccountID) {
    for voter in Set(ballots.lazy.filter { $0.candidate == author }.map(\.voter))
    where earning(of: voter, for: author) > 0 {
      earning[author, default: []].insert(voter)
    }
  }
}
