public import LedgerCore

/// What a simulation saw.
public struct SimulationReport: Sendable, Encodable {
  public let seed: UInt64
  /// ER Nodes.
  public let nodes: Int
  public let fullNodes: Int
  /// The highest final height.
  public let heights: UInt64
  public let events: UInt64
  /// How long the network ran, by its own clock.
  public let simulatedMilliseconds: UInt64
  /// Blocks that were decided in a later view than the first.
  public let viewChanges: UInt64
  /// Turns that a paused primary gave away.
  public let turnsHandedOver: UInt64
  public let crashes: UInt64
  public let framesSent: UInt64
  public let framesLost: UInt64
  public let transactionsSubmitted: UInt64
  /// Of these, acknowledged by f + 1 ER Nodes: by their own word, or by that of a node that a full
  /// node follows.
  public let transactionsAccepted: UInt64
  /// Of all, in a final block.
  public let transactionsFinal: UInt64
  /// Of these, taken by a full node and relayed.
  public let transactionsRelayed: UInt64
  /// SHA-256 over everything that happened, in order: two runs of one seed agree in it.
  public let logHash: Digest
  /// Empty when every invariant held. The run ends with the event that broke one.
  public let violations: [Violation]

  private enum CodingKeys: String, CodingKey {
    case seed, nodes, fullNodes, heights, events, simulatedMilliseconds, viewChanges,
      turnsHandedOver
    case crashes, framesSent, framesLost, transactionsSubmitted, transactionsAccepted,
      transactionsFinal, transactionsRelayed, logHash
    case violations
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(seed, forKey: .seed)
    try container.encode(nodes, forKey: .nodes)
    try container.encode(fullNodes, forKey: .fullNodes)
    try container.encode(heights, forKey: .heights)
    try container.encode(events, forKey: .events)
    try container.encode(simulatedMilliseconds, forKey: .simulatedMilliseconds)
    try container.encode(viewChanges, forKey: .viewChanges)
    try container.encode(turnsHandedOver, forKey: .turnsHandedOver)
    try container.encode(crashes, forKey: .crashes)
    try container.encode(framesSent, forKey: .framesSent)
    try container.encode(framesLost, forKey: .framesLost)
    try container.encode(transactionsSubmitted, forKey: .transactionsSubmitted)
    try container.encode(transactionsAccepted, forKey: .transactionsAccepted)
    try container.encode(transactionsFinal, forKey: .transactionsFinal)
    try container.encode(transactionsRelayed, forKey: .transactionsRelayed)
    try container.encode(logHash.hex, forKey: .logHash)
    try container.encode(violations, forKey: .violations)
  }
}

/// An invariant that did not hold.
public struct Violation: Hashable, Sendable, Encodable {
  public let invariant: Invariant
  /// What happened when it broke: its number in the run, and what it was.
  public let event: UInt64
  public let milliseconds: UInt64
  /// The nodes concerned.
  public let nodes: [Int]
  /// What was found, with numbers.
  public let detail: String
}

/// What must hold after every event.
public enum Invariant: String, Sendable, CaseIterable, Encodable {
  /// No two nodes finalise different blocks at one height.
  case agreement
  /// A final block follows the one before it.
  case chain
  /// A final block's certificate is a quorum's, every signature good.
  case certificate
  /// A node finalises height after height, and a crash takes nothing back.
  case height
  /// No node signs two statements for one position, nor denies a COMMIT.
  case votes
  /// Equal blocks give equal roots, receipts and statements; a store holds what the root says.
  case roots
  /// 300,000,000 ECO2, no more and no less.
  case supply
  /// ECC and what was consumed are what the reserve's lots held; dues are accounted for.
  case carbon
  /// A sequence of an account is executed at most once.
  case replay
  /// An accepted transaction ends final or expired, and so does what a full node took and did not
  /// crash since; a submission is answered.
  case transactions
  /// A full node signs nothing, makes nothing final before an ER Node has, and holds the same
  /// blocks and state.
  case fullNodes
  /// No node stops, and none accuses an honest one.
  case health
  /// On a healthy network every node makes progress in bounded time.
  case liveness
}
