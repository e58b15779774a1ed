/// Bounds on what a registry or factor file may hold. A file beyond them is refused, not read in
/// part.
enum Limits {
  /// Longest single CSV cell. Project descriptions in registry exports stay far below it.
  static let cellBytesMax = 65_536
  /// Most cells in one CSV record.
  static let cellsMax = 256
  /// Most records in one file; keeps the sum of tonnes inside 64 bits (see `tonnesMax`).
  static let recordsMax = 5_000_000
  /// Most lines before the header: a title, the day of the export.
  static let openingLinesMax = 20
  /// Most bytes held until they show what separates cells.
  static let openingBytesMax = 65_536
  /// Most rejected rows that a report keeps.
  static let rejectedRowsMax = 100_000
  /// Records whose serials show that a file is of another registry.
  static let otherRegistryRecords = 8
  /// Most column names that a message repeats.
  static let namesShownMax = 40
  /// Longest text of a file that a message repeats.
  static let shownBytesMax = 48
  /// Most tonnes in one record: 10^12, more than the world emits in a decade.
  static let tonnesMax: UInt64 = 1_000_000_000_000
  /// Longest serial text, white space included.
  static let serialBytesMax = 256
  /// Longest region code of a factor table; it becomes a key of the ledger's state.
  static let regionCodeBytesMax = 32
  /// Longest name of an ER Node.
  static let nodeNameBytesMax = 64
  /// Largest milliwatts, millijoules or permille of an energy profile: a megawatt, and far from
  /// where the due's 128-bit product could overflow.
  static let profileValueMax: UInt64 = 1_000_000_000
  /// Years a vintage can have.
  static let vintageYears: ClosedRange<Int> = 1970...2199
  /// Years an emission factor can describe.
  static let factorYears: ClosedRange<UInt64> = 1990...2199
}
