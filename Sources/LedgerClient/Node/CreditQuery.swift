/// Which lots or requests are asked for: those that have all of what is named.
public struct CreditQuery: Hashable, Sendable {
  /// Address: whose lots they are, or for whom something is requested.
  public var owner: String?
  /// Address: who holds lots at their source, or has filed a request.
  public var custodian: String?
  public var registry: String?
  /// Of that registry.
  public var project: String?
  /// Such as `tradable`, or `pending` of requests.
  public var state: String?
  /// A year that the vintage touches.
  public var vintage: Int?
  /// Such as `VER`.
  public var product: String?
  /// Such as `ccp`.
  public var label: String?
  /// A serial: the canonical key of its block, and its number.
  public var serial: Serial?

  /// A serial on its own.
  public struct Serial: Hashable, Sendable {
    /// The canonical key of its block.
    public var block: String
    public var number: UInt64

    public init(block: String, number: UInt64) {
      self.block = block
      self.number = number
    }
  }

  public init(
    owner: String? = nil, custodian: String? = nil, registry: String? = nil,
    project: String? = nil, state: String? = nil, vintage: Int? = nil, product: String? = nil,
    label: String? = nil, serial: Serial? = nil
  ) {
    self.owner = owner
    self.custodian = custodian
    self.registry = registry
    self.project = project
    self.state = state
    self.vintage = vintage
    self.product = product
    self.label = label
    self.serial = serial
  }

  var parts: [(String, String)] {
    let all = [
      ("owner", owner), ("custodian", custodian), ("registry", registry), ("project", project),
      ("state", state), ("vintage", vintage.map(String.init)), ("product", product),
      ("label", label), ("block", serial?.block), ("serial", serial.map { "\($0.number)" }),
    ]
    return all.compactMap { name, value in value.map { (name, $0) } }
  }
}

/// Retirements that their source does not show yet.
public enum RetirementMirror: String, Sendable {
  /// All of them.
  case pending
  /// Those of more than 30 days ago.
  case overdue
}
