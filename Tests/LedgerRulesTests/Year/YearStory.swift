import LedgerCore

@testable import LedgerRules

/// What people do in the year: operators look after their nodes' reserves, each in its own way;
/// profiles, attestations and factors change; a holder sells to the fund; there is an outage.
///
/// Told in time, not in blocks: with fewer, longer blocks the same happens. Operators see what a
/// node would show them; here the model, which the chain is held to block by block.
struct YearStory {
  /// How an operator pays.
  enum Habit {
    /// Fills the reserve before it is empty.
    case careful
    /// Only when it has owed for 19 hours.
    case late
    /// Parts of its debts from 10 hours on, all of them at 19.
    case lateInParts
    case never
  }

  /// What changes the state between two blocks: the records are written as motions and declarations
  /// write them, so that the story needs no votes for them.
  enum Change {
    case profile(Int, EnergyProfile)
    case attestation(Int, until: UInt64)
    case factor(FactorRow)
  }

  /// What comes before and into the next block.
  struct Turn {
    var changes: [Change] = []
    var orders: [(sender: AccountID, operation: Operation)] = []
    /// No block for so long; nil for the usual time.
    var outageMilliseconds: UInt64?
  }

  /// Something at a time of the year.
  enum Event {
    case change(Change)
    case order(AccountID, Operation)
    /// The holder tries to sell every hour until the fund bids what it wants.
    case sell(grams: UInt128, priceMin: UInt128)
    case withdraw(Int, days: UInt64)
    case outage
  }

  static let hour: UInt64 = 3_600_000
  static let day: UInt64 = 24 * hour
  /// Runs out of ECC while the fund is empty, and never pays.
  static let defaulter = 12

  let start: UInt64
  /// By index in the document's nodes.
  let accounts: [AccountID]
  let habits: [Habit]
  /// Ascending by time.
  let events: [(time: UInt64, event: Event)]
  /// Every so many blocks somebody sends somebody something.
  let transferBlocks: UInt64
  private var next = 0
  private var looks: [UInt64]
  private var sales: [(amount: UInt128, priceMin: UInt128)] = []
  private var nextSale: UInt64 = 0

  init(
    _ document: GenesisDocument, habits: [Habit], events: [(time: UInt64, event: Event)],
    transferBlocks: UInt64
  ) {
    start = document.genesisTime
    accounts = document.nodes.map(\.account)
    self.habits = habits
    self.events = events.sorted { $0.time < $1.time }
    self.transferBlocks = transferBlocks
    // Not all at the same minute.
    looks = accounts.indices.map { document.genesisTime + UInt64($0) * 170_000 }
  }

  /// What is to be done after the block of a time.
  mutating func turn(_ model: YearModel) -> Turn {
    var turn = Turn()
    while next < events.count, start + events[next].time <= model.time {
      tell(events[next].event, model, &turn)
      next += 1
    }
    for index in accounts.indices where looks[index] <= model.time {
      looks[index] = model.time + Self.hour
      if let amount = topUp(index, model) {
        let operation = TopUpReserve(node: accounts[index], amount: amount)
        turn.orders.append((accounts[index], .topUpReserve(operation)))
      }
    }
    if let sale = sales.first, nextSale <= model.time {
      nextSale = model.time + Self.hour
      let operation = SellToFund(amount: Amount(sale.amount), priceMin: Amount(sale.priceMin))
      turn.orders.append((YearGenesis.holder, .sellToFund(operation)))
    }
    if model.height % transferBlocks == 0 { turn.orders.append(transfer(model.height)) }
    return turn
  }

  /// A holder's sale has come about.
  mutating func sold() { sales.removeFirst() }

  private mutating func tell(_ event: Event, _ model: YearModel, _ turn: inout Turn) {
    switch event {
    case .change(let change): turn.changes.append(change)
    case .order(let sender, let operation): turn.orders.append((sender, operation))
    case .sell(let grams, let priceMin): sales.append((grams * 1_000_000, priceMin * 100_000_000))
    case .withdraw(let index, let days):
      guard let place = model.places[accounts[index]] else { return }
      let amount = Amount(model.due(of: place, days: days).value ?? 0)
      turn.orders.append((accounts[index], .withdrawReserve(WithdrawReserve(amount: amount))))
    case .outage: turn.outageMilliseconds = Self.day
    }
  }

  /// What an operator that looks at its node puts into the reserve.
  private func topUp(_ index: Int, _ model: YearModel) -> Amount? {
    guard let place = model.places[accounts[index]] else { return nil }
    let node = model.nodes[place]
    func days(_ count: UInt64) -> BigUnsigned { model.due(of: place, days: count) }
    let owed = node.arrears + node.fundDebt
    let hours = node.owes ? (model.time - node.owesSince) / Self.hour : 0
    let amount: BigUnsigned? =
      switch habits[index] {
      case .careful: node.reserve < days(20) ? owed + days(40) : nil
      case .late where hours >= 19, .lateInParts where hours >= 19: owed + days(12)
      case .lateInParts where hours >= 10: owed.divided(by: BigUnsigned(3)).quotient
      case .late, .lateInParts, .never: nil
      }
    return amount.flatMap(\.value).map { Amount($0) }
  }

  /// Among people, now and then to somebody new.
  private func transfer(_ height: UInt64) -> (sender: AccountID, operation: Operation) {
    let people = YearGenesis.people
    let turn = height / transferBlocks
    let sender = people[Int(turn % UInt64(people.count))]
    let recipient =
      turn % 50 == 7
      ? accountID(5_000 + turn % 1_000) : people[Int((turn + 1) % UInt64(people.count))]
    let operation = Transfer(
      token: turn % 2 == 0 ? .eco2 : .ecc, recipient: recipient, amount: Amount(1 + UInt128(turn)))
    return (sender, .transfer(operation))
  }
}
