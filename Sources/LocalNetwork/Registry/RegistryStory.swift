import LedgerClient
public import LedgerCore
public import NodeAnswers

/// What a test network's custodian, registrars and treasury have done with credits.
public enum RegistryEvent: Sendable {
  /// The custodian has bonded ECO2 (base units) that the treasury gave it.
  case bonded(Amount)
  case filed(RequestAnswer)
  case approved(RequestAnswer)
  case onboarded([LotAnswer])
  /// A lot is in the reserve; its owner has received as much ECC.
  case issued(LotAnswer)
  case retired(RetirementAnswer)
}

/// Brings credits on chain through nodes, as custodian, registrars and an owner do, and uses them:
/// a buffer and tradable lots are requested and approved by as many registrars as are needed, a
/// part of a lot is put into the reserve for ECC, and a tonne is retired.
struct RegistryStory: Sendable {
  /// Who acts.
  struct Actors: Sendable {
    let custodian: SigningKey
    let treasury: SigningKey
    let registrars: [SigningKey]
  }

  let ledger: Ledger
  let actors: Actors
  let credits: OnboardingCredits
  /// ECO2 base units that a custodian has to have bonded.
  let bond: Amount
  let tell: @Sendable (RegistryEvent) async -> Void

  /// Tonnes that are put into the reserve.
  static let depositedTonnes: UInt64 = 10
  /// ECO2 for what the custodian's requests lock and cost.
  private static let pocketMoney = 1_000 * Token.eco2.baseUnitsPerToken
  /// How often a node that is behind is asked again, and how long it is waited for in between.
  private static let asksMax = 50
  private static let pause = Duration.milliseconds(200)

  func run() async throws {
    try await send(as: actors.treasury) {
      $0.transfer(
        .eco2, Amount(bond.baseUnits + Self.pocketMoney),
        to: AccountID(actors.custodian.publicKey))
    }
    try await send(as: actors.custodian) { $0.postBond(bond) }
    await tell(.bonded(bond))
    _ = try await onboard([credits.buffer], isBuffer: true)
    let lots = try await onboard(credits.tradable, isBuffer: false)
    guard let lot = lots.max(by: { $0.count < $1.count }), lot.count > Self.depositedTonnes
    else { return }
    try await use(lot)
  }

  /// Requests that credits come on chain, and has it approved; gives the lots.
  private func onboard(_ batches: [CreditRequest.Onboarding.Batch], isBuffer: Bool) async throws
    -> [LotAnswer]
  {
    let owner = AccountID((isBuffer ? actors.custodian : actors.treasury).publicKey)
    let request = CreditRequest.onboard(
      CreditRequest.Onboarding(owner: owner, isBuffer: isBuffer, batches: batches))
    try await send(as: actors.custodian) {
      $0.file(request, proof: CustodyProof(document: credits.document))
    }
    let filed = try await eventually {
      try await ledger.newestRequests(5).first {
        $0.standing == "pending" && $0.isBuffer == isBuffer
          && $0.document == credits.document.hex
      }
    }
    await tell(.filed(filed))
    let needed = try await ledger.registrars().threshold
    try await withThrowingTaskGroup(of: Void.self) { group in
      for registrar in actors.registrars.prefix(needed) {
        group.addTask {
          try await send(as: registrar) { $0.approve(filed.number, lotsMax: filed.lotsMax) }
        }
      }
      try await group.waitForAll()
    }
    let approved = try await eventually {
      let now = try await ledger.request(filed.number)
      return now.standing == "approved" ? now : nil
    }
    await tell(.approved(approved))
    var lots: [LotAnswer] = []
    for range in batches.flatMap(\.ranges) {
      lots.append(try await lot(at: range.start, of: range))
    }
    await tell(.onboarded(lots))
    return lots
  }

  /// Retires the last serial of a lot, and puts its first ones into the reserve.
  private func use(_ lot: LotAnswer) async throws {
    let retired = LotRange(lot: lot.number, start: lot.end, end: lot.end)
    let deposited = LotRange(
      lot: lot.number, start: lot.start, end: lot.start + Self.depositedTonnes - 1)
    try await send(as: actors.treasury) {
      $0.retireLot(retired, claim: RetirementClaim(reason: .voluntary)).depositLot(deposited)
    }
    let inReserve = try await eventually {
      let now = try await ledger.serial(lot.start, block: lot.block)?.lot
      return now?.state == "in-reserve" ? now : nil
    }
    await tell(.issued(inReserve))
    let retirement = try await eventually {
      try await ledger.serial(lot.end, block: lot.block)?.retirement
    }
    await tell(.retired(retirement))
  }

  private func lot(at serial: UInt64, of range: CreditRange) async throws -> LotAnswer {
    try await eventually {
      try await ledger.serial(serial, block: range.serialBlock)?.lot
    }
  }

  private func send(
    as key: SigningKey, _ draft: @Sendable (TransactionBuilder) -> TransactionBuilder
  ) async throws {
    try await ledger.send(
      draft(TransactionBuilder(from: AccountID(key.publicKey))),
      signedBy: Signers(sender: [key]), timeout: .seconds(120))
  }

  /// What is read once the node that is asked has the last block, too.
  private func eventually<Value>(_ read: () async throws -> Value?) async throws -> Value {
    for _ in 0..<Self.asksMax {
      if let value = try await read() { return value }
      try await ContinuousClock().sleep(for: Self.pause)
    }
    throw ClientError.timedOut(milliseconds: Int64(Self.asksMax) * 200)
  }
}
