import LedgerCore

@testable import LedgerRules

/// Draws operations of all kinds over a small world, sound ones and hostile ones.
struct RegistryGenerator {
  typealias World = RegistryNetwork

  var generator: SplitMix64
  /// Serial blocks get new names with time: a world whose serials are all used up stands still.
  var epoch: UInt64 = 0
  let nodes: [AccountID]

  static let custodians = World.custodians + [TestGenesis.depositor]

  init(seed: UInt64, nodes: [AccountID]) {
    generator = SplitMix64(state: seed)
    self.nodes = nodes
  }

  mutating func number(_ range: ClosedRange<UInt64>) -> UInt64 {
    UInt64.random(in: range, using: &generator)
  }

  mutating func chance(_ percent: UInt64) -> Bool { number(1...100) <= percent }

  private mutating func pick<T>(_ list: [T]) -> T { list[Int(number(0...UInt64(list.count - 1)))] }

  private mutating func amount() -> Amount {
    switch number(0...20) {
    case 0: .zero
    case 1: .max
    case 2: Amount(UInt128(number(0...UInt64.max)) << 60)
    case 3...6: Amount(UInt128(number(1...50_000_000_000_000)))
    default: Amount(UInt128(number(1...2_000_000_000_000)))
    }
  }

  // MARK: Lots

  private mutating func place(_ model: RegistryModel, _ wanted: LotState?) -> RegistryModel.Place? {
    var place: RegistryModel.Place?
    for _ in 0..<6 {
      place = try? model.place(number(0...UInt64(model.issuanceOfLot.count - 1)))
      if wanted == nil || place?.first.state == wanted { return place }
    }
    return place
  }

  private mutating func range(_ model: RegistryModel, _ place: RegistryModel.Place) -> LotRange {
    let lot = chance(98) ? place.first.lot : number(0...UInt64.max)
    let step = model.issued[place.issuance].unit.perTonne
    var start = place.start
    var end = place.end
    if chance(60) {
      start += number(0...place.count - 1)
      end = start + number(0...place.end - start)
      if step > 1, chance(80) {
        start = place.start + (start - place.start) / step * step
        end = start + max((end - start + 1) / step, 1) * step - 1
      }
    }
    switch number(0...40) {
    case 0: start = start > 0 ? start - 1 : 0
    case 1: end += 1
    case 2: end = .max
    case 3: start = end + 1
    case 4: end = min(end + number(1...50), model.issued[place.issuance].range.end)
    default: break
    }
    return LotRange(lot: lot, start: start, end: end)
  }

  // MARK: Requests

  private static let sources = [
    ("gold-standard", "GS1"), ("gold-standard", "GS2"), ("verra", "V1"),
    ("acr", "A1"), ("climate-action-reserve", "C1"),
    (World.kilograms, "K1"), ("newcomer", "N1"),
  ]

  private mutating func batch() -> CreditRequest.Onboarding.Batch {
    let source = pick(Self.sources)
    var project = World.project(source.1, source.0, cap: source.1 == "GS2" ? 1_500 : nil)
    if chance(2) { project.name = "another" }
    let ranges = (0..<number(1...2)).map { _ in
      let block = number(epoch > 0 ? epoch - 1...epoch : 0...0)
      // Two registries name one block in their own notation.
      let name = chance(90) ? source.0 : "gold-standard"
      var start = number(1...300)
      var length = number(1...80)
      if source.0 == World.kilograms {
        start = number(0...10) * 500 + 1
        length = number(1...6) * 500
        if chance(15) { length += number(1...9) }
      }
      let products: [CreditProduct] = [.planned, .certified]
      let product = chance(4) ? pick(products) : CreditProduct.verified
      let years: [UInt32] = [2_023, 2_019, 2_014, 2_020]
      var year = years[Int(block % 4)]
      if chance(3) { year = 2_099 }
      var range = World.range(
        "\(name):\(source.1 == "GS2" ? "b" : "a")\(block)", start, start + length - 1,
        to: year * 10_000 + 1_231, product: product, text: "serial \(start)")
      if chance(30) { range.labels = CreditLabels(rawValue: UInt32(number(0...63))) }
      return range
    }
    return CreditRequest.Onboarding.Batch(project: project, ranges: ranges)
  }

  /// What was exported once more, or a part of it.
  private mutating func again(_ model: RegistryModel) -> CreditRequest.Onboarding.Batch? {
    guard let place = place(model, .exported), place.first.state == .exported else { return nil }
    let issuance = model.issued[place.issuance]
    var range = issuance.range
    let part = self.range(model, place)
    if chance(50) { range.labels = CreditLabels(rawValue: UInt32(number(0...63))) }
    (range.start, range.end) = chance(80) ? (place.start, place.end) : (part.start, part.end)
    return CreditRequest.Onboarding.Batch(
      project: model.projects[RegistryModel.name(issuance.project)] ?? issuance.project,
      ranges: [range])
  }

  private mutating func request(_ model: RegistryModel) -> (AccountID, CreditRequest) {
    let custodian = chance(95) ? pick(Self.custodians) : pick(World.owners + World.registrars)
    switch number(0...28) {
    case 0...14:
      var batches = [batch()]
      if chance(20) { batches.append(batch()) }
      if chance(40), let old = again(model) { batches = [old] }
      let onboarding = CreditRequest.Onboarding(
        owner: pick(World.owners + Self.custodians + Self.custodians), isBuffer: chance(30),
        batches: batches)
      return (custodian, .onboard(onboarding))
    case 15...20:
      guard let place = place(model, .tradable) else { break }
      return (chance(95) ? place.first.owner : custodian, .export(range(model, place)))
    case 21...24:
      guard let place = place(model, pick([.inReserve, .retired, .tradable, nil])) else { break }
      let filer = chance(70) ? place.first.custodian : pick(World.registrars + Self.custodians)
      return (filer, .invalidate(range(model, place)))
    case 25...26:
      guard let place = place(model, nil) else { break }
      let labels = CreditLabels(rawValue: UInt32(number(0...63)))
      return (
        chance(90) ? place.first.custodian : custodian,
        .declare(
          CreditRequest.Declaration(
            range: range(model, place), labels: labels, adjustment: .undeclared))
      )
    case 27:
      let source = pick(Self.sources)
      return (
        custodian,
        .amend(World.project(source.1, source.0, cap: chance(50) ? nil : number(1...5_000)))
      )
    default: break
    }
    let name = chance(50) ? "newcomer" : pick(Self.sources).0
    return (
      chance(90) ? pick(World.registrars) : custodian,
      .addRegistry(CreditRegistry(name: name, unit: chance(50) ? .tonne : .kilogram))
    )
  }

  private mutating func decision(_ model: RegistryModel) -> (AccountID, LedgerCore.Operation) {
    var request = number(0...UInt64(model.requests.count))
    let pending = model.requests.indices.filter { model.requests[$0].standing == .pending }
    // The oldest ones mostly: a word here and there would bring none to its end.
    if chance(90), !pending.isEmpty { request = UInt64(pick(Array(pending.prefix(6)))) }
    if chance(1) { request = .max }
    if chance(4), request < UInt64(model.requests.count) {
      return (
        chance(80) ? model.requests[Int(request)].filer : pick(World.owners),
        .withdrawRequest(WithdrawRequest(request: request))
      )
    }
    let sender = chance(97) ? pick(World.registrars) : pick(World.owners + Self.custodians + nodes)
    return (
      sender,
      .decideRequest(
        DecideRequest(request: request, approves: chance(88), lotsMax: lotsMax()))
    )
  }

  /// Enough for every request here, as a rule.
  private mutating func lotsMax() -> UInt16 {
    chance(90) ? 300 : UInt16(truncatingIfNeeded: number(0...4))
  }

  // MARK: Operations

  /// An operation, and who sends it.
  mutating func operation(_ model: RegistryModel) -> (AccountID, LedgerCore.Operation) {
    switch number(0...99) {
    case 0...16:
      let (filer, request) = request(model)
      return (
        filer,
        .fileRequest(
          FileRequest(
            request: request, proof: CustodyProof(document: World.document(of: number(0...9))),
            lotsMax: lotsMax()))
      )
    case 17...49: return decision(model)
    case 50...59: return onCustody(model)
    case 60...85: return onLots(model)
    default: return onCarbon()
    }
  }

  private mutating func onCustody(_ model: RegistryModel) -> (AccountID, LedgerCore.Operation) {
    let custodian = chance(95) ? pick(Self.custodians) : pick(World.owners)
    switch number(0...9) {
    case 0, 1: return (custodian, .attestCustody(AttestCustody(document: World.document(of: 1))))
    case 2: return (custodian, .postBond(PostBond(amount: amount())))
    case 3, 4:
      let isBuffer = chance(50)
      if let place = place(model, isBuffer ? .tradable : .buffer) {
        let sender = chance(90) ? place.first.custodian : custodian
        return (
          sender, .setBuffer(SetBuffer(range: range(model, place), isBuffer: isBuffer))
        )
      }
    case 5...8: if let replacement = replacement(model) { return replacement }
    default: break
    }
    let retirement = number(0...UInt64(model.retired.count))
    var sender = custodian
    if retirement < model.retired.count,
      let place = try? model.place(model.retired[Int(retirement)].lot)
    {
      sender = place.first.custodian
    }
    let dates: [UInt32] = [20_250_601, 20_250_615, 20_990_101, 0, .max, 20_250_230]
    return (
      sender,
      .confirmRetirement(
        ConfirmRetirement(
          retirement: retirement, reference: chance(95) ? "R" : "", date: pick(dates)))
    )
  }

  /// Credits of a custodian's own for what it owes, as many as fit or one more.
  private mutating func replacement(_ model: RegistryModel) -> (AccountID, LedgerCore.Operation)? {
    let open = model.owed.indices.filter { !model.owed[$0].isClosed }
    guard !open.isEmpty else { return nil }
    let number = pick(open)
    let owed = model.owed[number]
    let lots = model.issuanceOfLot.indices.filter {
      guard let place = try? model.place(UInt64($0)) else { return false }
      return place.first.state == .tradable && place.first.owner == owed.custodian
    }
    guard !lots.isEmpty, let place = try? model.place(UInt64(pick(lots))) else { return nil }
    var range = range(model, place)
    let fitting = UInt64(owed.open / model.issued[place.issuance].unit.micrograms)
    if chance(85), fitting > 0, range.end >= range.start,
      fitting <= range.end - range.start
    {
      range = LotRange(lot: range.lot, start: range.start, end: range.start + fitting - 1)
    }
    return (
      chance(95) ? owed.custodian : pick(World.custodians),
      .replaceCredits(ReplaceCredits(obligation: UInt64(number), range: range))
    )
  }

  private mutating func onLots(_ model: RegistryModel) -> (AccountID, LedgerCore.Operation) {
    guard let place = place(model, chance(92) ? .tradable : nil) else { return onCarbon() }
    let sender = chance(95) ? place.first.owner : pick(World.owners)
    let range = range(model, place)
    switch number(0...25) {
    case 0...7:
      return (
        sender,
        .transferLot(TransferLot(range: range, recipient: pick(World.owners + Self.custodians)))
      )
    case 8...12:
      return (sender, .splitLot(SplitLot(lot: range.lot, at: range.start)))
    case 13...19: return (sender, .depositLot(DepositLot(range: range)))
    case 20...23:
      return (
        sender, .retireLot(RetireLot(range: range, claim: RetirementClaim(reason: .voluntary)))
      )
    default: return (sender, .cancelLot(CancelLot(range: range)))
    }
  }

  private mutating func onCarbon() -> (AccountID, LedgerCore.Operation) {
    let owner = pick(World.owners)
    switch number(0...9) {
    case 0, 1:
      return (
        chance(90) ? pick(nodes) : owner, .withdrawReserve(WithdrawReserve(amount: bigAmount()))
      )
    case 2, 3: return (chance(90) ? pick(nodes) : owner, .collectReserve(CollectReserve()))
    case 4, 5:
      return (
        owner,
        .sellToFund(SellToFund(amount: amount(), priceMin: chance(95) ? .zero : amount()))
      )
    case 6, 7:
      let node = chance(95) ? pick(nodes) : owner
      return (owner, .topUpReserve(TopUpReserve(node: node, amount: amount())))
    default:
      return (
        owner,
        .transfer(
          Transfer(
            token: chance(50) ? .eco2 : .ecc, recipient: pick(World.owners + nodes),
            amount: amount()))
      )
    }
  }

  private mutating func bigAmount() -> Amount {
    chance(80) ? Amount(UInt128(number(0...400)) * Supply.microgramsPerTonne) : amount()
  }
}
