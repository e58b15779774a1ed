import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

/// A chain whose rewards are followed to the base unit: in random blocks with votes, moves,
/// withdrawals, claims, jails, elections and debts, beginning at any height.
struct EmissionWorld {
  /// Where rules and ledger part.
  struct Difference: Error, CustomStringConvertible {
    let description: String
  }

  var world: ElectionWorld
  var shares = EmissionShares()
  var random: SplitMix64
  let seed: UInt64
  let reserveAtStart: UInt128
  let voters = Array(TestGenesis.accounts.prefix(12))
  var counts = Counts()
  /// ECO2 by record, as the blocks' changes have it.
  private var eco2: [StateKey: UInt128] = [:]
  private var total: UInt128 = 0
  private var absentUntil: [AccountID: UInt64] = [:]
  /// Base units that authors and the fund have got of rewards.
  private var toAuthors: UInt128 = 0
  private var toFund: UInt128 = 0
  var given: UInt128 { toAuthors + toFund }

  /// What has happened, so that a test can say that it has.
  struct Counts {
    var blocks = 0
    var elections = 0
    var votes = 0
    var moves = 0
    var withdrawals = 0
    var claims = 0
    var unlocks = 0
    var releases = 0
    var withheld = 0
    var withoutVotes = 0
    var unrewarded = 0
    var sizes: Set<Int> = []
    /// Base units that voters were paid.
    var paid: UInt128 = 0

    static var kinds: [(name: String, count: WritableKeyPath<Counts, Int>)] {
      [
        ("blocks", \.blocks), ("elections", \.elections), ("votes", \.votes),
        ("moves", \.moves), ("withdrawals", \.withdrawals), ("claims", \.claims),
        ("unlocks", \.unlocks), ("nodes released from jail", \.releases),
        ("rewards withheld", \.withheld), ("rewards without voters", \.withoutVotes),
        ("blocks without reward", \.unrewarded),
      ]
    }

    mutating func add(_ other: Counts) {
      for kind in Self.kinds { self[keyPath: kind.count] += other[keyPath: kind.count] }
      sizes.formUnion(other.sizes)
      paid += other.paid
    }

    var text: String {
      Self.kinds.map { "\(self[keyPath: $0.count]) \($0.name)" }.joined(separator: ", ")
        + ", \(paid) base units paid to voters; sets of \(sizes.sorted())"
    }
  }

  init(seed: UInt64, seats: Int, start: UInt64) throws {
    random = SplitMix64(state: seed)
    self.seed = seed
    world = try ElectionWorld(nodes: seats + 3, seats: UInt64(seats)) { document in
      let elections = document.parameters.elections
      document.parameters.elections.windowMilliseconds = elections.termMilliseconds
      document.parameters.fund.debtMilliseconds = RulesLimits.spanMillisecondsMax
      for node in document.nodes {
        document.allocations.append(
          GenesisAllocation(
            account: node.account, eco2: Amount(10_000_000_000), ecc: Amount(1_000_000_000)))
      }
    }
    world.network.height = start
    try Self.move(&world.network, to: start)
    reserveAtStart = Supply.blockRewards.baseUnits - EmissionShares.emitted(start)
    for (key, value) in world.network.records.records {
      let amount = try Self.eco2(key, value)
      if amount > 0 { eco2[key] = amount }
      total += amount
    }
    guard total == Supply.total.baseUnits else { throw differs("supply", total, Supply.total) }
  }

  /// Makes a state of genesis one of a height: as if all rewards before had gone to the operating
  /// committee. Two nodes have no reserve, so that they owe soon.
  private static func move(_ network: inout TestNetwork, to height: UInt64) throws {
    var queries = network.queries
    var tip = try queries.tip()
    let block = try #require(try queries.block(tip.height))
    var statement = try #require(try queries.statement(tip.height))
    tip.height = height
    statement.height = height
    let emitted = Amount(EmissionShares.emitted(height))
    var rewards = try queries.rewardReserve()
    rewards.eco2 = try rewards.eco2.subtracting(emitted)
    var committee = try network.account(TestGenesis.operatingCommittee)
    committee.eco2 = try committee.eco2.adding(emitted)
    var fund = try queries.fund()
    for index in 0..<2 {
      var node = try network.nodeCarbon(index)
      fund.ecc = try fund.ecc.adding(node.reserve)
      node.reserve = .zero
      network.records.records[NodeCarbon.key(network.document.nodes[index].account)] = node.bcs
    }
    let changes: [(StateKey, [UInt8])] = [
      (ChainTip.key, tip.bcs), (BlockRecord.key(height), block.bcs),
      (CarbonStatement.key(height), statement.bcs), (RewardReserve.key, rewards.bcs),
      (Account.key(TestGenesis.operatingCommittee), committee.bcs),
      (NeutralityFund.key, fund.bcs),
    ]
    for (key, value) in changes { network.records.records[key] = value }
  }

  /// The ECO2 of a record.
  private static func eco2(_ key: StateKey, _ value: [UInt8]) throws -> UInt128 {
    switch RecordKind(of: key) {
    case .account: try Account(stored: value).eco2.baseUnits
    case .nodeCarbon: try NodeCarbon(stored: value).withheld.baseUnits
    case .fund: try NeutralityFund(stored: value).eco2.baseUnits
    case .rewardReserve: try RewardReserve(stored: value).eco2.baseUnits
    case .registryBook:
      try RegistryBook(stored: value).deposits.baseUnits
        + RegistryBook(stored: value).bonds.baseUnits
    case .delegation:
      try Delegation(stored: value).locked.baseUnits + Delegation(stored: value).bonds.baseUnits
        + Delegation(stored: value).unclaimed.baseUnits
    case .vesting:
      try Vesting(stored: value).founders.reduce(0) { $0 + $1.amount.baseUnits }
    default: 0
    }
  }

  func differs(_ what: String, _ found: Any, _ expected: Any) -> Difference {
    Difference(
      description:
        "world \(seed), height \(world.network.height): \(what): \(found), not \(expected)")
  }

  // MARK: Blocks

  mutating func run(blocks: Int, checkEvery: Int) throws {
    for number in 1...blocks {
      try step()
      if number.isMultiple(of: checkEvery) || number == blocks { try checkClaims() }
    }
  }

  private mutating func step() throws {
    let place = world.blockInTerm
    let ready = place >= 89 && place < 95
    let members = try world.sets().current.members.map(\.account)
    counts.sizes.insert(members.count)
    if chance(40) {
      let account = world.node(random(world.network.document.nodes.count))
      absentUntil[account] = world.network.height + UInt64(random(60))
    }
    let height = world.network.height
    let present = members.filter { (absentUntil[$0] ?? 0) <= height }
    let author = (present.isEmpty ? members : present)[random(max(1, present.count))]
    let orders = try ready && chance(2) ? [] : orders()
    let declarations = ready ? try declarations() : []
    let repairs = try repairs()
    let transactions = declarations + repairs + orders.map(\.transaction)
    let (block, bundles) = try world.network.proposal(
      transactions, by: author, slots: chance(20) ? UInt64(random(9)) + 1 : 1,
      silent: Set(members).subtracting(present))
    let before = eco2
    let term = world.term
    let outcome = try world.network.run(block, bundles)
    counts.blocks += 1
    if world.term > term {
      counts.elections += 1
      shares.beginTerm()
    }
    try take(outcome.changes)
    let receipts = outcome.receipts.suffix(orders.count)
    for (order, receipt) in zip(orders, receipts) {
      try follow(order, receipt, before)
    }
    let touched = Set(repairs.map(\.body.sender))
    let tips = zip(orders, receipts).reduce(0) { $0 + ($1.1.isExecuted ? $1.0.tip : 0) }
    try reward(author, tips: tips, before, touched)
    let old = height - min(height, 64)
    if old > 0 {
      world.network.records.records[BlockRecord.key(old)] = nil
      world.network.records.records[CarbonStatement.key(old)] = nil
    }
  }

  mutating func random(_ below: Int) -> Int { Int.random(in: 0..<below, using: &random) }

  mutating func chance(_ of: Int) -> Bool { random(of) == 0 }

  /// Adds up all ECO2 anew where it has changed.
  private mutating func take(_ changes: [StateChange]) throws {
    for change in changes {
      let amount = try change.value.map { try Self.eco2(change.key, $0) } ?? 0
      let before = eco2[change.key] ?? 0
      guard amount != before else { continue }
      total = total - before + amount
      eco2[change.key] = amount
    }
    guard total == Supply.total.baseUnits else { throw differs("supply", total, Supply.total) }
  }

  /// The reserve has given the height's reward, and author, fund and voters have it.
  private mutating func reward(
    _ author: AccountID, tips: UInt128, _ before: [StateKey: UInt128], _ touched: Set<AccountID>
  ) throws {
    let height = world.network.height
    let reward = EmissionShares.reward(height)
    let given = (before[RewardReserve.key] ?? 0) - (eco2[RewardReserve.key] ?? 0)
    guard given == reward else { throw differs("reward", given, reward) }
    let part = reward * 60 / 100
    toAuthors += part
    counts.unrewarded += reward == 0 ? 1 : 0
    // Without a reward, too, those who vote for the author get what others have left.
    if !shares.share(reward - part, author: author) {
      toFund += reward - part
      counts.withoutVotes += 1
    }
    let (account, node) = (Account.key(author), NodeCarbon.key(author))
    let had = (before[account] ?? 0) + (before[node] ?? 0)
    let has = (eco2[account] ?? 0) + (eco2[node] ?? 0)
    guard touched.contains(author) || has == had + part + tips else {
      throw differs("the author's", has, had + part + tips)
    }
    counts.withheld += (eco2[node] ?? 0) > (before[node] ?? 0) ? 1 : 0
  }

  // MARK: Votes

  struct Order {
    let transaction: Transaction
    let voter: AccountID
    let operation: LedgerCore.Operation
    let tip: UInt128
  }

  /// At most one transaction of a voter in a block, so that its balance tells what it was paid.
  private mutating func orders() throws -> [Order] {
    var orders: [Order] = []
    let first = random(voters.count)
    for number in 0..<[0, 0, 0, 1, 1, 2][random(6)] {
      let voter = voters[(first + number) % voters.count]
      let operation = try draw(voter)
      let tip = chance(4) ? UInt128(random(100_000)) : 0
      orders.append(
        Order(
          transaction: try world.transaction(voter, [operation], tip: Amount(tip)), voter: voter,
          operation: operation, tip: tip))
    }
    return orders
  }

  private mutating func draw(_ voter: AccountID) throws -> LedgerCore.Operation {
    let document = world.network.document
    let candidate = world.node(random(document.nodes.count))
    let other = world.node(random(document.nodes.count))
    let here = shares.votes(of: voter, for: candidate)
    var queries = world.network.queries
    let idle = try queries.voter(voter)?.idle.baseUnits ?? 0
    switch random(10) {
    case 0...2 where idle > 0:
      return .placeVotes(PlaceVotes(candidate: candidate, amount: part(of: idle)))
    case 3...4 where here > 0 && other != candidate:
      return .moveVotes(MoveVotes(from: candidate, to: other, amount: part(of: here)))
    case 5 where here > 0:
      return .withdrawVotes(WithdrawVotes(candidate: candidate, amount: part(of: here)))
    case 6...7 where here > 0: return .claimRewards(ClaimRewards(candidate: candidate))
    case 8 where idle > 0: return .unlockVotes(UnlockVotes(amount: part(of: idle)))
    case 9: return .collectUnlocked(CollectUnlocked())
    default:
      guard (eco2[Account.key(voter)] ?? 0) > 1_000_000_000 else {
        return .collectUnlocked(CollectUnlocked())
      }
      // From single base units to tens of ECO2.
      let digits = UInt128(1) << UInt128(random(33))
      return .lockVotes(LockVotes(amount: Amount(digits + UInt128(random(7)))))
    }
  }

  /// All of it as often as not.
  private mutating func part(of amount: UInt128) -> Amount {
    Amount(chance(2) ? amount : UInt128.random(in: 1...amount, using: &random))
  }

  /// What a voter was paid is what its votes have earned. Of a move only both payments' sum is
  /// seen, so that one may be taken for a base unit more, the other for less.
  private mutating func follow(
    _ order: Order, _ receipt: Receipt, _ before: [StateKey: UInt128]
  ) throws {
    let key = Account.key(order.voter)
    guard receipt.outcome == .applied else { return }
    note(order.operation)
    var expected = Int128(before[key] ?? 0) - Int128(receipt.fee.baseUnits) - Int128(order.tip)
    var stakes: [(candidate: AccountID, change: Int128)] = []
    switch order.operation {
    case .lockVotes(let lock): expected -= Int128(lock.amount.baseUnits)
    case .placeVotes(let vote): stakes = [(vote.candidate, Int128(vote.amount.baseUnits))]
    case .withdrawVotes(let vote): stakes = [(vote.candidate, -Int128(vote.amount.baseUnits))]
    case .moveVotes(let move):
      let amount = Int128(move.amount.baseUnits)
      stakes = [(move.from, -amount), (move.to, amount)]
    case .claimRewards(let claim): stakes = [(claim.candidate, 0)]
    default: return
    }
    let got = Int128(eco2[key] ?? 0) - expected
    guard got >= 0 else { throw differs("payment", got, "not below nothing") }
    var rest = UInt128(got)
    for (index, stake) in stakes.enumerated() {
      let pending = shares.touch(order.voter, stake.candidate, by: stake.change)
      let whole = UInt128(max(0, pending)) >> EmissionShares.bits
      let amount = index == stakes.count - 1 ? rest : min(rest, whole)
      rest -= amount
      let unit = Int128(1) << Int128(EmissionShares.bits)
      let gap = pending - Int128(amount) * unit
      guard gap > -2 * unit, gap < 2 * unit else {
        throw differs("payment of \(order.operation)", amount, whole)
      }
      shares.pay(amount, order.voter, stake.candidate)
      counts.paid += amount
    }
    if rest > 0 { throw differs("payment", rest, "all of it") }
  }

  private mutating func note(_ operation: LedgerCore.Operation) {
    switch operation {
    case .placeVotes: counts.votes += 1
    case .moveVotes: counts.moves += 1
    case .withdrawVotes: counts.withdrawals += 1
    case .claimRewards: counts.claims += 1
    case .unlockVotes, .collectUnlocked: counts.unlocks += 1
    default: break
    }
  }
}

extension Receipt {
  /// Whether the transaction was charged.
  var isExecuted: Bool { if case .skipped = outcome { false } else { true } }
}
