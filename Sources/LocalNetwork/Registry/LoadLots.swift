public import LedgerClient
import LedgerCore
public import LoadTest
import NodeAnswers

/// Gives load accounts credits to send, out of the tradable lots of a test network's treasury.
public enum LoadLots {
  /// Accounts that get some, at most.
  private static let accountsMax = 256
  /// Transfers in one transaction.
  private static let transfersMax = 16

  /// Hands out what there is, in equal parts, and waits until the accounts have it; none when the
  /// treasury has no lots, or the accounts have been given theirs before.
  public static func prepare(
    _ folder: NetworkFolder, accounts: LoadAccounts, nodes: [NodeAddress]
  ) async throws -> [LoadLot] {
    let ledger = try await Ledger.connect(to: nodes)
    do {
      let lots = try await distribute(folder, accounts, ledger)
      await ledger.close()
      return lots
    } catch {
      await ledger.close()
      throw error
    }
  }

  private static func distribute(
    _ folder: NetworkFolder, _ accounts: LoadAccounts, _ ledger: Ledger
  ) async throws -> [LoadLot] {
    let treasury = try folder.actors().treasury
    let network: NetworkKind = folder.description.isTest ? .test : .main
    func address(_ key: SigningKey) -> String {
      AccountID(key.publicKey).address(network: network)
    }
    let count = min(accountsMax, accounts.count)
    let keys = (0..<count).compactMap { accounts.key($0) }
    for lot in try await tradable(ledger, of: address(treasury)) {
      // From the end downwards, so that what is left keeps the lot's number.
      let part = lot.count / UInt64(count + 1)
      guard part >= 2 else { continue }
      var end = lot.end
      var rest = keys[...]
      while !rest.isEmpty {
        var builder = TransactionBuilder(from: AccountID(treasury.publicKey))
        for key in rest.prefix(transfersMax) {
          builder = builder.transferLot(
            LotRange(lot: lot.number, start: end - part + 1, end: end),
            to: AccountID(key.publicKey))
          end -= part
        }
        rest = rest.dropFirst(transfersMax)
        try await ledger.send(
          builder, signedBy: Signers(sender: [treasury]), timeout: .seconds(120))
      }
    }
    var owned: [LoadLot] = []
    for (index, key) in keys.enumerated() {
      owned += try await tradable(ledger, of: address(key)).filter { $0.count >= 2 }.map {
        LoadLot(
          account: index, range: LotRange(lot: $0.number, start: $0.start, end: $0.end))
      }
    }
    return owned
  }

  private static func tradable(_ ledger: Ledger, of owner: String) async throws -> [LotAnswer] {
    var lots: [LotAnswer] = []
    let pages = ledger.lots(CreditQuery(owner: owner, state: "tradable"), pageSize: 200)
    for try await lot in pages { lots.append(lot) }
    return lots
  }
}
