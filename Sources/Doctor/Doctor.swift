import Dispatch
import Foundation
public import LedgerClient
import LedgerCore
import LedgerRules
import NodeRuntime

/// Looks at a node's home, its machine and its peers, and says what is wrong and what to do.
///
/// It works beside a running node: it takes none of its locks and changes none of its files. The
/// one thing written is a file of its own in the home, removed again, to measure the disk.
public struct Doctor: Sendable {
  let home: NodeHome
  private let environment: [String: String]
  private let overrides: [String]

  /// - Parameters:
  ///   - home: the node's home folder.
  ///   - environment: variables, whose settings count as they do for the node.
  ///   - overrides: `section.name=value`.
  public init(home: String, environment: [String: String] = [:], overrides: [String] = []) {
    self.home = NodeHome(home)
    self.environment = environment
    self.overrides = overrides
  }

  /// Looks at everything.
  public func examine() async -> DoctorReport {
    var findings: [Finding] = []
    guard FileManager.default.fileExists(atPath: home.path) else {
      var notes = Notes("home")
      notes.problem("there is no folder \(home.path)", "give the right --home")
      return DoctorReport(subject: home.path, process: nil, findings: notes.findings)
    }
    let configuration = readConfiguration(&findings)
    let genesis = readGenesis(configuration, &findings)
    let process = ProcessFiles.lockHolder(of: home.data + "/lock")
    let keys = KeysCheck(home: home, configuration: configuration, genesis: genesis)
    let (keyFindings, seed) = keys.run(process: process)
    findings += keyFindings
    findings += DiskCheck(
      home: home, store: configuration?.store ?? .init(), interval: genesis?.interval,
      isTest: genesis?.isTest ?? false
    ).run()
    if let configuration {
      findings += LimitsCheck(configuration: configuration, process: process).run()
      findings += PortsCheck(configuration: configuration, process: process).run()
    }
    findings += ClockCheck.kernel()
    if let configuration {
      findings += await PeersCheck(
        peers: configuration.peers.known, genesis: genesis, own: configuration.account, seed: seed
      ).run()
    }
    if process != nil { findings += await running(genesis) }
    return DoctorReport(subject: home.path, process: process, findings: findings)
  }

  /// Asks one node, and looks at this machine's clock.
  public static func examine(node: NodeAddress) async -> DoctorReport {
    let findings = await ClockCheck.kernel() + NodeCheck(node: node, chain: nil).run()
    return DoctorReport(subject: "\(node)", process: nil, findings: findings)
  }

  private func readConfiguration(_ findings: inout [Finding]) -> NodeConfiguration? {
    var notes = Notes("configuration")
    defer { findings += notes.findings }
    do {
      let read = try home.loadConfiguration(environment: environment, overrides: overrides)
      notes.ok("\(home.configuration) is good")
      return read.configuration
    } catch .badConfiguration(let faults) {
      for fault in faults.faults {
        notes.problem(
          "\(fault)", "correct it; Documentation/operations/configuration.md lists all settings")
      }
    } catch { notes.problem("\(error)", "give the right --home, or make one with `eco2 genesis`") }
    return nil
  }

  private func readGenesis(_ configuration: NodeConfiguration?, _ findings: inout [Finding])
    -> GenesisDocument?
  {
    var notes = Notes("genesis")
    defer { findings += notes.findings }
    guard let data = FileManager.default.contents(atPath: home.genesis) else {
      notes.problem("\(home.genesis) is missing", "copy the network's genesis.bcs there")
      return nil
    }
    let document: GenesisDocument
    do {
      document = try GenesisDocument(bcs: [UInt8](data))
    } catch {
      notes.problem(
        "\(home.genesis) is no genesis document: \(error)",
        "copy the network's genesis.bcs there, and compare its SHA-256 with others'")
      return nil
    }
    notes.ok("chain \(document.chainID.hex) (\(document.network)): compare it with others'")
    if let configuration, configuration.role == .validator, let account = configuration.account,
      !document.nodes.contains(where: { $0.account == account })
    {
      notes.warning(
        "node.account \(account.hex) is no ER Node of the genesis",
        "right only for one that joined later; else use the home made for this network")
    }
    return document
  }

  private func running(_ genesis: GenesisDocument?) async -> [Finding] {
    guard let text = ProcessFiles.text(home.apiAddress),
      let address = NodeAddress(text.trimmingCharacters(in: .whitespacesAndNewlines))
    else {
      var notes = Notes("node")
      notes.warning(
        "a process holds the home, but no API listens yet",
        "a node that starts replays its log first; look again, and at its log")
      return notes.findings
    }
    return await NodeCheck(node: address, chain: genesis?.chainID.hex).run()
  }
}
