import LedgerCore
import Testing

@testable import LedgerRules

@Suite("The formulas of the carbon rules, with their worked numbers")
struct CarbonFormulaTests {
  private let worked = EffectiveProfile(
    TestGenesis.workedProfile, isAttested: true, regionFactor: 557_500_000,
    highestFactor: 713_000_000, parameters: .standard)

  @Test("48 W at PUE 1.58 and 557.5 g/kWh for 10 s is a footprint of 117,446.67 µg")
  func footprint() throws {
    let units = try #require(Dues.numerator(worked, milliseconds: 10_000, percent: 100))
    // In hundredths of a µg, rounded to the nearest.
    #expect((units * 100 + Dues.unit / 2) / Dues.unit == 11_744_667)
  }

  @Test("48 W at PUE 1.58 for 10 s are 758.4 J, and half as much again for full nodes")
  func energy() throws {
    let joule: UInt128 = 1_000_000_000_000_000
    let alone = Dues.energy(worked, milliseconds: 10_000, overheadPermille: 0)
    #expect(alone == 7_584 * joule / 10)
    let half = Dues.energy(worked, milliseconds: 10_000, overheadPermille: 500)
    #expect(half == 11_376 * joule / 10)
    // Energy times factor is the footprint: 3.6 × 10^21 fJ are a kWh.
    let footprint = try #require(Dues.numerator(worked, milliseconds: 10_000, percent: 100))
    #expect(
      alone.map { $0 * 557_500_000 / 3_600_000_000 == footprint * 1_000_000_000_000 / Dues.unit }
        == true)
  }

  @Test("a transfer of 251 bytes with one signature is 539 bytes and 70 µs of work on each of four")
  func workEnergy() throws {
    let profile = EnergyProfile(
      tier: .rack, region: "CHN", idleMilliwatts: 48_000, millijoulesPerCPUSecond: 40_000,
      puePermille: 1_580)
    let effective = EffectiveProfile(
      profile, isAttested: true, regionFactor: 557_500_000, highestFactor: 713_000_000,
      parameters: .standard)
    let charges = OperationCharge(
      Array(repeating: effective, count: 4), parameters: .standard)
    let transfer = Operation.transfer(
      Transfer(token: .eco2, recipient: accountID(1), amount: Amount(1)))
    let work = Work(
      byteCount: 251, signatureCount: 1, operations: [transfer], parameters: .standard)
    // 70 µs × 4 × 40 J/s × 1.58, and 539 bytes × 4,000 nJ.
    #expect(charges.energy(work) == 70_000 * 4 * 40_000 * 1_580 + 539 * 4_000 * 1_000_000)
  }

  @Test("the first due of the worked node is 129,192 µg")
  func firstDue() throws {
    let units = try #require(Dues.numerator(worked, milliseconds: 10_000, percent: 110))
    #expect(CarriedDivision.divide(units, by: Dues.unit, credit: 0).quotient == 129_192)
  }

  @Test("21 worked nodes are a footprint of 2.466 g a block")
  func network() throws {
    let units = try #require(Dues.numerator(worked, milliseconds: 10_000, percent: 100))
    #expect((21 * units + Dues.unit / 2) / Dues.unit / 1_000 == 2_466)
  }

  @Test(
    "what rounding up takes is given back: over many blocks the dues are the exact sum, rounded up")
  func carried() throws {
    var generator = SplitMix64(state: 7)
    var credit: UInt128 = 0
    var exact = BigUnsigned.zero
    var charged = BigUnsigned.zero
    let unit = BigUnsigned(Dues.unit)
    for _ in 0..<2_000 {
      let units = UInt128(generator.next()) * UInt128(generator.next() >> 40)
      let (quotient, next) = CarriedDivision.divide(units, by: Dues.unit, credit: credit)
      credit = next
      exact = exact + BigUnsigned(units)
      charged = charged + BigUnsigned(quotient)
      #expect(next < Dues.unit)
      #expect(charged == exact.dividedUp(by: unit))
    }
  }

  @Test("a numerator smaller than the credit costs nothing and shrinks the credit")
  func smallNumerator() {
    let (quotient, credit) = CarriedDivision.divide(3, by: 10, credit: 7)
    #expect(quotient == 0)
    #expect(credit == 4)
  }

  @Test("a numerator beyond 128 bits is refused, not wrapped")
  func overflow() {
    var extreme = worked
    extreme.milliwatts = .max
    #expect(Dues.numerator(extreme, milliseconds: .max, percent: 110) == nil)
  }

  @Test("the bounds of profiles keep dues inside 128 bits for a century without a block")
  func boundsOfDues() {
    let extreme = EnergyProfile(
      tier: .cloud, region: "X", idleMilliwatts: RulesLimits.idleMilliwattsMax,
      millijoulesPerCPUSecond: RulesLimits.cpuSecondMillijoulesMax,
      puePermille: RulesLimits.puePermilleMax)
    let profile = EffectiveProfile(
      extreme, isAttested: false, regionFactor: nil,
      highestFactor: RulesLimits.factorMicrogramsMax, parameters: .standard)
    let century: UInt64 = 100 * 365 * 86_400_000
    #expect(Dues.numerator(profile, milliseconds: century, percent: 200) != nil)
  }

  @Test("the bounds of cost tables keep the charge of the costliest transaction inside 128 bits")
  func boundsOfCharges() {
    let extreme = EffectiveProfile(
      EnergyProfile(
        tier: .cloud, region: "X", idleMilliwatts: RulesLimits.idleMilliwattsMax,
        millijoulesPerCPUSecond: RulesLimits.cpuSecondMillijoulesMax,
        puePermille: RulesLimits.puePermilleMax),
      isAttested: false, regionFactor: nil, highestFactor: RulesLimits.factorMicrogramsMax,
      parameters: .standard)
    let cost = BigUnsigned(UInt128(RulesLimits.costNanosecondsMax))
    let rows = BigUnsigned(UInt128(1 + 2 * Limits.keysMax + Limits.operationsMax))
    let charge = OperationCharge(
      [EffectiveProfile](repeating: extreme, count: Limits.validatorsMax), parameters: .standard)
    let lots = BigUnsigned(UInt128(Limits.operationsMax * CreditLimits.requestLotsMax))
    let time = cost * rows + lots * BigUnsigned(UInt128(RulesLimits.lotCostNanosecondsMax))
    let ofTime = time * BigUnsigned(charge.perNanosecond)
    let bytes =
      rows * BigUnsigned(UInt128(RulesLimits.costBytesMax)) + BigUnsigned(32_768)
      + lots * BigUnsigned(UInt128(RulesLimits.lotCostBytesMax))
    let perByte =
      BigUnsigned(UInt128(RulesLimits.networkNanojoulesPerByteMax))
      * BigUnsigned(UInt128(RulesLimits.factorMicrogramsMax)) * BigUnsigned(1_000_000)
    let total = (ofTime + bytes * perByte) * BigUnsigned(100)
    #expect(total.value != nil)
    let weight =
      bytes * BigUnsigned(UInt128(RulesLimits.unitWeightMax)) + time
      * BigUnsigned(UInt128(RulesLimits.unitWeightMax))
    let fee = weight * BigUnsigned(RulesLimits.baseFeeMax) + BigUnsigned(Supply.total.baseUnits)
    #expect(fee.value != nil)
  }

  @Test("years 1 to 6 emit 42,573,600 ECO2")
  func sixYears() {
    var emitted: UInt128 = 0
    for year in 0..<UInt64(6) {
      let first = BlockReward.reward(at: year * BlockReward.blocksPerYear + 1)
      let last = BlockReward.reward(at: (year + 1) * BlockReward.blocksPerYear)
      #expect(first == last)
      emitted += first.baseUnits * UInt128(BlockReward.blocksPerYear)
    }
    #expect(emitted == 42_573_600 * 100_000_000)
  }

  @Test("the reserve of block rewards ends with block 233,774,400, after 74.13 years")
  func lastReward() {
    var emitted: UInt128 = 0
    for year in 0..<UInt64(6) {
      emitted +=
        BlockReward.reward(at: year * BlockReward.blocksPerYear + 1).baseUnits
        * UInt128(BlockReward.blocksPerYear)
    }
    let flat = BlockReward.reward(at: 6 * BlockReward.blocksPerYear + 1).baseUnits
    emitted += flat * UInt128(BlockReward.lastHeight - 6 * BlockReward.blocksPerYear)
    #expect(Amount(emitted) == Supply.blockRewards)
    #expect(BlockReward.reward(at: 233_774_400) == Amount(50_000_000))
    #expect(BlockReward.reward(at: 233_774_401) == .zero)
    #expect(BlockReward.reward(at: 0) == .zero)
    #expect(BlockReward.lastHeight * 100 / BlockReward.blocksPerYear == 7_412)
    let hundredths = (Double(BlockReward.lastHeight) / 3_153_600 * 100).rounded()
    #expect(hundredths == 7_413)
  }

  @Test("every reward splits 60 to 40 without a remainder")
  func rewardShares() {
    for year in 0..<UInt64(8) {
      let reward = BlockReward.reward(at: year * BlockReward.blocksPerYear + 1)
      let (author, fund) = BlockReward.shares(of: reward)
      #expect(author.baseUnits * 100 == reward.baseUnits * 60)
      #expect(author.baseUnits + fund.baseUnits == reward.baseUnits)
    }
  }

  @Test("the shares of ECO2 add up to 300,000,000")
  func shares() {
    let parts = [
      Supply.blockRewards, Supply.operatingCommittee, Supply.founders, Supply.neutralityFund,
    ]
    #expect(StateTotals.sum(parts) == Supply.total)
    #expect(Token.eco2.format(Supply.total) == "300000000")
  }

  @Test(
    "the base fee: an eighth up when full, an eighth down when empty, never below the floor"
  )
  func baseFee() {
    let parameters = Parameters.standard
    let full = UInt128(parameters.blockWeightMax)
    let next = { BaseFee.next(after: Amount($0), used: $1, parameters: parameters) }
    #expect(next(800, full) == Amount(900))
    #expect(next(800, full / 2) == Amount(800))
    #expect(next(800, 0) == Amount(700))
    #expect(next(800, full / 4) == Amount(750))
    #expect(next(10, full) == Amount(11))
    #expect(next(10, 0) == Amount(10))
    #expect(next(RulesLimits.baseFeeMax, full) == Amount(RulesLimits.baseFeeMax))
  }

  @Test(
    "unattested counts as 155 W, PUE 1.58, highest factor, or as declared where that is more"
  )
  func unattested() {
    let home = EnergyProfile(
      tier: .home, region: "FRA", idleMilliwatts: 22_000, millijoulesPerCPUSecond: 5_000,
      puePermille: 1_000)
    let counted = EffectiveProfile(
      home, isAttested: false, regionFactor: 44_000_000, highestFactor: 713_000_000,
      parameters: .standard)
    #expect(counted.milliwatts == 155_000)
    #expect(counted.puePermille == 1_580)
    #expect(counted.factor == 713_000_000)
    var large = home
    large.idleMilliwatts = 180_000
    large.puePermille = 1_700
    let declared = EffectiveProfile(
      large, isAttested: false, regionFactor: 44_000_000, highestFactor: 713_000_000,
      parameters: .standard)
    #expect(declared.milliwatts == 180_000)
    #expect(declared.puePermille == 1_700)
  }

  @Test("months of vesting are calendar months, the day kept or the month's last")
  func months() {
    // 2024-01-31 12:00 UTC.
    let time: UInt64 = 1_706_702_400_000
    // 2024-02-29 12:00 and 2026-01-31 12:00.
    #expect(CivilDate.time(time, addingMonths: 1) == 1_709_208_000_000)
    #expect(CivilDate.time(time, addingMonths: 24) == 1_769_860_800_000)
  }
}
