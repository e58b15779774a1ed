import LedgerCore
import NodeAnswers

/// An event's place, the same on every node: `HEIGHT.0` is a block, `HEIGHT.(i + 1)` its
/// transaction i.
struct EventID: Hashable, Comparable, Sendable, CustomStringConvertible {
  let height: UInt64
  let index: Int

  init(height: UInt64, index: Int) {
    self.height = height
    self.index = index
  }

  /// Parses `HEIGHT.INDEX`; nil for anything else.
  init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 2, let height = Decimal.parse(parts[0]),
      let index = Decimal.parse(parts[1]).flatMap(Int.init(exactly:))
    else { return nil }
    self.init(height: height, index: index)
  }

  static func < (one: EventID, other: EventID) -> Bool {
    (one.height, one.index) < (other.height, other.index)
  }

  var description: String { "\(height).\(index)" }
}

/// What kinds of events there are.
enum EventKind: String, CaseIterable, Sendable {
  case block
  case transaction
}

/// Which events a subscriber wants.
struct EventFilter: Sendable {
  var kinds: Set<EventKind> = Set(EventKind.allCases)
  /// Only transactions that name this address.
  var address: String?

  /// Whether nothing is left out.
  var isEmpty: Bool { kinds.count == EventKind.allCases.count && address == nil }

  init() {}

  init(_ query: [String: String], isTestNetwork: Bool) throws(APIError) {
    if let text = query["kinds"] {
      kinds = []
      for name in text.split(separator: ",", omittingEmptySubsequences: false) {
        guard let kind = EventKind(rawValue: String(name)) else {
          throw Problem.badParameter.because(
            "`kinds` is a list of block and transaction, not `\(text.prefix(40))`.")
        }
        kinds.insert(kind)
      }
    }
    if let text = query["account"] {
      let kind: NetworkKind = isTestNetwork ? .test : .main
      do { address = try AccountID(address: text, network: kind).address(network: kind) } catch {
        throw Problem.badAddress.because("\(error)")
      }
    }
  }

  func takes(_ event: EncodedEvent) -> Bool {
    guard kinds.contains(event.kind) else { return false }
    guard event.kind == .transaction, let address else { return true }
    return event.addresses.contains(address)
  }
}

/// An event, ready to be sent to all who want it.
struct EncodedEvent: Sendable {
  let id: EventID
  let kind: EventKind
  let json: [UInt8]
  /// Of a transaction: whom it names.
  let addresses: [String]

  init(_ block: BlockAnswer) throws {
    id = EventID(height: block.height, index: 0)
    kind = .block
    json = try JSON.encode(block)
    addresses = []
  }

  init(_ transaction: TransactionAnswer, height: UInt64, index: Int) {
    id = EventID(height: height, index: index + 1)
    kind = .transaction
    json = transaction.json
    let contents = transaction.transaction
    var named = [contents?.sender, contents?.sponsor].compactMap(\.self)
    for operation in contents?.operations ?? [] {
      named += [operation.recipient, operation.node].compactMap(\.self)
    }
    addresses = named
  }
}
