public import LedgerCore
public import LedgerState

/// A registry whose credits the ledger takes: by name.
extension CreditRegistry: LedgerRecord {
  public static var kind: RecordKind { .registry }

  /// Where the registry of a name stands.
  public static func key(_ name: String) -> StateKey { kind.key(name.utf8) }
}

/// A project on chain, and how much of it was brought.
public struct ProjectEntry: LedgerRecord {
  public static var kind: RecordKind { .project }

  public var project: CreditProject
  /// Serials ever on-boarded.
  public var serials: UInt64

  init(project: CreditProject, serials: UInt64 = 0) {
    self.project = project
    self.serials = serials
  }

  /// Where the project of a registry stands: a zero byte divides the two texts.
  public static func key(registry: String, id: String) -> StateKey {
    kind.key(Array(registry.utf8) + [0] + Array(id.utf8))
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    project = try CreditProject(from: &reader)
    serials = try reader.u64("serials")
  }

  public func encode(into writer: inout BCSWriter) {
    project.encode(into: &writer)
    writer.u64(serials)
  }
}

/// The number of a serial block: what the interval index sorts by. By the block's canonical key.
public struct SerialBlockEntry: LedgerRecord {
  public static var kind: RecordKind { .serialBlock }

  public let number: UInt64

  init(number: UInt64) { self.number = number }

  /// Where the block of a canonical key stands.
  public static func key(_ block: String) -> StateKey { kind.key(block.utf8) }

  public init(from reader: inout BCSReader) throws(BCSError) {
    number = try reader.u64("serial block")
  }

  public func encode(into writer: inout BCSWriter) { writer.u64(number) }
}

/// One range of serials as it was brought on chain: what all its lots have in common.
public struct Issuance: NumberedRecord {
  public static var kind: RecordKind { .issuance }

  public let registry: String
  public let projectID: String
  /// As the registry stated it when it was brought.
  public let range: CreditRange
  public let unit: SerialUnit
  /// The number of its serial block.
  public let block: UInt64
  /// The request that brought it; nil for genesis.
  public let request: UInt64?
  public let height: UInt64

  init(
    registry: String, projectID: String, range: CreditRange, unit: SerialUnit, block: UInt64,
    request: UInt64?, height: UInt64
  ) {
    self.registry = registry
    self.projectID = projectID
    self.range = range
    self.unit = unit
    self.block = block
    self.request = request
    self.height = height
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    registry = try reader.text(max: CreditLimits.registryBytesMax, "registry")
    projectID = try reader.text(max: CreditLimits.projectIDBytesMax, "project id")
    range = try CreditRange(from: &reader)
    unit = try SerialUnit(from: &reader)
    block = try reader.u64("serial block")
    request = try reader.isPresent("request") ? reader.u64("request") : nil
    height = try reader.u64("height")
    guard range.start <= range.end, range.end - range.start < CreditLimits.rangeSerialsMax,
      range.end < .max
    else { throw BCSError(.invalidValue, field: "issuance", offset: start) }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(registry)
    writer.text(projectID)
    range.encode(into: &writer)
    unit.encode(into: &writer)
    writer.u64(block)
    writer.bool(request != nil)
    if let request { writer.u64(request) }
    writer.u64(height)
  }

  /// The key of the order of retirement for the lot that starts at a serial: oldest vintage end,
  /// then start, registry, project (bytes), block, serial (carbon rules, "Offset pool"). Texts end
  /// in a zero byte, which sorts before every character.
  func retirementKey(start: UInt64) -> [UInt8] {
    var key: [UInt8] = []
    key.reserveCapacity(32 + registry.utf8.count + projectID.utf8.count + 64)
    key.append(bigEndian: UInt64(range.vintageTo) << 32 | UInt64(range.vintageFrom))
    for text in [registry, projectID, range.serialBlock] {
      key.append(contentsOf: text.utf8)
      key.append(0)
    }
    key.append(bigEndian: start)
    return key
  }
}
