/// A project as its registry states it.
public struct CreditProject: Hashable, Sendable, BCSCodable {
  /// The registry's name.
  public var registry: String
  /// As the registry writes it; unique within it.
  public var id: String
  public var name: String
  public var country: String
  /// State or province; may be empty.
  public var subdivision: String
  public var type: String
  /// May be empty.
  public var methodology: String
  /// May be empty.
  public var proponent: String
  /// The most serials that may ever be on-boarded of it; nil where its documents name no limit.
  public var cap: UInt64?
  /// SHA-256 of its documents.
  public var documents: [Digest]

  public init(
    registry: String, id: String, name: String, country: String, subdivision: String = "",
    type: String, methodology: String = "", proponent: String = "", cap: UInt64? = nil,
    documents: [Digest] = []
  ) {
    self.registry = registry
    self.id = id
    self.name = name
    self.country = country
    self.subdivision = subdivision
    self.type = type
    self.methodology = methodology
    self.proponent = proponent
    self.cap = cap
    self.documents = documents
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    registry = try reader.text(max: CreditLimits.registryBytesMax, "registry")
    id = try reader.text(max: CreditLimits.projectIDBytesMax, "project id")
    name = try reader.text(max: CreditLimits.projectNameBytesMax, "project name")
    country = try reader.text(max: CreditLimits.countryBytesMax, "country")
    subdivision = try reader.text(max: CreditLimits.subdivisionBytesMax, "subdivision")
    type = try reader.text(max: CreditLimits.projectTypeBytesMax, "project type")
    methodology = try reader.text(max: CreditLimits.methodologyBytesMax, "methodology")
    proponent = try reader.text(max: CreditLimits.proponentBytesMax, "proponent")
    cap = try reader.isPresent("cap") ? reader.u64("cap") : nil
    documents = try reader.list(in: 0...CreditLimits.documentsMax, "documents")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.text(registry)
    writer.text(id)
    writer.text(name)
    writer.text(country)
    writer.text(subdivision)
    writer.text(type)
    writer.text(methodology)
    writer.text(proponent)
    writer.bool(cap != nil)
    if let cap { writer.u64(cap) }
    writer.list(documents)
  }
}
