public import LedgerCore

/// Bounds of what genesis and the rules accept, in one place; each name ends in its unit.
public enum RulesLimits {
  // MARK: Genesis

  /// A whole genesis document.
  public static let genesisBytesMax = 64 * 1024 * 1024
  /// A network's name.
  public static let networkNameBytesMax = 32
  /// The shortest block interval.
  public static let intervalMillisecondsMin: UInt64 = 100
  /// The longest block interval.
  public static let intervalMillisecondsMax: UInt64 = 600_000
  /// The latest genesis: 9999-12-31.
  public static let timeMillisecondsMax: UInt64 = 253_402_214_400_000
  public static let foundersMax = 64
  /// A million accounts to send load from, and a treasury.
  public static let allocationsMax = 1_000_001
  public static let factorRowsMax = 10_000
  /// The earliest year of a factor.
  public static let factorYearMin = 1990
  public static let lotsMax = 100_000
  public static let registriesMax = 64
  public static let custodiansMax = 64
  public static let registrarsMax = 64

  // MARK: Texts

  public static let nodeNameBytesMax = 64
  public static let endpointBytesMax = 255
  public static let regionCodeBytesMax = CandidateLimits.regionCodeBytesMax
  public static let regionNameBytesMax = FactorFacts.regionBytesMax
  public static let sourceBytesMax = FactorFacts.sourceBytesMax
  public static let licenceBytesMax = FactorFacts.licenceBytesMax

  // MARK: Numbers: together they keep every carbon formula inside 128 bits for decades of elapsed
  // time; `CarbonFormulaTests` holds the relation.

  /// Wall draw of an idle ER Node: 10 kW.
  public static let idleMilliwattsMax: UInt64 = 10_000_000
  /// Energy above idle per CPU-second: 1 kJ.
  public static let cpuSecondMillijoulesMax: UInt64 = 1_000_000
  /// Power usage effectiveness: 5.
  public static let puePermilleMax: UInt64 = 5_000
  /// An emission factor: 10 kg CO2e per kWh.
  public static let factorMicrogramsMax: UInt64 = 10_000_000_000
  /// CPU time of one row of the cost table: 10 s.
  public static let costNanosecondsMax: UInt64 = 10_000_000_000
  /// Bytes of one row of the cost table.
  public static let costBytesMax: UInt64 = 1 << 20
  /// CPU time of a lot: 1 ms. An operation may state `CreditLimits.requestLotsMax` of them.
  public static let lotCostNanosecondsMax: UInt64 = 1_000_000
  /// Bytes of a lot.
  public static let lotCostBytesMax: UInt64 = 1 << 16
  /// Network energy per byte: 1 mJ.
  public static let networkNanojoulesPerByteMax: UInt64 = 1_000_000
  /// Weight of a block, at most.
  public static let blockWeightMax: UInt64 = 1 << 40
  /// Weight of a byte or a CPU-microsecond, at most.
  public static let unitWeightMax: UInt64 = 1_000_000
  /// Base fee per weight: no transaction could pay more.
  public static let baseFeeMax: UInt128 = 30_000_000_000_000_000
  /// The lowest base fee that a motion can set, ECO2 base units per weight.
  public static let baseFeeFloorMax: UInt128 = 1_000_000
  /// What deciding on a motion may cost at the lowest base fee: 100 ECO2, in base units.
  public static let decisionFeeMax: UInt128 = 10_000_000_000
  /// A span that governance sets: 10 years.
  public static let spanMillisecondsMax: UInt64 = 3_650 * 86_400_000
  /// Steps by which a bid's price can rise.
  public static let bidStepsMax: UInt64 = 10_000
  /// Tonnes in all lots together: their µg fit 128 bits with room to spare.
  public static let reserveTonnesMax: UInt64 = 1 << 56

  // MARK: Ordered indexes

  /// A key of an ordered index; the shortest has one byte, the longest are those of the order of
  /// retirement: three texts of credits, vintage and serial.
  public static let orderedKeyBytesMax =
    CreditLimits.registryBytesMax + CreditLimits.projectIDBytesMax
    + CreditLimits.serialBlockBytesMax + 19
  /// A value of an ordered index. Below 128, so that its length takes one byte.
  public static let orderedValueBytesMax = 64
  /// The entries of one page, encoded. A quarter of it holds the longest entry: what is cut or
  /// joined relies on that.
  public static let orderedPageBytesMax = 2_048
  /// Levels of a tree. It grows a level only when its top page is cut: 2^64 insertions do not bring
  /// it here.
  public static let orderedLevelsMax = 64

  // MARK: A block

  /// Lots that one block's retirement may touch (carbon rules, "Offset pool").
  public static let retirementLotsPerBlockMax = 1_000
  /// Requests that one block lets expire, and looks at for it.
  public static let expiriesPerBlockMax = 256
  /// Obligations that one block looks at, and lots of buffers that it takes for them.
  public static let obligationLotsPerBlockMax = 256
  /// Requests, and obligations, behind the oldest open one that are looked at before their turn,
  /// and how many of them in one block.
  static let lookedBeyondMax: UInt64 = 256
  static let lookedBeyondPerBlock: UInt64 = 16
  /// Lots that one range of a request may lie in.
  public static let rangeLotsMax = CreditLimits.rangeLotsMax
  /// Lots of a custodian's buffer that are looked at for one that meets an obligation.
  public static let bufferLotsPerSearchMax = 32
  /// Registrars that may approve a request, or reject it: also those who have left their seats.
  public static let decisionsMax = 256

  // MARK: Lists

  /// Entries of indexes that one page of a list looks for: some milliseconds.
  public static let listSeeksMax = 4_096
  /// Years of one vintage that it is found by. Vintages lie between 1970 and the day they are
  /// brought.
  static let vintageYearsListed = 200

  // MARK: Elections

  /// Blocks over which a member's signatures are counted.
  public static let downtimeBlocksMax: UInt64 = 1_000
  /// A fine for release: a thousand tonnes.
  public static let releaseFineMax = Amount(1_000_000_000_000_000)
  /// Changes of consensus keys that wait for their heights.
  public static let keyChangesMax = Limits.validatorsMax
  /// How far ahead of its block a change of a consensus key can be told.
  public static let keyChangeHeightsMax: UInt64 = 60_480

  // MARK: Validator sets

  /// A past set is kept for so many heights at least, however old they are: headers carry COMMITs
  /// of the last `Limits.lateCommitHeightsMax`.
  public static let pastSetHeightsMin: UInt64 = 64
  /// Past sets that one block drops: one comes with a block at most.
  static let pastSetsDroppedMax = 2
}
