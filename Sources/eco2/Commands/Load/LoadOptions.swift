import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import LoadTest
import LocalNetwork
import NodeAnswers

/// Where load goes, and from which accounts.
struct LoadTargetOptions: ParsableArguments {
  @Option(help: "A test network's folder: its nodes, and the accounts it funds for load.")
  var home: String?

  @Option(
    name: [.customLong("target"), .customLong("node")],
    help: "Nodes' APIs, host:port; those of --home when left out.", transform: nodeAddress)
  var targets: [NodeAddress] = []

  @Option(
    help: """
      The key file the accounts are derived from, where there is no --home: keys/load.pem of the \
      network's folder.
      """)
  var keys: String?

  @Option(help: "How many of the funded accounts to use; all of --home's when left out.")
  var accounts: Int?

  /// Not needed of a worker, which is told everything.
  func requireTarget() throws {
    guard home != nil || (!targets.isEmpty && keys != nil && accounts != nil) else {
      throw ValidationError("Give --home, or --target with --keys and --accounts.")
    }
    if let accounts, accounts < 2 { throw ValidationError("--accounts must be 2 or more.") }
  }

  /// Credits that the accounts can send, given to them where the network has some left.
  func lots(_ accounts: LoadAccounts, _ nodes: [NodeAddress]) async throws -> [LoadLot] {
    guard let home else { return [] }
    return try await LoadLots.prepare(
      NetworkFolder(opening: home), accounts: accounts, nodes: nodes)
  }

  /// Those that stand while a voting window is open; none otherwise.
  static func candidates(_ client: NodeClient, isTest: Bool) async throws -> [AccountID] {
    guard try await client.election().isVoting else { return [] }
    return try await client.candidates(limit: PageFormat.itemsMax).items
      .filter { $0.standing == "standing" }
      .map { try AccountID(address: $0.account, network: isTest ? .test : .main) }
  }

  /// Nodes and accounts.
  func resolve() throws -> (nodes: [NodeAddress], accounts: LoadAccounts) {
    let folder = try home.map { try NetworkFolder(opening: $0) }
    let nodes = targets.isEmpty ? folder?.nodes ?? [] : targets
    guard !nodes.isEmpty else {
      throw ValidationError("\(home ?? "") names no node; give one with --target.")
    }
    if let keys {
      let seed = try KeyFile.read(path: keys, passphrase: [], allowUnencrypted: true)
      return (nodes, LoadAccounts(seed: seed, count: accounts ?? 2))
    }
    guard let folder else { throw ValidationError("Give --home or --keys.") }
    let funded = try folder.loadAccounts()
    let count = accounts ?? funded.count
    guard count <= funded.count else {
      throw ValidationError("The network funds only \(funded.count) accounts for load.")
    }
    return (nodes, LoadAccounts(seed: funded.seed, count: count))
  }
}

/// What is sent, and how it is told.
struct LoadTrafficOptions: ParsableArguments {
  @Option(help: "Transactions a second.")
  var rate = 100.0

  @Option(help: "How long to measure; until Ctrl-C when left out.")
  var duration: Span?

  @Option(help: "How long to send before anything is measured.")
  var warmUp = Span(milliseconds: 0)

  @Option(
    help: "\(LoadProfile.allCases.map(\.rawValue).joined(separator: ", ")).",
    transform: LoadProfile.parse)
  var profile = LoadProfile.transfers

  @Option(
    help: """
      The share of transactions that must be refused, 0 to 0.9: badly signed, replayed, unpayable \
      and oversized ones, all alike.
      """)
  var invalid = 0.0

  @Option(
    help: """
      spread: to the nodes in turn. home: to the ER Node that bundles it first, as a client can \
      compute; saves the network a hop.
      """, transform: LoadRouting.parse)
  var routing = LoadRouting.spread

  @Option(help: "Draws senders, recipients and kinds: the same seed, the same traffic.")
  var seed: UInt64 = 1

  @Flag(
    inversion: .prefixedNo,
    help: "Sign everything before the first is sent; where a duration is given.")
  var signAhead = true

  @Option(help: "How long to wait for the end of what is under way.")
  var patience = Span(milliseconds: 90_000)

  func validate() throws {
    guard rate > 0, rate <= 1_000_000 else {
      throw ValidationError("--rate must lie between 0 and 1,000,000.")
    }
    guard (0...0.9).contains(invalid) else {
      throw ValidationError("--invalid must lie between 0 and 0.9.")
    }
  }

  /// The plan against nodes whose first one says this of itself.
  func plan(
    _ nodes: [NodeAddress], _ accounts: LoadAccounts, _ status: StatusAnswer
  ) throws -> LoadGenerator.Plan {
    guard let chain = ChainID(hex: status.chain) else {
      throw ValidationError("\(nodes[0]) names no chain.")
    }
    var plan = LoadGenerator.Plan(
      nodes: nodes, accounts: accounts, chain: chain, rate: rate, duration: duration?.duration,
      estimate: status.transferEstimate, patience: patience.duration)
    plan.warmUp = warmUp.duration
    plan.profile = profile
    plan.invalidShare = invalid
    plan.routing = routing
    plan.seed = seed
    plan.signsAhead = signAhead && duration != nil
    return plan
  }
}

extension RawRepresentable where Self: CaseIterable, RawValue == String {
  /// Parses one of the cases' names for an option of the type.
  static func parse(_ text: String) throws -> Self {
    guard let value = Self(rawValue: text) else {
      let names = allCases.map(\.rawValue).joined(separator: ", ")
      throw ValidationError("`\(text)` is none of \(names).")
    }
    return value
  }
}
