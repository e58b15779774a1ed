/// Turns the records of a factor table into factors and refusals.
struct FactorReader {
  /// Where the table keeps what.
  struct Columns {
    let count: Int
    let regionCode, region, year, value, kind, source, licence: Int

    init(_ header: CSVHeader) throws(RegistryFileError) {
      func needed(_ name: String) throws(RegistryFileError) -> Int {
        guard let column = header.column([name]) else { throw .missingColumn(accepted: [name]) }
        return column
      }
      count = header.count
      regionCode = try needed("region_code")
      region = try needed("region")
      year = try needed("year")
      value = try needed("gco2_per_kwh")
      kind = try needed("kind")
      source = try needed("source")
      licence = try needed("licence")
    }
  }

  /// What makes two rows the same statement.
  private struct Key: Hashable {
    let regionCode, region, source: String
    let kind: FactorKind
    let year: UInt16
  }

  private let columns: Columns
  private(set) var table = FactorTable()
  private var keys = Set<Key>()
  private var recordNumber = 0

  init(header: CSVRecord) throws(RegistryFileError) {
    columns = try Columns(CSVHeader(header))
  }

  mutating func take(_ record: CSVRecord) {
    recordNumber += 1
    do throws(FactorRejection) {
      let factor = try factor(record)
      let key = Key(
        regionCode: factor.regionCode, region: factor.region, source: factor.source,
        kind: factor.kind, year: factor.year)
      guard keys.insert(key).inserted else { throw FactorRejection(.duplicate) }
      table.factors.append(factor)
    } catch {
      table.refused.append(RefusedFactor(record: recordNumber, reason: error.reason))
    }
  }

  private func factor(_ record: CSVRecord) throws(FactorRejection) -> EmissionFactor {
    guard record.count == columns.count else { throw FactorRejection(.cells) }
    guard let regionCode = CellText.regionCode(record[columns.regionCode]) else {
      throw FactorRejection(.regionCode)
    }
    guard let year = CellText.number(record[columns.year]), Limits.factorYears.contains(year) else {
      throw FactorRejection(.year)
    }
    guard let kind = FactorKind(rawValue: CellText.text(record[columns.kind])) else {
      throw FactorRejection(.kind)
    }
    guard let value = CellText.millionths(record[columns.value]) else {
      throw FactorRejection(.value)
    }
    guard value > 0 else { throw FactorRejection(.zero) }
    return EmissionFactor(
      record: recordNumber, regionCode: regionCode,
      region: CellText.text(record[columns.region]), year: UInt16(year),
      microgramsPerKilowattHour: value, kind: kind,
      source: CellText.text(record[columns.source]),
      licence: CellText.text(record[columns.licence]))
  }
}

/// A row is refused for this reason.
private struct FactorRejection: Error {
  let reason: FactorRefusal
  init(_ reason: FactorRefusal) { self.reason = reason }
}
