import Foundation
import LedgerClient
import LedgerCore
import LedgerRules

/// Proves what an account holds, believing no node.
func verify(genesisPath: String, address: String, nodes: [NodeAddress]) async throws {
  // The genesis document names the ER Nodes that decide first, and each set signs for the next: it
  // is all that is trusted. Have it from
  // somewhere else than from the nodes you ask.
  let document = try Data(contentsOf: URL(fileURLWithPath: genesisPath))
  let anchor = try TrustAnchor(genesisBytes: Array(document))
  let account = try AccountID(address: address, network: anchor.network)

  // A node whose proof does not hold is passed over; when no proof holds, this throws.
  let ledger = try await Ledger.connect(to: nodes, trust: anchor)
  let proven = try await ledger.provenAccount(account)
  if let record = proven.record {
    print("\(address) holds \(Token.eco2.format(record.eco2)) ECO2")
    print("and \(Token.ecc.format(record.ecc)) ECC after block \(proven.height)")
  } else {
    print("nothing had ever reached \(address) by block \(proven.height)")
  }

  // The block itself: a quorum of the ER Nodes has signed it.
  let header = try await ledger.provenHeader(proven.height)
  print("block \(header.hash), signed by ER Nodes \(header.signers)")
  await ledger.close()
}
