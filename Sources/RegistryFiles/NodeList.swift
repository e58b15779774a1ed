/// Where an ER Node stands; decides the floors of its energy profile.
public enum NodeTier: String, CaseIterable, Sendable {
  case home
  case rack
  case cloud
}

/// One ER Node of a genesis: its name and its attested energy profile.
public struct NodeEntry: Sendable, Equatable {
  public let name: String
  /// The grid region, a region code of the factor table; ASCII.
  public let regionCode: String
  public let tier: NodeTier
  /// Draw at the wall when idle.
  public let idleMilliwatts: UInt64
  /// Energy above idle for each second of CPU time.
  public let millijoulesPerCPUSecond: UInt64
  /// Power usage effectiveness in thousandths: 1.58 is 1,580.
  public let puePermille: UInt64
}

/// Why a node list could not be read.
public enum NodeListError: Error, Equatable, Sendable {
  case file(RegistryFileError)
  /// A cell of this record (from 1, after the header) is not what its column holds.
  case badCell(record: Int, column: String)
  /// The record has another number of cells than the header.
  case cells(record: Int)
  /// Two records have this name.
  case duplicateName(record: Int, name: String)
}

/// The list of ER Nodes a genesis names: a CSV file with the columns `name, region_code, tier,
/// idle_milliwatts, cpu_second_millijoules, pue_permille`. Floors are a rule of the ledger, checked
/// where genesis is made.
public enum NodeList {
  private static let columnNames = [
    "name", "region_code", "tier", "idle_milliwatts", "cpu_second_millijoules", "pue_permille",
  ]

  /// Reads a list, in file order.
  public static func read(bytes: [UInt8]) throws(NodeListError) -> [NodeEntry] {
    let records: [CSVRecord]
    do { records = try CSVTokenizer.records(bytes) } catch { throw .file(error) }
    guard let first = records.first else { throw .file(.empty) }
    let header = CSVHeader(first)
    var columns: [Int] = []
    for name in columnNames {
      guard let column = header.column([name]) else {
        throw .file(.missingColumn(accepted: [name]))
      }
      columns.append(column)
    }
    var entries: [NodeEntry] = []
    for (number, record) in records.enumerated().dropFirst() {
      guard record.count == header.count else { throw .cells(record: number) }
      let entry = try entry(columns.map { record[$0] }, number: number)
      guard !entries.contains(where: { $0.name == entry.name }) else {
        throw .duplicateName(record: number, name: entry.name)
      }
      entries.append(entry)
    }
    return entries
  }

  /// `cells` are in the order of `columnNames`.
  private static func entry(
    _ cells: [ArraySlice<UInt8>], number: Int
  ) throws(NodeListError) -> NodeEntry {
    func bad(_ column: Int) -> NodeListError {
      .badCell(record: number, column: columnNames[column])
    }
    func numeric(_ column: Int) throws(NodeListError) -> UInt64 {
      guard let value = CellText.number(cells[column]), value <= Limits.profileValueMax else {
        throw bad(column)
      }
      return value
    }
    let name = CellText.text(cells[0])
    guard !name.isEmpty, name.utf8.count <= Limits.nodeNameBytesMax else { throw bad(0) }
    guard let regionCode = CellText.regionCode(cells[1]), !regionCode.isEmpty else { throw bad(1) }
    guard let tier = NodeTier(rawValue: CellText.text(cells[2])) else { throw bad(2) }
    return NodeEntry(
      name: name, regionCode: regionCode, tier: tier, idleMilliwatts: try numeric(3),
      millijoulesPerCPUSecond: try numeric(4), puePermille: try numeric(5))
  }
}
