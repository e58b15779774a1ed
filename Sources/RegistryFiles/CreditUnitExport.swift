/// Writes blocks of units as CSV (RFC 4180) or JSON, piece by piece: `head`, one `unit` for each,
/// `tail`. The pieces joined are the file; nothing is kept between them but how many there were.
public struct CreditUnitExport: Sendable {
  public enum Format: String, CaseIterable, Sendable {
    case csv
    case json
  }

  private enum Value {
    case text(String)
    case number(UInt64)
    case list([String])
  }

  public let format: Format
  private var isFirst = true

  public init(_ format: Format) { self.format = format }

  /// The file's beginning.
  public var head: String {
    switch format {
    case .csv: Self.line(Self.columns)
    case .json: "["
    }
  }

  /// The file's end.
  public var tail: String {
    switch format {
    case .csv: ""
    case .json: isFirst ? "]\n" : "\n]\n"
    }
  }

  /// The next block of units.
  public mutating func unit(_ unit: CreditUnit) -> String {
    defer { isFirst = false }
    let values = Self.values(unit)
    switch format {
    case .csv: return Self.line(values.map(Self.cell))
    case .json:
      let members = zip(Self.columns, values).map { "\(Self.json($0)): \(Self.json($1))" }
      return (isFirst ? "\n" : ",\n") + "  {" + members.joined(separator: ", ") + "}"
    }
  }

  /// The names of CAD Trust's fields, in the order of `values`.
  private static let columns = [
    "currentRegistry", "projectId", "serialNumberBlock", "unitBlockStart", "unitBlockEnd",
    "unitCount", "vintageYear", "unitType", "unitStatus", "unitStatusReason", "unitOwner",
    "unitTags", "correspondingAdjustmentDeclaration", "correspondingAdjustmentStatus",
  ]

  private static func values(_ unit: CreditUnit) -> [Value] {
    [
      .text(unit.registry), .text(unit.project), .text(unit.serial), .text("\(unit.start)"),
      .text("\(unit.end)"), .number(unit.count), .number(UInt64(clamping: unit.vintageYear)),
      .text(unit.kind.rawValue), .text(unit.status.rawValue), .text(unit.statusReason),
      .text(unit.owner), .list(unit.labels), .text(unit.declaration.rawValue),
      .text(unit.adjustment.rawValue),
    ]
  }

  // MARK: CSV

  private static func line(_ cells: [String]) -> String {
    cells.map(quoted).joined(separator: ",") + "\r\n"
  }

  private static func cell(_ value: Value) -> String {
    switch value {
    case .text(let text): text
    case .number(let number): "\(number)"
    case .list(let list): list.joined(separator: "; ")
    }
  }

  /// In quotation marks where the text needs them, or could be taken for white space.
  private static func quoted(_ text: String) -> String {
    let needs = text.utf8.contains {
      $0 == UInt8(ascii: ",") || $0 == UInt8(ascii: ";") || $0 == UInt8(ascii: "\"") || $0 < 0x20
    }
    let isPadded = text.utf8.first == UInt8(ascii: " ") || text.utf8.last == UInt8(ascii: " ")
    guard needs || isPadded else { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  // MARK: JSON

  private static func json(_ value: Value) -> String {
    switch value {
    case .text(let text): json(text)
    case .number(let number): "\(number)"
    case .list(let list): "[" + list.map { json($0) }.joined(separator: ", ") + "]"
    }
  }

  /// RFC 8259, section 7.
  private static func json(_ text: String) -> String {
    var written = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": written += "\\\""
      case "\\": written += "\\\\"
      case "\n": written += "\\n"
      case "\r": written += "\\r"
      case "\t": written += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        written += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: written.unicodeScalars.append(scalar)
      }
    }
    return written + "\""
  }
}
