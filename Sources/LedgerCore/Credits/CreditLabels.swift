/// What registries and programmes say of credits beyond their own standard: a set of labels.
public struct CreditLabels: OptionSet, Hashable, Sendable, BCSCodable {
  public let rawValue: UInt32

  public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Core Carbon Principles, by the Integrity Council for the Voluntary Carbon Market.
  public static let coreCarbonPrinciples = CreditLabels(rawValue: 1 << 0)
  /// Eligible in CORSIA's pilot phase, 2021–2023.
  public static let corsiaPilotPhase = CreditLabels(rawValue: 1 << 1)
  /// Eligible in CORSIA's first phase, 2024–2026.
  public static let corsiaFirstPhase = CreditLabels(rawValue: 1 << 2)
  /// Authorised by the host country under Article 6 of the Paris Agreement.
  public static let article6Authorised = CreditLabels(rawValue: 1 << 3)
  /// Climate, Community & Biodiversity Standards.
  public static let climateCommunityBiodiversity = CreditLabels(rawValue: 1 << 4)
  /// Sustainable Development Verified Impact Standard.
  public static let sustainableDevelopmentVerified = CreditLabels(rawValue: 1 << 5)

  /// Every label there is, with its code in JSON and tables, in the order of their bits.
  public static let codes: [(label: CreditLabels, code: String)] = [
    (.coreCarbonPrinciples, "ccp"),
    (.corsiaPilotPhase, "corsia-pilot-phase"),
    (.corsiaFirstPhase, "corsia-first-phase"),
    (.article6Authorised, "article-6"),
    (.climateCommunityBiodiversity, "ccb"),
    (.sustainableDevelopmentVerified, "sd-vista"),
  ]

  /// All labels.
  public static let all = CreditLabels(codes.map(\.label))

  /// The codes of this set's labels, in the order of their bits.
  public var codes: [String] { Self.codes.filter { contains($0.label) }.map(\.code) }

  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    rawValue = try reader.u32("labels")
    guard rawValue & ~Self.all.rawValue == 0 else {
      throw BCSError(.invalidValue, field: "labels", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) { writer.u32(rawValue) }
}
