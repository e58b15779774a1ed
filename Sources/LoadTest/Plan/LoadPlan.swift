public import LedgerClient
public import LedgerCore
public import NodeAnswers

extension LoadGenerator {
  /// What to send, where, and for how long.
  public struct Plan: Sendable {
    public var nodes: [NodeAddress]
    public var accounts: LoadAccounts
    public var chain: ChainID
    /// Transactions a second.
    public var rate: Double
    /// Sent before anything is measured.
    public var warmUp: Duration = .zero
    /// How long is measured; until `stop` when nil.
    public var duration: Duration?
    public var profile: LoadProfile = .transfers
    /// The share of transactions that must be refused, 0 … 1; all kinds alike.
    public var invalidShare = 0.0
    public var routing: LoadRouting = .spread
    /// Draws senders, recipients and kinds: the same seed, the same traffic.
    public var seed: UInt64 = 1
    /// The most a transfer may be charged, µg CO2e, and its fee, ECO2 base units; other kinds in
    /// proportion to their operations.
    public var chargeMax: Amount
    public var feeMax: Amount
    /// How many heights ahead a transaction stays valid.
    public var validityHeights: UInt64
    /// Nothing was ever sent from the accounts: their sequences need not be asked for.
    public var accountsAreNew: Bool
    /// How long to wait, after the last was sent, for the end of those under way.
    public var patience: Duration
    /// Sign everything before the first is sent, as far as memory allows: what is measured then is
    /// the network, not the signing. Without it, signing goes on beside the sending.
    public var signsAhead = false
    /// Read the nodes' metrics every other second: for somebody who watches.
    public var readsMetrics = false
    /// What the accounts hold of credits, for the profile `lots`.
    public var lots: [LoadLot] = []
    /// Candidates that votes are given to; none while no voting window is open.
    public var candidates: [AccountID] = []
    /// What the run before knew of the accounts, where this one goes on with them.
    public var memory: LoadMemory?
    /// Called once everything is ready: when to begin, nanoseconds since 1970 by this machine's
    /// clock. At once when there is none.
    public var gate: (@Sendable () async throws -> UInt64)?
    /// Of so many workers that share the accounts, this is one: it takes every so-manieth.
    public var part = Part()

    /// A worker's share.
    public struct Part: Sendable, Hashable, Codable {
      public var index = 0
      public var count = 1

      public init(index: Int = 0, count: Int = 1) {
        self.index = index
        self.count = max(1, count)
      }
    }

    /// - Parameter estimate: what a transfer costs now, as a node says; four times that is the most
    ///   that is paid.
    public init(
      nodes: [NodeAddress], accounts: LoadAccounts, chain: ChainID, rate: Double,
      duration: Duration?, estimate: EstimateAnswer, validityHeights: UInt64 = 100,
      accountsAreNew: Bool = false, patience: Duration = .seconds(90)
    ) {
      self.nodes = nodes
      self.accounts = accounts
      self.chain = chain
      self.rate = rate
      self.duration = duration
      chargeMax = Amount(4 * UInt128(UInt64(estimate.charge) ?? 0))
      feeMax = Amount(4 * UInt128(UInt64(estimate.fee) ?? 0))
      self.validityHeights = validityHeights
      self.accountsAreNew = accountsAreNew
      self.patience = patience
    }

    /// Accounts of this worker's share.
    var accountsOfPart: Int {
      (accounts.count - min(part.index, accounts.count) + part.count - 1) / part.count
    }
  }
}
