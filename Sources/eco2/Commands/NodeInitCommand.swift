import ArgumentParser
import Foundation
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeRuntime

/// `eco2 node init`: the home of a full node, or of an ER Node that joins by election.
struct NodeInitCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init", abstract: "Makes the home of a full node or of a candidate.",
    discussion: """
      A full node follows the chain, verifies every block, serves the API and relays transactions; \
      it has no vote. Its home gets the genesis, a node.toml with a comment for every setting, and \
      a transport key of its own. Nothing is overwritten.

      A candidate is an ER Node that is not in genesis: its account registers the keys that are \
      made here, and the node takes its seat when votes elect it. It finds the others through the \
      ER Nodes of genesis, or those named with --peer, once it is registered. Homes of the ER \
      Nodes of genesis are made by `eco2 genesis`.

      It follows the nodes named with --peer: an ER Node by its name in genesis, or any node as \
      ACCOUNT@HOST:PORT#TRANSPORTKEY; another full node, which has no account, as \
      HOST:PORT#TRANSPORTKEY. Without --peer it follows two ER Nodes of genesis, drawn at random.

      Examples:
        eco2 node init --full --genesis genesis.bcs --home full
        eco2 node init --full --genesis genesis.bcs --home full --peer Oslo --peer Reykjavik
        eco2 node init --full --genesis genesis.bcs --home second \\
          --peer 198.51.100.7:8201#2f6e…c1
        eco2 node init --candidate --account eco2t1qqq… --genesis genesis.bcs --home north \
          --listen 0.0.0.0:8201
      """)

  @Flag(help: "A full node.")
  var full = false

  @Flag(help: "An ER Node that joins by election.")
  var candidate = false

  @Option(help: "The address of the candidate's account; its key stays off this machine.")
  var account: String?

  @Option(help: "The network's genesis document, genesis.bcs.")
  var genesis: String

  @Option(help: "The folder to make.")
  var home: String

  @Option(
    help: ArgumentHelp(
      "A node to follow; may be repeated.", valueName: "name|account@host:port#transport-key"))
  var peer: [String] = []

  @Option(help: "Where it listens for other nodes, host:port.", transform: endpoint)
  var listen = NodeConfiguration.Endpoint(host: "127.0.0.1", port: 8_201)

  @Option(help: "Where clients reach it, host:port.", transform: endpoint)
  var api = NodeConfiguration.Endpoint(host: "127.0.0.1", port: 8_101)

  @OptionGroup var output: OutputOptions

  private struct Report: Encodable {
    let home: String
    let transportKey: String
    let follows: [String]
  }

  private struct CandidateReport: Encodable {
    let home: String
    let account: String
    let consensusKey: String
    let transportKey: String
  }

  func validate() throws {
    guard full != candidate else {
      throw ValidationError(
        "Say --full or --candidate; `eco2 genesis` makes the homes of genesis' ER Nodes.")
    }
    guard candidate == (account != nil) else {
      throw ValidationError(
        candidate
          ? "Name the account that registers: --account ADDRESS." : "A full node has no account.")
    }
  }

  func run() throws {
    guard let bytes = FileManager.default.contents(atPath: genesis).map({ [UInt8]($0) }) else {
      throw ValidationError("There is no file \(genesis).")
    }
    let document: GenesisDocument
    do { document = try GenesisDocument(bcs: bytes) } catch {
      throw ValidationError("\(genesis) is no genesis document: \(error).")
    }
    if let account { return try makeCandidate(account, document, bytes) }
    let peers = try peer.isEmpty ? Self.two(of: document) : peer.map { try Self.peer($0, document) }
    let key = try FullNodeHome(listen: listen, api: api, peers: peers)
      .make(at: home, genesis: bytes, passphrase: nil)
    let names = peers.map { Self.name($0, document) }
    let report = Report(home: home, transportKey: key.hex, follows: names)
    try output.show(report) {
      """
      Made the home of a full node of \(document.network) in \(home).
      transport key  \(key.hex)
      follows        \(names.joined(separator: "\n               "))

      Start it:      eco2 node --home \(home)
      If those it follows serve only full nodes they have listed, their operators add this key to
      peers.full-nodes-allowed.
      """
    }
  }

  private func makeCandidate(
    _ address: String, _ document: GenesisDocument, _ genesis: [UInt8]
  ) throws {
    let account = try Self.account(address, document)
    guard !document.nodes.contains(where: { $0.account == account }) else {
      throw ValidationError("Genesis names \(address) as ER Node: `eco2 genesis` made its home.")
    }
    let named = try peer.map { try Self.peer($0, document) }
    let peers = named.isEmpty ? FullNodeHome.peers(of: document) : named
    guard !peers.isEmpty else {
      throw ValidationError("This genesis names no addresses of its ER Nodes; name one: --peer.")
    }
    let keys = try CandidateHome(account: account, listen: listen, api: api, peers: peers)
      .make(at: home, genesis: genesis)
    let report = CandidateReport(
      home: home, account: address, consensusKey: keys.consensus.hex,
      transportKey: keys.transport.hex)
    try output.show(report) {
      """
      Made the home of a candidate of \(document.network) in \(home).
      account        \(address)
      consensus key  \(keys.consensus.hex)
      transport key  \(keys.transport.hex)

      Register it, with what its machine draws:
        eco2 candidate register --transport-key \(keys.transport.hex) \\
          --consensus-key \(home)/keys/consensus.pem --endpoint HOST:\(listen.port) --name NAME \\
          --tier TIER --region CODE --idle-watts W --joules-per-cpu-second J --reserve ECC \\
          --from ACCOUNT
      Start it:      eco2 node --home \(home)
      It declares itself ready by itself at the end of each term; votes decide the rest:
        eco2 candidate show \(address)
      """
    }
  }

  private static func name(_ peer: NodeConfiguration.Peer, _ document: GenesisDocument) -> String {
    let name = document.nodes.first { $0.account == peer.account }?.name ?? "full node"
    return "\(name) at \(peer.endpoint)"
  }

  /// Two ER Nodes that genesis names an address for, drawn so that full nodes spread over all.
  private static func two(of document: GenesisDocument) throws -> [NodeConfiguration.Peer] {
    let all = FullNodeHome.peers(of: document)
    guard !all.isEmpty else {
      throw ValidationError("This genesis names no addresses of its ER Nodes; name one: --peer.")
    }
    let start = Int(try SystemRandom.bytes(1)[0]) % all.count
    return (0..<min(2, all.count)).map { all[(start + $0) % all.count] }
  }

  private static func peer(_ text: String, _ document: GenesisDocument) throws
    -> NodeConfiguration.Peer
  {
    if let node = document.nodes.first(where: { $0.name == text }) {
      guard let peer = FullNodeHome.peers(of: document).first(where: { $0.account == node.account })
      else {
        throw ValidationError(
          "Genesis names no address of \(text); write ACCOUNT@HOST:PORT#TRANSPORTKEY.")
      }
      return peer
    }
    let parts = text.split(separator: "#", omittingEmptySubsequences: false)
    guard parts.count == 2, let key = PublicKey(hex: String(parts[1])) else {
      throw ValidationError(
        "`\(text)` is no ER Node of this genesis, and no ACCOUNT@HOST:PORT#TRANSPORTKEY (the key "
          + "has 64 hexadecimal digits).")
    }
    let who = parts[0].split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard let last = who.last, who.count <= 2, let endpoint = NodeConfiguration.Endpoint(last)
    else { throw ValidationError("`\(text)` names no HOST:PORT.") }
    return NodeConfiguration.Peer(
      account: try who.count == 2 ? account(who[0], document) : nil, transportKey: key,
      endpoint: endpoint)
  }

  private static func account(_ text: String, _ document: GenesisDocument) throws -> AccountID {
    if let account = AccountID(hex: text) { return account }
    do {
      return try AccountID(address: text, network: document.isTest ? .test : .main)
    } catch {
      throw ValidationError("`\(text)` is no account: \(error).")
    }
  }

  private static func endpoint(_ text: String) throws -> NodeConfiguration.Endpoint {
    guard let endpoint = NodeConfiguration.Endpoint(text) else {
      throw ValidationError("`\(text)` is no host:port.")
    }
    return endpoint
  }
}
