import LedgerCore
import LedgerState

// What motions do. Each is checked when it is made and again when it is executed: what would leave
// a bound or break a rule is refused before anybody decides on it.

extension Motion {
  /// The parameters after it; nil where it leaves a parameter's type, or changes none.
  func applied(to parameters: Parameters) -> Parameters? {
    var next = parameters
    switch self {
    case .setParameters(let changes):
      for change in changes {
        guard next.set(change.parameter, to: change.value) else { return nil }
      }
    case .setOperationCost(let change):
      next.operationCosts[Int(change.kind.rawValue)] = WorkCost(
        cpuNanoseconds: change.cpuNanoseconds, bytes: change.bytes)
    case .setBaseCost(let change):
      let cost = WorkCost(cpuNanoseconds: change.cpuNanoseconds, bytes: change.bytes)
      switch change.subject {
      case .transaction: next.transactionCost = cost
      case .signature: next.signatureCost = cost
      case .lot: next.lotCost = cost
      }
    case .setReserveRules(let change):
      next.reserveRegistries = change.registries
      next.reserveProducts = change.products
    case .setFloor(let change):
      let floor = ProfileFloor(
        idleMilliwatts: change.idleMilliwatts, puePermille: change.puePermille)
      if let tier = change.tier {
        next.tierFloors[Int(tier.rawValue)] = floor
      } else {
        next.unattestedFloor = floor
      }
    default: return nil
    }
    return next
  }

  /// Operations that no pause touches: what keeps the chain neutral, honest and governable.
  static let neverPaused: Set<OperationKind> = [
    .topUpReserve, .retireLot, .reportOffence, .lockVotes, .unlockVotes, .collectUnlocked,
    .placeVotes, .moveVotes, .withdrawVotes, .claimRewards, .declareReady, .releaseNode,
    .proposeMotion, .decideMotion, .cancelMotion, .vetoMotion,
  ]
}

extension ExecutionContext {
  /// Whether a motion could be executed now.
  mutating func check(_ motion: Motion) throws(OperationFailure) {
    let isSound: Bool
    switch motion {
    case .setParameters, .setOperationCost, .setBaseCost, .setFloor:
      isSound = keepsBounds(motion)
    case .setReserveRules(let change):
      isSound = keepsBounds(motion) ? try areKnown(change.registries) : false
    case .addFactor(let facts): isSound = try check(facts)
    case .appointRegistrars(let change): isSound = try check(change)
    case .appointCustodian(let change):
      let seats = try registrarsNow().seats
      isSound =
        change.name.isText(max: CandidateLimits.nameBytesMax) && !seats.contains(change.account)
    case .dismissCustodian(let account): isSound = try custodian(account) != nil
    case .activateFeature(let activation): isSound = try check(activation)
    case .pause(let kind):
      isSound =
        !Motion.neverPaused.contains(kind)
        && !now.governance.isPaused(kind, at: header.timestamp)
    }
    guard isSound else { throw .fault(.invalidMotion) }
  }

  /// Whether parameters after a motion are others, and within their bounds.
  private func keepsBounds(_ motion: Motion) -> Bool {
    guard let next = motion.applied(to: nextParameters) else { return false }
    return next.firstOutOfBounds == nil && next != nextParameters
      && next.firstBeyondBounds(after: nextParameters, interval: facts.interval) == nil
  }

  /// Whether the ledger takes credits of all these registries.
  private mutating func areKnown(_ registries: [String]) throws(OperationFailure) -> Bool {
    do throws(RecordError) {
      for name in registries {
        guard try view.find(CreditRegistry.key(name), as: CreditRegistry.self) != nil else {
          return false
        }
      }
    } catch { throw OperationFailure(error) }
    return true
  }

  private mutating func check(_ facts: FactorFacts) throws(OperationFailure) -> Bool {
    let table: FactorTableRecord
    do { table = try view.single() } catch { throw OperationFailure(error) }
    // A year to come would stay in force for good.
    let years = RulesLimits.factorYearMin...CivilDate(milliseconds: header.timestamp).year
    return years.contains(Int(facts.year)) && table.rows < UInt64(RulesLimits.factorRowsMax)
      && facts.regionCode.isPrintableASCII(max: CandidateLimits.regionCodeBytesMax)
      && facts.region.isText(max: RulesLimits.regionNameBytesMax)
      && facts.source.isText(max: RulesLimits.sourceBytesMax)
      && (1...RulesLimits.factorMicrogramsMax).contains(facts.microgramsPerKilowattHour)
  }

  /// Neither ER Nodes, nor who wants to be one, nor custodians (carbon rules, "Global Carbon
  /// Registry").
  private mutating func check(_ change: RegistrarsChange) throws(OperationFailure) -> Bool {
    guard (1...change.seats.count).contains(Int(change.threshold)) else { return false }
    for seat in change.seats {
      guard sets.current.index(of: seat) == nil, sets.following.index(of: seat) == nil,
        try custodian(seat) == nil, try !isStanding(seat)
      else { return false }
    }
    return true
  }

  private mutating func isStanding(_ account: AccountID) throws(OperationFailure) -> Bool {
    let place = try candidateSlot(account)
    return candidates.entries[place].current?.standing == .standing
  }

  private mutating func check(_ activation: FeatureActivation) throws(OperationFailure) -> Bool {
    guard activation.name.isPrintableASCII(max: MotionLimits.featureNameBytesMax),
      activation.height > height + 1
    else { return false }
    do throws(RecordError) {
      let list = try view.find(FeatureList.key, as: FeatureList.self) ?? FeatureList()
      guard list.features.count < MotionLimits.featuresMax else { return false }
      return try view.find(FeatureRecord.key(activation.name), as: FeatureRecord.self) == nil
    } catch { throw OperationFailure(error) }
  }

  /// Executes a motion that holds; parameters and registrars count from the next block on.
  mutating func carryOut(_ motion: Motion) throws(OperationFailure) {
    switch motion {
    case .setParameters, .setOperationCost, .setBaseCost, .setFloor, .setReserveRules:
      nextParameters = motion.applied(to: nextParameters) ?? nextParameters
    case .addFactor(let facts): try add(facts)
    case .appointRegistrars(let change):
      view.put(Registrars(threshold: change.threshold, seats: change.seats))
    case .appointCustodian(let change):
      let place = try custodianSlot(change.account)
      var record =
        custodians.entries[place].current
        ?? Custodian(
          name: change.name, limit: change.limit,
          attestedUntil: header.timestamp &+ parameters.registry.attestationMilliseconds)
      record.name = change.name
      record.limit = change.limit
      custodians.set(place, record)
    case .dismissCustodian(let account):
      let place = try custodianSlot(account)
      guard var record = custodians.entries[place].current else { return }
      record.limit = .zero
      custodians.set(place, record)
    case .activateFeature(let activation):
      try activate(activation)
    case .pause(let kind):
      let time = header.timestamp
      let until = time &+ parameters.governance.pauseMilliseconds
      now.governance.pauses.removeAll { $0.until <= time }
      now.governance.pauses.append(GovernanceBook.Pause(kind: kind, until: until))
    }
  }

  private mutating func activate(_ activation: FeatureActivation) throws(OperationFailure) {
    do throws(RecordError) {
      var list = try view.find(FeatureList.key, as: FeatureList.self) ?? FeatureList()
      list.features.append(activation)
      view.put(list)
      view.set(
        FeatureRecord.key(activation.name), FeatureRecord(height: activation.height).bcs)
    } catch { throw OperationFailure(error) }
  }

  private mutating func custodianSlot(_ account: AccountID) throws(OperationFailure) -> Int {
    do { return try custodians.slot(of: account, in: &view) } catch {
      throw OperationFailure(error)
    }
  }

  /// Appends a row to the factor table; in force is the latest year's, and of one year the highest.
  private mutating func add(_ row: FactorRow) throws(OperationFailure) {
    do throws(RecordError) {
      let table: FactorTableRecord = try view.single()
      view.set(FactorRow.key(table.rows), row.bcs)
      let key = ActiveFactor.key(region: row.regionCode)
      let before = try view.find(key, as: ActiveFactor.self)
      var highest = table.highest
      if try isInForce(row, over: before) {
        let factor = row.microgramsPerKilowattHour
        view.set(
          key, ActiveFactor(row: table.rows, microgramsPerKilowattHour: factor).bcs)
        if factor >= highest {
          highest = factor
        } else if before?.microgramsPerKilowattHour == highest {
          highest = try highestFactor(rows: table.rows + 1)
        }
      }
      view.put(FactorTableRecord(rows: table.rows + 1, highest: highest))
    } catch { throw OperationFailure(error) }
  }

  private mutating func isInForce(_ row: FactorRow, over active: ActiveFactor?)
    throws(RecordError) -> Bool
  {
    guard let active else { return true }
    let other: FactorRow = try view.required(FactorRow.key(active.row))
    return (row.year, row.microgramsPerKilowattHour)
      > (other.year, other.microgramsPerKilowattHour)
  }

  /// The highest factor in force, looked for in all rows: only when the highest itself has fallen.
  private mutating func highestFactor(rows: UInt64) throws(RecordError) -> UInt64 {
    var highest: UInt64 = 0
    for number in 0..<rows {
      let row: FactorRow = try view.required(FactorRow.key(number))
      let active: ActiveFactor = try view.required(ActiveFactor.key(region: row.regionCode))
      highest = max(highest, active.microgramsPerKilowattHour)
    }
    return highest
  }
}
