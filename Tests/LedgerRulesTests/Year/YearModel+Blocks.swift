import LedgerCore

@testable import LedgerRules

extension YearModel {
  /// What the block of a height must be.
  struct Expected {
    var footprint = Big.zero
    var due = Big.zero
    var paid = Big.zero
    var coveredByFund = Big.zero
    var arrears = Big.zero
    var overheadPaid = Big.zero
    var overheadDue = Big.zero
    var charges = Big.zero
    var arrearsOpen = Big.zero
    var footprintCumulative = Big.zero
    var consumedCumulative = Big.zero
    var tonnesRetired: UInt64 = 0
    var covered = false
    /// One for each transaction.
    var receipts: [(fault: TransactionFault?, charge: Big, fee: Big)] = []
    var retired: [YearPool.Piece] = []
    /// Who leaves the set two blocks later, longest debt first.
    var jailed: [AccountID] = []
  }

  /// The next block.
  mutating func run(_ transactions: [Transaction], author: AccountID, at blockTime: UInt64)
    -> Expected
  {
    var block = Expected()
    height += 1
    takeDues(height == 1 ? interval : blockTime - time, at: blockTime, &block)
    payOverhead(&block)
    openBid(at: blockTime)
    let tariff = transactions.isEmpty ? nil : self.tariff
    for transaction in transactions {
      guard let tariff else { break }
      let receipt = execute(transaction, tariff, at: blockTime)
      block.charges = block.charges + receipt.charge
      block.receipts.append(receipt)
    }
    charges = charges + block.charges
    close(&block)
    leave(at: blockTime, &block)
    reward(author)
    time = blockTime
    return block
  }

  /// Dues of the set for the time elapsed: what everything ever used costs now, less what it cost
  /// before.
  private mutating func takeDues(
    _ milliseconds: UInt64, at blockTime: UInt64, _ block: inout Expected
  ) {
    for index in current {
      var node = nodes[index]
      let (used, exact) = exact(index, milliseconds: milliseconds)
      node.used = node.used + used
      node.exact = node.exact + exact
      let due = withMargin(node.exact) - node.due
      let footprint = (node.exact * Big(100)).dividedUp(by: Self.dueUnit) - node.footprint
      let paid = min(due, node.reserve)
      let covered = min(due - paid, fund.ecc)
      let booked = due - paid - covered
      node.due = node.due + due
      node.footprint = node.footprint + footprint
      node.paid = node.paid + paid
      node.covered = node.covered + covered
      node.booked = node.booked + booked
      node.reserve = node.reserve - paid
      fund.ecc = fund.ecc - covered
      if node.owes, node.owesSince == 0 { node.owesSince = blockTime }
      nodes[index] = node
      block.footprint = block.footprint + footprint
      block.due = block.due + due
      block.paid = block.paid + paid
      block.coveredByFund = block.coveredByFund + covered
      block.arrears = block.arrears + booked
    }
  }

  private mutating func payOverhead(_ block: inout Expected) {
    let overhead = thousandths(nodes.reduce(.zero) { $0 + $1.due })
    block.overheadDue = overhead - fund.overhead
    fund.overhead = overhead
    block.overheadPaid = min(fund.overhead - fund.overheadPaid, fund.ecc)
    fund.overheadPaid = fund.overheadPaid + block.overheadPaid
    fund.ecc = fund.ecc - block.overheadPaid
  }

  /// Once a day: the gap to so many days of the set's dues with the overhead, and what is open.
  private mutating func openBid(at blockTime: UInt64) {
    guard blockTime >= fund.bidOpenedAt + Self.day else { return }
    let dues = current.reduce(Big.zero) { $0 + due(of: $1, days: parameters.fund.targetDays) }
    let scaled = dues * Big(1_000 + UInt128(parameters.overheadPermille))
    let wanted = scaled.divided(by: Big(1_000)).quotient + (fund.overhead - fund.overheadPaid)
    fund.bidOpenedAt = blockTime
    fund.bidLeft = wanted > fund.ecc ? wanted - fund.ecc : .zero
  }

  /// The line's full tonnes, and the statement's sums since genesis.
  private mutating func close(_ block: inout Expected) {
    block.consumedCumulative = consumed
    block.footprintCumulative = footprint
    block.arrearsOpen = arrearsOpen
    let full = block.consumedCumulative.divided(by: Self.tonne).quotient.value ?? 0
    block.retired = pool.retire(upTo: UInt64(full))
    block.tonnesRetired = pool.retired
    block.covered =
      block.arrearsOpen == .zero && block.consumedCumulative >= block.footprintCumulative
  }

  /// Who has owed for a day is jailed, and leaves the set after the next: f of them in two rounds,
  /// and as long as four are left.
  private mutating func leave(at blockTime: UInt64, _ block: inout Expected) {
    let overdue = following.filter {
      nodes[$0].owes && blockTime - nodes[$0].owesSince >= parameters.fund.debtMilliseconds
    }
    for index in overdue where nodes[index].jailedAt == 0 {
      nodes[index].jailedAt = blockTime
      block.jailed.append(nodes[index].account)
    }
    departures.removeAll { height - $0 >= UInt64(2 * following.count) }
    let free = max((following.count - 1) / 3 - departures.count, 0)
    let order = following.filter { nodes[$0].jailedAt > 0 }.sorted {
      (nodes[$0].jailedAt, nodes[$0].account) < (nodes[$1].jailedAt, nodes[$1].account)
    }
    current = following
    for index in order.prefix(free) where following.count > 4 {
      following.removeAll { $0 == index }
      departures.append(height)
    }
  }

  /// 3.5 ECO2 in year 1: 60 % to the author, or withheld; the rest to the fund while nobody votes.
  private mutating func reward(_ author: AccountID) {
    let (whole, part) = (Big(350_000_000), Big(210_000_000))
    precondition(height <= 3_153_600, "the model knows the first year only")
    rewardsLeft = rewardsLeft - whole
    fund.eco2 = fund.eco2 + (whole - part)
    if let place = places[author], nodes[place].owes {
      nodes[place].withheld = nodes[place].withheld + part
    } else {
      add(Balance(eco2: part), to: author)
    }
  }
}
