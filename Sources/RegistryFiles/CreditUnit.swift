/// A block of units as registries tell each other of it: the fields and their values are those of
/// CAD Trust's data model (Climate Action Data Trust, unit and project records).
public struct CreditUnit: Sendable, Equatable {
  /// Where the units stand.
  public enum Status: String, CaseIterable, Sendable {
    case held = "Held"
    case retired = "Retired"
    case cancelled = "Cancelled"
    case expired = "Expired"
    case inactive = "Inactive"
    case buffer = "Buffer"
    case exported = "Exported"
    case rejected = "Rejected"
    case pendingExport = "Pending Export"
  }

  /// What the units are of.
  public enum Kind: String, CaseIterable, Sendable {
    case avoidance = "Avoidance"
    case reductionByNature = "Reduction - nature"
    case reductionByTechnology = "Reduction - technical"
    case removalByNature = "Removal - nature"
    case removalByTechnology = "Removal - technical"
    case notDetermined = "Not Determined"
  }

  /// Whether the host country has said that it adjusts its emissions balance.
  public enum AdjustmentDeclaration: String, CaseIterable, Sendable {
    case committed = "Committed"
    case notRequired = "Not Required"
    case unknown = "Unknown"
  }

  /// Whether it has done so.
  public enum AdjustmentStatus: String, CaseIterable, Sendable {
    case notApplicable = "Not Applicable"
    case notStarted = "Not Started"
    case pending = "Pending"
    case completed = "Completed"
  }

  /// The registry where the units were issued.
  public var registry: String
  /// That registry's id of the project.
  public var project: String
  /// The serial in its registry's notation, start and end included.
  public var serial: String
  public var start: UInt64
  /// The last serial of the block: not below `start`.
  public var end: UInt64
  /// The vintage's last year, 1…9999.
  public var vintageYear: Int
  public var kind: Kind
  public var status: Status
  /// Why, for retired and cancelled units; else empty.
  public var statusReason: String
  public var owner: String
  /// Labels such as CCP or CORSIA. A label holds no semicolon: in one cell they are joined by it.
  public var labels: [String]
  public var declaration: AdjustmentDeclaration
  public var adjustment: AdjustmentStatus

  public init(
    registry: String, project: String, serial: String, start: UInt64, end: UInt64,
    vintageYear: Int, kind: Kind, status: Status, statusReason: String, owner: String,
    labels: [String], declaration: AdjustmentDeclaration, adjustment: AdjustmentStatus
  ) {
    self.registry = registry
    self.project = project
    self.serial = serial
    self.start = start
    self.end = end
    self.vintageYear = vintageYear
    self.kind = kind
    self.status = status
    self.statusReason = statusReason
    self.owner = owner
    self.labels = labels
    self.declaration = declaration
    self.adjustment = adjustment
  }

  /// `end − start + 1`; 0 where that is no number of units.
  public var count: UInt64 {
    let (span, underflow) = end.subtractingReportingOverflow(start)
    let (count, overflow) = span.addingReportingOverflow(1)
    return underflow || overflow ? 0 : count
  }
}
