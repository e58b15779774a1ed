import LedgerCore

@testable import LedgerRules

extension YearStory {
  /// The year of the project's issue on carbon: 21 profiles that change, attestations that end,
  /// factors that come out, nodes that pay late and one that never does, a fund that runs dry.
  static func year(_ document: GenesisDocument, transferBlocks: UInt64) throws -> YearStory {
    var habits = [Habit](repeating: .careful, count: document.nodes.count)
    for index in [1, 6, 15] { habits[index] = .late }
    for index in [4, 10] { habits[index] = .lateInParts }
    habits[defaulter] = .never
    let events =
      profileEvents(document) + attestationEvents(document) + fundEvents()
      + reserveEvents(document) + (try factorEvents())
    return YearStory(
      document, habits: habits, events: events, transferBlocks: transferBlocks)
  }

  /// Machines that change, and nobody who pays or sells; on the last day the holder pays for all.
  static func nobodyPays(_ document: GenesisDocument, lastDay: UInt64) -> YearStory {
    let gifts = document.nodes.map { node in
      let gift = TopUpReserve(node: node.account, amount: Amount(2_000_000_000_000))
      return (
        time: lastDay * day - 12 * hour, event: Event.order(YearGenesis.holder, .topUpReserve(gift))
      )
    }
    return YearStory(
      document, habits: [Habit](repeating: .never, count: document.nodes.count),
      events: profileEvents(document).filter { $0.0 < 25 * day } + gifts, transferBlocks: 20)
  }

  /// Each node's machine, place or tier changes at least once.
  private static func profileEvents(_ document: GenesisDocument) -> [(UInt64, Event)] {
    func changed(
      _ index: Int, _ time: UInt64, tier: SiteTier? = nil, region: String? = nil,
      watts: UInt64? = nil, pue: UInt64? = nil
    ) -> (UInt64, Event) {
      let old = document.nodes[index].profile
      let profile = YearGenesis.profile(
        tier ?? old.tier, region ?? old.region, watts.map { $0 * 1_000 } ?? old.idleMilliwatts,
        pue ?? old.puePermille)
      return (time, .change(.profile(index, profile)))
    }
    return [
      changed(0, 17 * day, watts: 52),
      changed(1, 33 * day + 5 * hour, watts: 1_350, pue: 1_600),
      changed(2, 61 * day, tier: .rack, watts: 380, pue: 1_580),
      changed(3, 88 * day, region: "JPN"),
      changed(4, 45 * day, watts: 1_250),
      changed(4, 222 * day + 11 * hour, watts: 990, pue: 1_585),
      // Below its tier's floor: the floor counts.
      changed(5, 71 * day + 7, watts: 20, pue: 1_001),
      changed(6, 104 * day, watts: 410),
      changed(7, 12 * day + 1, tier: .rack, watts: 55, pue: 1_580),
      changed(8, 177 * day, pue: 1_190),
      changed(9, 203 * day, watts: 23),
      changed(10, 250 * day, watts: 640),
      changed(11, 91 * day + 13 * hour, region: "CHN"),
      // Half the machine: what genesis gave for 90 days lasts for 150.
      changed(defaulter, 30 * day, watts: 450),
      changed(13, 133 * day, watts: 75, pue: 1_100),
      changed(14, 156 * day + 3 * hour, region: "DEU"),
      changed(14, 301 * day, region: "POL", watts: 700),
      changed(15, 268 * day, watts: 180),
      changed(16, 55 * day, tier: .home, watts: 95, pue: 1_020),
      changed(17, 214 * day, tier: .cloud, watts: 160, pue: 1_150),
      changed(18, 240 * day, region: "ZAF"),
      changed(19, 280 * day, watts: 500, pue: 1_600),
      // A region the table does not have: the highest factor counts.
      changed(20, 310 * day, region: "ATLANTIS"),
      changed(20, 322 * day, region: "CAN"),
    ]
  }

  /// Attestations that end in the year and are renewed or not; those of genesis end with day 365.
  private static func attestationEvents(_ document: GenesisDocument) -> [(UInt64, Event)] {
    func until(_ index: Int, _ from: UInt64, _ end: UInt64) -> (UInt64, Event) {
      (from, .change(.attestation(index, until: document.genesisTime + end)))
    }
    return [
      until(9, 2 * day, 80 * day), until(9, 100 * day, 465 * day),
      until(18, 2 * day, 120 * day),
      until(13, 60 * day, 60 * day), until(13, 60 * day + 12 * hour, 300 * day),
      until(19, 190 * day, 200 * day + 9 * hour), until(19, 206 * day, 571 * day),
      until(0, 364 * day, 729 * day), until(1, 364 * day, 729 * day),
      until(4, 364 * day + hour, 729 * day),
    ]
  }

  /// The holder's sales; the fund runs dry between some of them. Then the outage.
  private static func fundEvents() -> [(UInt64, Event)] {
    [
      // More than the fund bids for: never.
      (5 * day, .order(YearGenesis.holder, .sellToFund(tooMuch))),
      (12 * day + 4 * hour, .sell(grams: 500_000, priceMin: 15)),
      (40 * day, .sell(grams: 200_000, priceMin: 10)),
      (136 * day, .sell(grams: 900_000, priceMin: 12)),
      (168 * day + 5 * hour, .sell(grams: 6_000_000, priceMin: 20)),
      (198 * day + 5 * hour, .outage),
      (240 * day, .sell(grams: 4_000_000, priceMin: 20)),
      (295 * day, .sell(grams: 2_000_000, priceMin: 20)),
      (330 * day, .sell(grams: 15_000_000, priceMin: 11)),
    ]
  }

  private static var tooMuch: SellToFund {
    SellToFund(amount: Amount(90_000_000_000_000), priceMin: .zero)
  }

  /// What goes out of reserves, and comes from strangers.
  private static func reserveEvents(_ document: GenesisDocument) -> [(UInt64, Event)] {
    let nodes = document.nodes.map(\.account)
    func collect(_ index: Int, _ time: UInt64) -> (UInt64, Event) {
      (time, .order(nodes[index], .collectReserve(CollectReserve())))
    }
    func refund(_ index: Int, _ time: UInt64) -> (UInt64, Event) {
      (time, .order(nodes[index], .withdrawReserve(WithdrawReserve(amount: .zero))))
    }
    let gift = TopUpReserve(node: nodes[3], amount: Amount(123_456_789_012))
    return [
      // Asked for and collected; a week has to pass.
      (10 * day, .withdraw(0, days: 40)), collect(0, 12 * day), collect(0, 17 * day + 12 * hour),
      // More than what exceeds thirty days.
      (11 * day, .withdraw(7, days: 62)),
      // No longer there when its time has come; then taken back.
      (20 * day, .withdraw(8, days: 39)), collect(8, 28 * day), refund(8, 29 * day),
      collect(8, 37 * day),
      (50 * day, .order(YearGenesis.holder, .topUpReserve(gift))),
      (60 * day, .order(YearGenesis.people[0], .collectReserve(CollectReserve()))),
      (150 * day, .withdraw(3, days: 5)), collect(3, 158 * day),
    ]
  }

  /// The figures of 2024, country by country.
  private static func factorEvents() throws -> [(UInt64, Event)] {
    try YearGenesis.factors().later.enumerated().map {
      (UInt64(110 + 9 * $0.offset) * day + UInt64($0.offset) * hour, .change(.factor($0.element)))
    }
  }
}
