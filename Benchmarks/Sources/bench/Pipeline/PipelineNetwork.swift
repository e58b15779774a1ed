import Dispatch
import Foundation
import LedgerCore
import LedgerRules
import LedgerState
import Synchronization

/// The network that figures of the whole pipeline stand on: that of carbon's figures without its
/// lots, with accounts that have keys, and so can sign.
struct PipelineNetwork: Sendable {
  let accounts: Int

  /// Accounts that send: so many have keys; the others are there, and receive.
  static let sendersMax = 1_000_000

  var senders: Int { min(accounts, Self.sendersMax) }

  /// Whose node is measured.
  static let subject = CarbonNetwork.nodes - 1
  /// Whose bundles carry the transactions.
  static let authors = 0..<CarbonNetwork.nodes - 1

  static func key(_ number: Int) throws -> SigningKey {
    let seed = SHA256.hash(Array("pipeline account \(number)".utf8)).bytes.array
    guard let key = SigningKey(seed: seed) else {
      throw BenchmarkFault.broken("a seed of 32 bytes makes no key")
    }
    return key
  }

  /// The accounts that have keys: deriving them takes the time of a signature each.
  func sendingAccounts() throws -> [AccountID] {
    try Parallel.map(senders) { AccountID(try Self.key($0).publicKey) }
  }

  func genesis(_ senders: [AccountID]) throws -> GenesisDocument {
    var document = try CarbonNetwork(lots: 0, accounts: 0).genesis()
    // Blocks as large as any network may allow.
    document.parameters.blockBytesMax = UInt64(Limits.blockBytesMax)
    document.parameters.blockWeightMax = 4 * UInt64(Limits.blockBytesMax)
    let others = (senders.count..<accounts).lazy.map(CarbonNetwork.account)
    document.allocations.reserveCapacity(document.allocations.count + accounts)
    for account in senders { document.allocations.append(Self.allocation(account)) }
    for account in others { document.allocations.append(Self.allocation(account)) }
    return document
  }

  private static func allocation(_ account: AccountID) -> GenesisAllocation {
    GenesisAllocation(
      account: account, eco2: Amount(10 * Token.eco2.baseUnitsPerToken), ecc: Amount(100_000_000))
  }
}

/// Work of many like parts on all cores.
enum Parallel {
  private static let part = 1_000

  /// An element for each number, in their order.
  static func map<Element: Sendable>(
    _ count: Int, _ body: @escaping @Sendable (Int) throws -> Element
  ) throws -> [Element] {
    let parts = (count + part - 1) / part
    let results = Mutex([Result<[Element], any Error>?](repeating: nil, count: parts))
    DispatchQueue.concurrentPerform(iterations: parts) { index in
      let range = index * part..<min(count, (index + 1) * part)
      let result = Result { try range.map(body) }
      results.withLock { $0[index] = result }
    }
    return try results.withLock { $0 }.flatMap { try $0?.get() ?? [] }
  }
}
