public import LedgerCore
public import LoadTest

/// The keys of a new network. An ER Node has three different ones (protocol §2).
public struct NetworkKeys: Sendable {
  public struct Node: Sendable {
    public let account: SigningKey
    public let consensus: SigningKey
    public let transport: SigningKey
  }

  public let nodes: [Node]
  /// Receives the operating committee's share.
  public let committee: SigningKey
  /// Receives the founders' share, released over time.
  public let founder: SigningKey
  /// Deposited the credits, and holds them at their source: the first custodian. Receives the ECC
  /// that nobody else is given.
  public let depositor: SigningKey
  /// Decide on requests: `registrarThreshold` of them must approve.
  public let registrars: [SigningKey]
  /// On test networks.
  public let test: TestKeys?

  static let registrarCount = 5
  static let registrarThreshold: UInt8 = 3

  /// Accounts that a test network funds, so that something can be sent at once.
  public struct TestKeys: Sendable {
    /// To send from by hand.
    public let treasury: SigningKey
    public let load: LoadAccounts
  }

  /// New keys from the system's CSPRNG.
  ///
  /// - Parameter loadAccounts: nil for a network that is no test.
  public static func generate(nodeCount: Int, loadAccounts: Int?) throws(SystemRandomError)
    -> NetworkKeys
  {
    var nodes: [Node] = []
    for _ in 0..<nodeCount {
      nodes.append(
        Node(account: try .generate(), consensus: try .generate(), transport: try .generate()))
    }
    var test: TestKeys?
    if let loadAccounts {
      test = TestKeys(
        treasury: try .generate(),
        load: LoadAccounts(seed: try SystemRandom.bytes(32), count: loadAccounts))
    }
    var registrars: [SigningKey] = []
    for _ in 0..<registrarCount { registrars.append(try .generate()) }
    return NetworkKeys(
      nodes: nodes, committee: try .generate(), founder: try .generate(),
      depositor: try .generate(), registrars: registrars, test: test)
  }
}
