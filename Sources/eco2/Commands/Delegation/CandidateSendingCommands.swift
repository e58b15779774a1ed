import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import NodeAnswers
import NodeRuntime

/// What a candidate tells of itself, as options.
struct CandidateOptions: ParsableArguments {
  @Option(help: "Shown to people; up to 64 bytes.")
  var name: String

  @Option(help: "The node's transport key: hexadecimal, as `eco2 node init` shows it.")
  var transportKey: String

  @Option(help: "host:port at which peers reach the node.")
  var endpoint = ""

  @Option(help: "Where the node stands: home, rack or cloud.")
  var tier: String

  @Option(help: "Code of its grid region, such as DEU.")
  var region: String

  @Option(help: "Draw at the wall when idle, watts.")
  var idleWatts: Double

  @Option(help: "Energy above idle for each second of CPU time, joules.")
  var joulesPerCpuSecond: Double

  @Option(help: "Power usage effectiveness, such as 1.58.")
  var pue = 1.0

  func facts() throws -> CandidateFacts {
    guard let key = Hex.decode(transportKey).flatMap({ PublicKey($0) }) else {
      throw ValidationError("--transport-key must be 64 hexadecimal digits.")
    }
    guard let tier = SiteTier.allCases.first(where: { "\($0)" == tier }) else {
      throw ValidationError("--tier must be home, rack or cloud.")
    }
    return CandidateFacts(
      name: name, transportKey: key, endpoint: endpoint,
      profile: EnergyProfile(
        tier: tier, region: region, idleMilliwatts: try thousandths(idleWatts, "--idle-watts"),
        millijoulesPerCPUSecond: try thousandths(joulesPerCpuSecond, "--joules-per-cpu-second"),
        puePermille: try thousandths(pue, "--pue")))
  }

  private func thousandths(_ value: Double, _ option: String) throws -> UInt64 {
    guard value >= 0, value <= 1_000_000 else {
      throw ValidationError("\(option) must lie between 0 and 1,000,000.")
    }
    return UInt64((value * 1_000).rounded())
  }
}

struct CandidateRegisterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "register", abstract: "Makes the sender a candidate; its bond is locked.",
    discussion: """
      The consensus key proves that its owner names it: the file is the one of the node's home.

      Example:
        eco2 candidate register --name north --transport-key 3f… --tier rack --region DEU \\
          --idle-watts 48 --joules-per-cpu-second 12 --pue 1.58 --reserve 40000ecc \\
          --consensus-key home/keys/consensus.pem --from north
      """)

  @OptionGroup var candidate: CandidateOptions

  @Option(help: "The file of the node's consensus key.")
  var consensusKey: String

  @Option(help: "ECC for the node's dues: at least 30 days of them.")
  var reserve: TokenAmount

  @OptionGroup var sending: SendingOptions

  func validate() throws {
    guard reserve.token == .ecc else { throw ValidationError("--reserve is in ECC.") }
  }

  func run() async throws {
    let facts = try candidate.facts()
    try await sending.send { draft, ledger in
      let key = try KeyAccess.open(
        consensusKey, sending.passphrase, isTest: ledger.facts.network == .test)
      return draft.registerCandidate(
        facts, key: .prove(key, for: draft.sender, chain: ledger.facts.chain),
        reserve: reserve.amount)
    }
  }
}

struct CandidateUpdateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "update",
    abstract: "Replaces what a candidate tells of itself; its profile counts from the next term.",
    discussion: """
      Example:
        eco2 candidate update --name north --transport-key 3f… --tier rack --region FRA \\
          --idle-watts 48 --joules-per-cpu-second 12 --from north
      """)

  @OptionGroup var candidate: CandidateOptions
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    let facts = try candidate.facts()
    try await sending.send { draft, _ in draft.updateCandidate(facts) }
  }
}

struct CandidateChangeKeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "change-key",
    abstract: "Gives a candidate's node another consensus key: for one that was lost or stolen.",
    discussion: """
      Nodes renew their keys by themselves, for each term. This makes a key in the node's home and \
      has the account name it; start the node again before the height it counts from.

      Example:
        eco2 candidate change-key --home /var/lib/eco2 --from north
      """)

  @Option(help: "The node's home.")
  var home: String

  @Option(help: "From how many blocks on, 3 or more, a member signs with it.")
  var after: UInt64 = 30

  @OptionGroup var sending: SendingOptions

  func validate() throws {
    guard (3...RulesLimits.keyChangeHeightsMax).contains(after) else {
      throw ValidationError("--after must lie between 3 and \(RulesLimits.keyChangeHeightsMax).")
    }
  }

  func run() async throws {
    try await sending.send { draft, ledger in
      let height = try await ledger.status().height + after
      let made = try KeyRing(home: NodeHome(home)).makeKey()
      if !sending.output.json {
        Printing.line("Made \(made.path); it signs from height \(height) on.")
      }
      return draft.changeConsensusKey(
        .prove(made.key, for: draft.sender, chain: ledger.facts.chain), at: height)
    }
  }
}

struct CandidateResignCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "resign", abstract: "The sender stands no more, for good.",
    discussion: """
      Its seat goes to a standby; its bond can be collected 14 days after it has left the set.

      Example:
        eco2 candidate resign --from north
      """)

  @OptionGroup var sending: SendingOptions

  func run() async throws { try await sending.send { draft, _ in draft.resignCandidate() } }
}

struct CandidateCollectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "collect-bond", abstract: "Takes the bond of one that stands no more back.",
    discussion: """
      Example:
        eco2 candidate collect-bond --from north
      """)

  @OptionGroup var sending: SendingOptions

  func run() async throws { try await sending.send { draft, _ in draft.collectBond() } }
}

struct CandidateReleaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Ends the jail of the sender's node, for a fine in ECC.",
    discussion: """
      A jail lasts 10 minutes at least, and the node must owe no dues. It can be elected again.

      Example:
        eco2 candidate release --from north
      """)

  @OptionGroup var sending: SendingOptions

  func run() async throws { try await sending.send { draft, _ in draft.releaseNode() } }
}
