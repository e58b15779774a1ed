import LedgerCore

@testable import LedgerRules

// Requests and what they do.

extension RegistryModel {
  mutating func file(_ filing: FileRequest, of sender: AccountID) throws(Refusal) {
    let request = filing.request
    switch request {
    case .export: break
    case .onboard, .declare, .amend:
      if holders[sender] == nil { throw Refusal(.notCustodian) }
    case .invalidate:
      if holders[sender] == nil, !registrars.contains(sender) { throw Refusal(.notCustodian) }
    case .addRegistry:
      if !registrars.contains(sender) { throw Refusal(.notRegistrar) }
    }
    if case .export = request {
    } else {
      let before = self
      try carryOut(request, UInt64(requests.count), sender, filing.lotsMax)
      self = before
    }
    try carbon.take(parameters.registry.requestDeposit.baseUnits, .eco2, from: sender)
    var stored = request
    if case .export(let range) = request {
      let lot = try take(range, of: sender)
      move(lot, to: .exporting, UInt64(requests.count))
      stored = .export(LotRange(lot: lot, start: range.start, end: range.end))
    }
    requests.append(
      Asked(
        request: stored, lotsMax: filing.lotsMax, filer: sender,
        expiresAt: time + parameters.registry.requestMilliseconds))
  }

  private func pending(_ number: UInt64) throws(Refusal) -> Asked {
    guard number < UInt64(requests.count) else {
      throw Refusal(.unknownRequest, number, of: .request)
    }
    let asked = requests[Int(number)]
    guard asked.standing == .pending, time < asked.expiresAt else {
      throw Refusal(.requestClosed, number, of: .request)
    }
    return asked
  }

  mutating func decide(_ word: DecideRequest, of sender: AccountID) throws(Refusal) {
    var asked = try pending(word.request)
    guard registrars.contains(sender), !nodes.contains(sender), holders[sender] == nil else {
      throw Refusal(.notRegistrar)
    }
    if sender == asked.filer { throw Refusal(.ownRequest, word.request, of: .request) }
    if word.lotsMax < asked.lotsMax { throw Refusal(.lotsAboveMaximum) }
    if asked.approvals.contains(sender) || asked.rejections.contains(sender) {
      throw Refusal(.alreadyDecided, word.request, of: .request)
    }
    if word.approves {
      asked.approvals.append(sender)
      if asked.approvals.count >= threshold {
        try carryOut(asked.request, word.request, asked.filer, word.lotsMax)
        requests[Int(word.request)] = asked
        return end(word.request, .approved)
      }
    } else {
      asked.rejections.append(sender)
      let left = registrars.count { $0 != asked.filer && !asked.rejections.contains($0) }
      if left < threshold {
        requests[Int(word.request)] = asked
        return end(word.request, .rejected)
      }
    }
    requests[Int(word.request)] = asked
  }

  mutating func withdraw(_ number: UInt64, of sender: AccountID) throws(Refusal) {
    guard try pending(number).filer == sender else {
      throw Refusal(.notOwner, number, of: .request)
    }
    end(number, .withdrawn)
  }

  private mutating func end(_ number: UInt64, _ standing: RequestRecord.Standing) {
    requests[Int(number)].standing = standing
    let asked = requests[Int(number)]
    carbon.give(parameters.registry.requestDeposit.baseUnits, .eco2, to: asked.filer)
    if case .export(let range) = asked.request, standing != .approved {
      move(range.lot, to: .tradable)
    }
  }

  mutating func expire() {
    var looked = 0
    while firstOpenRequest < requests.count, looked < 256 {
      if requests[firstOpenRequest].standing == .pending {
        if time < requests[firstOpenRequest].expiresAt { return }
        end(UInt64(firstOpenRequest), .expired)
      }
      firstOpenRequest += 1
      looked += 1
    }
  }

  private mutating func carryOut(
    _ request: CreditRequest, _ number: UInt64, _ filer: AccountID, _ lotsMax: UInt16
  ) throws(Refusal) {
    lotsLeft = Int(lotsMax)
    switch request {
    case .onboard(let onboarding): try onboard(onboarding, by: filer)
    case .export(let range): move(range.lot, to: .exported, number)
    case .invalidate(let range): try invalidate(range, by: filer)
    case .declare(let declaration):
      let parts = try parts(of: declaration.range)
      try use(lots: parts.count)
      for part in parts {
        guard try place(part.lot).first.custodian == filer else {
          throw Refusal(.notCustodian, part.lot)
        }
        let lot = try cut(part)
        change(lot) { $0.labels = declaration.labels }
      }
    case .amend(let project):
      guard projects[Self.name(project)] != nil else { throw Refusal(.unknownProject) }
      guard serials(of: project) <= project.cap ?? .max else { throw Refusal(.capExceeded) }
      projects[Self.name(project)] = project
    case .addRegistry(let registry):
      guard registries[registry.name] == nil else { throw Refusal(.alreadyKnown) }
      registries[registry.name] = registry.unit
    }
  }

  private mutating func use(lots count: Int) throws(Refusal) {
    lotsLeft -= count
    if lotsLeft < 0 { throw Refusal(.lotsAboveMaximum) }
  }

  func checkHolder(_ account: AccountID) throws(Refusal) {
    let live = live(account)
    if live > holders[account]?.limit ?? 0 { throw Refusal(.custodianLimit) }
    if buffer(account) * 100 < live * UInt128(parameters.registry.bufferPercent) {
      throw Refusal(.bufferTooSmall)
    }
  }

  private mutating func onboard(_ onboarding: CreditRequest.Onboarding, by filer: AccountID)
    throws(Refusal)
  {
    guard let holder = holders[filer] else { throw Refusal(.notCustodian) }
    if time > holder.attestedUntil { throw Refusal(.custodyLapsed) }
    if holder.bond < parameters.registry.custodianBond.baseUnits { throw Refusal(.bondTooSmall) }
    let owner = onboarding.isBuffer ? filer : onboarding.owner
    let state = onboarding.isBuffer ? LotState.buffer : .tradable
    for batch in onboarding.batches {
      guard registries[batch.project.registry] != nil else { throw Refusal(.unknownRegistry) }
      if let known = projects[Self.name(batch.project)], known != batch.project {
        throw Refusal(.projectDiffers)
      }
      projects[Self.name(batch.project)] = batch.project
      for range in batch.ranges {
        guard range.start <= range.end, range.end < .max, range.end - range.start < 1 << 48,
          range.product != .planned,
          let to = CivilDate(yyyymmdd: range.vintageTo), to <= CivilDate(milliseconds: time)
        else { throw Refusal(.invalidCredit) }
        let found = found(range.serialBlock, range.start, range.end)
        // More than 64 are refused whatever is stated.
        try use(lots: min(max(found.count, 1), 65))
        if found.isEmpty {
          add(range, of: batch.project, owner: owner, custodian: filer, state: state)
        } else {
          try takeBack(range, of: batch.project, found, owner, filer, state)
        }
        if serials(of: batch.project) > batch.project.cap ?? .max { throw Refusal(.capExceeded) }
      }
    }
    try checkHolder(filer)
  }

  private mutating func takeBack(
    _ range: CreditRange, of project: CreditProject, _ found: [LotRange], _ owner: AccountID,
    _ filer: AccountID, _ state: LotState
  ) throws(Refusal) {
    for part in found where try place(part.lot).first.state != .exported {
      throw Refusal(.serialOverlap, part.lot)
    }
    var next = range.start
    for part in found {
      let issuance = issued[try place(part.lot).issuance]
      guard Self.name(issuance.project) == Self.name(project),
        issuance.range.product == range.product,
        issuance.range.vintageFrom == range.vintageFrom,
        issuance.range.vintageTo == range.vintageTo
      else { throw Refusal(.projectDiffers, part.lot) }
      guard part.start == next else { throw Refusal(.partlyExported, part.lot) }
      next = part.end + 1
    }
    guard next > range.end, found.count <= 64 else {
      throw Refusal(.partlyExported, found.last?.lot)
    }
    for part in found {
      let lot = try cut(part)
      change(lot) {
        $0.owner = owner
        $0.custodian = filer
        $0.labels = range.labels
      }
      move(lot, to: state)
    }
  }

  // MARK: Invalidation

  private mutating func invalidate(_ range: LotRange, by filer: AccountID) throws(Refusal) {
    var isAnyMarked = false
    let parts = try parts(of: range)
    try use(lots: parts.count)
    for part in parts {
      let before = try place(part.lot).first
      guard before.custodian == filer || registrars.contains(filer) else {
        throw Refusal(.notCustodian, part.lot)
      }
      if [.exported, .cancelled, .invalidated].contains(before.state) || before.isReversed {
        continue
      }
      if before.state == .exporting, let request = before.reference { end(request, .rejected) }
      isAnyMarked = true
      let lot = try cut(part)
      let place = try place(lot)
      let amount = amount(place.count, issued[place.issuance].unit)
      let purpose: Obligation.Purpose? =
        switch before.state {
        case .inReserve: .reserve
        case .retired: .retirement
        case .buffer: nil
        default: before.owner == before.custodian ? nil : .owner(before.owner)
        }
      if before.state == .retired {
        change(lot) { $0.isReversed = true }
      } else {
        move(lot, to: .invalidated, purpose == nil ? nil : UInt64(owed.count))
      }
      guard let purpose else { continue }
      owed.append(
        Owed(
          custodian: before.custodian, purpose: purpose, open: amount,
          dueBy: time + parameters.registry.obligationMilliseconds))
    }
    if !isAnyMarked { throw Refusal(.lotNotTradable, range.lot) }
  }

  mutating func replace(_ operation: ReplaceCredits, of sender: AccountID) throws(Refusal) {
    let number = operation.obligation
    guard number < UInt64(owed.count), owed[Int(number)].custodian == sender else {
      throw Refusal(.unknownObligation, number, of: .obligation)
    }
    if owed[Int(number)].isClosed { throw Refusal(.obligationMet, number, of: .obligation) }
    let lot = try take(operation.range, of: sender)
    if owed[Int(number)].purpose == .reserve { try checkEligibility(lot, as: operation.range.lot) }
    try meet(Int(number), lot)
  }

  private mutating func meet(_ number: Int, _ lot: UInt64) throws(Refusal) {
    let place = try place(lot)
    let amount = amount(place.count, issued[place.issuance].unit)
    if amount > owed[number].open { throw Refusal(.obligationMet, UInt64(number), of: .obligation) }
    switch owed[number].purpose {
    case .reserve: move(lot, to: .inReserve)
    case .retirement: try retire(lot)
    case .owner(let owner):
      change(lot) { $0.owner = owner }
      move(lot, to: .tradable)
    }
    owed[number].open -= amount
    if owed[number].open == 0 { owed[number].isClosed = true }
  }

  /// What the custodians' time has run out for.
  mutating func call() throws(Refusal) {
    var steps = 0
    while firstOpenObligation < owed.count, steps < 256 {
      steps += 1
      let number = firstOpenObligation
      if owed[number].isClosed {
        firstOpenObligation += 1
        continue
      }
      if time <= owed[number].dueBy { return }
      if let part = fitting(owed[number]) {
        try meet(number, try cut(part))
      } else {
        try callBond(number)
      }
    }
  }

  private func fitting(_ obligation: Owed) -> LotRange? {
    let lots = issuanceOfLot.indices.lazy.map(UInt64.init).compactMap { lot in
      (try? place(lot)).map { (lot, $0) }
    }.filter { $1.first.state == .buffer && $1.first.custodian == obligation.custodian }
    for (lot, place) in lots.prefix(32) {
      let issuance = issued[place.issuance]
      let isReserve = obligation.purpose == .reserve
      if isReserve, !isEligible(issuance) { continue }
      var count = UInt64(min(UInt128(place.count), obligation.open / issuance.unit.micrograms))
      if isReserve { count -= count % issuance.unit.perTonne }
      if count > 0 { return LotRange(lot: lot, start: place.start, end: place.start + count - 1) }
    }
    return nil
  }

  private mutating func callBond(_ number: Int) throws(Refusal) {
    let obligation = owed[number]
    let price =
      obligation.open * parameters.fund.bidPriceMax.baseUnits / Supply.microgramsPerTonne
    let taken = min(holders[obligation.custodian]?.bond ?? 0, price)
    holders[obligation.custodian]?.bond -= taken
    switch obligation.purpose {
    case .owner(let owner): carbon.give(taken, .eco2, to: owner)
    case .reserve:
      carbon.fundECO2 += taken
      carbon.reserveOpen += obligation.open
    case .retirement:
      carbon.fundECO2 += taken
      carbon.overheadOpen += obligation.open
    }
    owed[number].isClosed = true
  }
}
