public import NodeAnswers

/// Where an event stands, the same on every node: a block is `HEIGHT.0`, its transaction i
/// `HEIGHT.(i+1)`.
public struct EventID: Hashable, Comparable, Sendable, CustomStringConvertible {
  public let height: UInt64
  /// 0 is the block itself.
  public let index: UInt32

  public init(height: UInt64, index: UInt32 = 0) {
    self.height = height
    self.index = index
  }

  /// After everything of a block.
  public static func end(of height: UInt64) -> EventID { EventID(height: height, index: .max) }

  /// Parses `HEIGHT.INDEX`, decimal and without leading zeros; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let height = UInt64(parts[0]), let index = UInt32(parts[1]),
      text == "\(height).\(index)"
    else { return nil }
    self.init(height: height, index: index)
  }

  public var description: String { "\(height).\(index)" }

  public static func < (one: EventID, other: EventID) -> Bool {
    (one.height, one.index) < (other.height, other.index)
  }
}

/// Something final.
public struct LedgerEvent: Equatable, Sendable {
  /// What it tells of.
  public enum Content: Equatable, Sendable {
    case block(BlockAnswer)
    /// With contents and receipt.
    case transaction(TransactionAnswer)
  }

  public let id: EventID
  public let content: Content
}

/// Which events to get.
public struct EventFilter: Hashable, Sendable {
  public enum Kind: String, Sendable, CaseIterable {
    case block
    case transaction
  }

  /// None stands for all.
  public var kinds: Set<Kind>
  /// Only transactions that this account sent, paid for, or is named in.
  public var account: String?

  public init(kinds: Set<Kind> = [], account: String? = nil) {
    self.kinds = kinds
    self.account = account
  }

  /// Path and query of a stream that goes on after an event.
  func path(after: EventID) -> String {
    var path = "/v1/events?after=\(after)"
    let names = Kind.allCases.filter(kinds.contains).map(\.rawValue)
    if !names.isEmpty { path += "&kinds=" + names.joined(separator: ",") }
    if let account { path += "&account=" + NodeClient.escaped(account) }
    return path
  }
}
