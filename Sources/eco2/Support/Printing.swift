import Foundation
import LedgerCore

/// What commands print: tables for people, JSON for programs.
enum Printing {
  /// Aligned columns; numbers to the right.
  static func table(_ rows: [[String]], header: [String]) -> String {
    let all = [header] + rows
    let widths = header.indices.map { column in all.map { $0[column].count }.max() ?? 0 }
    let lines = all.enumerated().map { number, row in
      row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        let isNumber = number > 0 && cell.first.map { $0.isNumber } ?? false
        return isNumber ? padding + cell : cell + padding
      }.joined(separator: "  ")
    }
    return lines.map { $0.replacing(/\s+$/, with: "") }.joined(separator: "\n")
  }

  /// A row for each value, with what stands at these places of it.
  static func table<Value>(
    _ values: [Value], _ columns: [(header: String, place: PartialKeyPath<Value>)]
  ) -> String {
    table(
      values.map { value in columns.map { "\(value[keyPath: $0.place])" } },
      header: columns.map(\.header))
  }

  /// Names and values, one a line.
  static func facts(_ facts: [(String, String)]) -> String {
    let width = facts.map(\.0.count).max() ?? 0
    return facts.map { name, value in
      value.isEmpty ? name : name + String(repeating: " ", count: width - name.count + 2) + value
    }.joined(separator: "\n")
  }

  /// Indented JSON with sorted keys.
  static func json(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// µg CO2e as people read it: `1.234 g`, `129192 µg`, `2,407 t`.
  static func mass(_ micrograms: String) -> String {
    guard let value = Double(micrograms) else { return micrograms }
    if let whole = UInt128(micrograms), whole > 0, whole.isMultiple(of: 1_000_000_000_000) {
      return (whole / 1_000_000_000_000).formatted() + " t"
    }
    switch value {
    case 1e12...: return (value / 1e12).formatted(.number.precision(.fractionLength(3))) + " t"
    case 1e9...: return (value / 1e9).formatted(.number.precision(.fractionLength(3))) + " kg"
    case 1e6...: return (value / 1e6).formatted(.number.precision(.fractionLength(3))) + " g"
    case 1e3...: return (value / 1e3).formatted(.number.precision(.fractionLength(3))) + " mg"
    default: return micrograms + " µg"
    }
  }

  /// Base units as tokens: `0.00012 ECO2`.
  static func eco2(_ baseUnits: String) -> String {
    UInt128(baseUnits).map { Token.eco2.format(Amount($0)) + " ECO2" } ?? baseUnits
  }

  /// A span of time: `1.24 s`, `83 ms`.
  static func seconds(_ value: Double) -> String {
    value < 1
      ? "\(Int((value * 1_000).rounded())) ms"
      : value.formatted(.number.precision(.fractionLength(2)).grouping(.never)) + " s"
  }

  /// One JSON object on one line.
  static func jsonLine(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// Prints at once, also when the output is a file or pipe.
  static func line(_ text: String) {
    FileHandle.standardOutput.write(Data((plain(text) + "\n").utf8))
  }

  /// To standard error.
  static func complain(_ text: String) {
    FileHandle.standardError.write(Data((plain(text) + "\n").utf8))
  }

  /// A text whose parts a node or a file may have chosen, with nothing that a terminal would act
  /// on: control characters and marks that turn the direction of text become `\u001b`, which is the
  /// same text where it is JSON. Lines and tabs stay.
  static func plain(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isActedOn) else { return text }
    var plain = ""
    for scalar in text.unicodeScalars {
      guard isActedOn(scalar) else {
        plain.unicodeScalars.append(scalar)
        continue
      }
      for unit in UTF16.encode(scalar) ?? .init() {
        plain += "\\u" + Hex.encode([UInt8(unit >> 8), UInt8(unit & 0xFF)])
      }
    }
    return plain
  }

  private static func isActedOn(_ scalar: Unicode.Scalar) -> Bool {
    if scalar.isASCII {
      return scalar.value < 0x20 && scalar != "\n" && scalar != "\t" || scalar.value == 0x7F
    }
    return switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator: true
    default: false
    }
  }
}

extension Printing {
  /// A moment in UTC.
  static func time(milliseconds: UInt64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000).formatted(.iso8601)
  }

  /// A day in UTC: `2026-11-23`.
  static func day(milliseconds: UInt64) -> String {
    Date(timeIntervalSince1970: Double(milliseconds) / 1_000)
      .formatted(.iso8601.year().month().day())
  }
}
