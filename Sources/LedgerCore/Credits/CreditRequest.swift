/// What registrars are asked to approve (carbon rules, "Global Carbon Registry"). A tag, once
/// given, is never used for anything else.
public enum CreditRequest: Hashable, Sendable, BCSCodable {
  /// Tag 0: bring credits on chain. Filed by a custodian.
  case onboard(Onboarding)
  /// Tag 1: release credits to their registry again. Filed by their owner.
  case export(LotRange)
  /// Tag 2: credits were reversed or invalidated at their source. Filed by a custodian or a
  /// registrar.
  case invalidate(LotRange)
  /// Tag 3: labels and corresponding adjustment changed at the source. Filed by a custodian.
  case declare(Declaration)
  /// Tag 4: a project's facts changed. Filed by a custodian.
  case amend(CreditProject)
  /// Tag 5: take another registry's credits. Filed by a registrar.
  case addRegistry(CreditRegistry)

  /// Credits of projects, and who receives them.
  public struct Onboarding: Hashable, Sendable, BCSCodable {
    /// Ranges of one of the projects.
    public struct Batch: Hashable, Sendable, BCSCodable {
      public var project: CreditProject
      /// 1 … `CreditLimits.requestRangesMax`.
      public var ranges: [CreditRange]

      public init(project: CreditProject, ranges: [CreditRange]) {
        self.project = project
        self.ranges = ranges
      }

      public init(from reader: inout BCSReader) throws(BCSError) {
        project = try CreditProject(from: &reader)
        ranges = try reader.list(in: 1...CreditLimits.requestRangesMax, "ranges")
      }

      public func encode(into writer: inout BCSWriter) {
        project.encode(into: &writer)
        writer.list(ranges)
      }
    }

    /// Owns the lots once they are approved.
    public var owner: AccountID
    /// Go to the custodian's buffer instead.
    public var isBuffer: Bool
    /// 1 … `CreditLimits.requestProjectsMax`, with at most `CreditLimits.requestRangesMax` ranges
    /// in all.
    public var batches: [Batch]

    public init(owner: AccountID, isBuffer: Bool = false, batches: [Batch]) {
      self.owner = owner
      self.isBuffer = isBuffer
      self.batches = batches
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      owner = try AccountID(from: &reader)
      isBuffer = try reader.bool("buffer")
      let start = reader.offset
      batches = try reader.list(in: 1...CreditLimits.requestProjectsMax, "batches")
      let count = batches.reduce(0) { $0 + $1.ranges.count }
      guard count <= CreditLimits.requestRangesMax else {
        throw BCSError(
          .lengthOutOfRange(
            length: UInt64(count), min: 1, max: CreditLimits.requestRangesMax),
          field: "ranges", offset: start)
      }
    }

    public func encode(into writer: inout BCSWriter) {
      owner.encode(into: &writer)
      writer.bool(isBuffer)
      writer.list(batches)
    }
  }

  /// Labels and adjustment of credits, as their source states them now.
  public struct Declaration: Hashable, Sendable, BCSCodable {
    public var range: LotRange
    public var labels: CreditLabels
    public var adjustment: CorrespondingAdjustment

    public init(range: LotRange, labels: CreditLabels, adjustment: CorrespondingAdjustment) {
      self.range = range
      self.labels = labels
      self.adjustment = adjustment
    }

    public init(from reader: inout BCSReader) throws(BCSError) {
      range = try LotRange(from: &reader)
      labels = try CreditLabels(from: &reader)
      adjustment = try CorrespondingAdjustment(from: &reader)
    }

    public func encode(into writer: inout BCSWriter) {
      range.encode(into: &writer)
      labels.encode(into: &writer)
      adjustment.encode(into: &writer)
    }
  }

  /// Lots that it makes or changes as a rule: of credits that are new on chain, one for each range;
  /// of those that are there, as many as they may have been divided into. Whoever brings exported
  /// credits back states how many lots they lie in.
  public var usualLots: UInt16 {
    switch self {
    case .onboard(let onboarding):
      UInt16(clamping: onboarding.batches.reduce(0) { $0 + $1.ranges.count })
    case .invalidate, .declare: UInt16(CreditLimits.rangeLotsMax)
    case .export, .amend, .addRegistry: 0
    }
  }

  /// The name in JSON and tables.
  public var name: String {
    switch self {
    case .onboard: "onboard"
    case .export: "export"
    case .invalidate: "invalidate"
    case .declare: "declare"
    case .amend: "amend-project"
    case .addRegistry: "add-registry"
    }
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    switch try reader.uleb128("credit request") {
    case 0: self = .onboard(try Onboarding(from: &reader))
    case 1: self = .export(try LotRange(from: &reader))
    case 2: self = .invalidate(try LotRange(from: &reader))
    case 3: self = .declare(try Declaration(from: &reader))
    case 4: self = .amend(try CreditProject(from: &reader))
    case 5: self = .addRegistry(try CreditRegistry(from: &reader))
    case let tag: throw BCSError(.unknownTag(UInt64(tag)), field: "credit request", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    switch self {
    case .onboard(let request):
      writer.uleb128(0)
      request.encode(into: &writer)
    case .export(let range):
      writer.uleb128(1)
      range.encode(into: &writer)
    case .invalidate(let range):
      writer.uleb128(2)
      range.encode(into: &writer)
    case .declare(let declaration):
      writer.uleb128(3)
      declaration.encode(into: &writer)
    case .amend(let project):
      writer.uleb128(4)
      project.encode(into: &writer)
    case .addRegistry(let registry):
      writer.uleb128(5)
      registry.encode(into: &writer)
    }
  }
}

/// What a request rests on.
public struct CustodyProof: Hashable, Sendable, BCSCodable {
  /// SHA-256 of the document that shows custody, or the source's statement.
  public var document: Digest
  /// The voucher's number at the registry; may be empty.
  public var voucher: String
  /// SHA-256 of the registry's consent; all zero where none is needed.
  public var consent: Digest

  public init(document: Digest, voucher: String = "", consent: Digest = .zero) {
    self.document = document
    self.voucher = voucher
    self.consent = consent
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    document = try Digest(from: &reader)
    voucher = try reader.text(max: CreditLimits.referenceBytesMax, "voucher")
    consent = try Digest(from: &reader)
  }

  public func encode(into writer: inout BCSWriter) {
    document.encode(into: &writer)
    writer.text(voucher)
    consent.encode(into: &writer)
  }
}
