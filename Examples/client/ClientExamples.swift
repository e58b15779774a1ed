import Foundation
import LedgerClient
import LedgerCore

/// Small programs with `LedgerClient`, against a local network:
///
///     eco2 testnet --nodes 4 --block-interval 1s --home /tmp/net
///     swift run ClientExamples transfer /tmp/net/keys/treasury.pem 127.0.0.1:8101 127.0.0.1:8102
///     swift run ClientExamples watch 127.0.0.1:8101 127.0.0.1:8102
///     swift run ClientExamples verify /tmp/net/genesis.bcs eco2t1… 127.0.0.1:8101
///     swift run ClientExamples parallel /tmp/net/keys/treasury.pem 127.0.0.1:8101 127.0.0.1:8102
@main
struct ClientExamples {
  static func main() async {
    do {
      try await run(CommandLine.arguments.dropFirst())
    } catch {
      // Every error says what happened and what to do.
      print(error)
      exit(1)
    }
  }

  private static func run(_ arguments: ArraySlice<String>) async throws {
    var arguments = arguments
    switch arguments.popFirst() {
    case "transfer": try await transfer(key: key(&arguments), nodes: nodes(arguments))
    case "watch": try await watch(nodes: nodes(arguments))
    case "verify":
      let (genesis, address) = (try next(&arguments), try next(&arguments))
      try await verify(genesisPath: genesis, address: address, nodes: nodes(arguments))
    case "parallel": try await parallel(key: key(&arguments), nodes: nodes(arguments))
    default: throw Usage()
    }
  }

  struct Usage: Error, CustomStringConvertible {
    var description: String {
      "ClientExamples transfer KEYFILE NODE…, watch NODE…, verify GENESIS ADDRESS NODE…, or "
        + "parallel KEYFILE NODE…"
    }
  }

  private static func next(_ arguments: inout ArraySlice<String>) throws -> String {
    guard let first = arguments.popFirst() else { throw Usage() }
    return first
  }

  /// The key of a file that is not encrypted, as test networks have them.
  private static func key(_ arguments: inout ArraySlice<String>) throws -> SigningKey {
    let seed = try KeyFile.read(
      path: next(&arguments), passphrase: [], allowUnencrypted: true)
    guard let key = SigningKey(seed: seed) else { throw Usage() }
    return key
  }

  private static func nodes(_ arguments: ArraySlice<String>) throws -> [NodeAddress] {
    let nodes = arguments.compactMap { NodeAddress($0) }
    guard !nodes.isEmpty, nodes.count == arguments.count else { throw Usage() }
    return nodes
  }
}
