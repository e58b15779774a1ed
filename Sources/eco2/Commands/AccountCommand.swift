import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import NodeAnswers

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Shows an account's balances and keys.",
    discussion: """
      With --verify nothing a node says is believed: the record is proved against the state root \
      that a quorum of the ER Nodes named in your genesis document has signed, or of those that \
      followed them step by step, each set signed for by the one before.

      Examples:
        eco2 account eco2t1qqq…
        eco2 account eco2t1qqq… --json
        eco2 account eco2t1qqq… --verify --genesis net/genesis.bcs
      """)

  @Argument(help: "The account's address.")
  var address: String

  @Flag(help: "Verify the proof of the account's record, and of the block it stands in.")
  var verify = false

  @Option(help: "The genesis document to trust, with --verify.")
  var genesis: String?

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard verify == (genesis != nil) else {
      throw ValidationError(
        "--verify and --genesis go together: a proof is verified against a genesis document that "
          + "you have from somewhere you trust.")
    }
  }

  func run() async throws {
    guard let genesis else {
      let account = try await node.withLedger { ledger in
        try await ledger.account(AccountID(address: address, network: ledger.facts.network))
      }
      return try output.show(account) { text(AccountReport(account)) }
    }
    let bytes = try Data(contentsOf: URL(fileURLWithPath: genesis))
    guard bytes.count <= RulesLimits.genesisBytesMax else {
      throw ValidationError("\(genesis) is no genesis document: it is too long.")
    }
    let anchor = try TrustAnchor(genesisBytes: Array(bytes))
    let account = try AccountID(address: address, network: anchor.network)
    let (proven, trust) = try await node.withLedger(trust: anchor) { ledger in
      (try await ledger.provenAccount(account), ledger.trust ?? anchor)
    }
    let report = AccountReport(
      proven, trust, now: UInt64(max(0, Date().timeIntervalSince1970 * 1_000)))
    try output.show(report) { text(report) }
  }

  private func text(_ account: AccountReport) -> String {
    func tokens(_ token: Token, _ units: String) -> String {
      UInt128(units).map { "\(token.format(Amount($0))) \(token.symbol)" } ?? units
    }
    let waiting = account.pendingSequence.map { $0 > account.sequence ? ", \($0) waiting" : "" }
    var facts = [
      ("address", account.address),
      ("at height", "\(account.height)" + (account.exists ? "" : " (nothing has reached it yet)")),
      ("ECO2", tokens(.eco2, account.eco2)),
      ("ECC", tokens(.ecc, account.ecc)),
      ("sequence", "\(account.sequence)" + (waiting ?? "")),
      ("authority", "\(account.threshold) of \(account.keys.count) keys"),
    ]
    if let proof = account.proof {
      facts += [
        ("", ""),
        ("proved", proof.by),
        ("state root", proof.stateRoot),
        ("block time", Printing.time(milliseconds: proof.timestamp)),
      ]
      if proof.isTrustOld {
        facts.append(("valid", "if no past quorum of ER Nodes has leaked its keys"))
      }
    }
    return Printing.facts(facts)
  }
}

/// An account as it is printed, from a node's word or from a proof.
private struct AccountReport: Encodable {
  /// What the proof was verified against.
  struct Proof: Encodable {
    let stateRoot: String
    /// Milliseconds since 1970.
    let timestamp: UInt64
    let validators: Int
    let quorum: Int
    /// Changes of set that were followed from the genesis document.
    let setChanges: Int
    /// What is trusted is so old that the bonds of its ER Nodes may be unlocked.
    let isTrustOld: Bool
    fileprivate let by: String

    private enum CodingKeys: CodingKey {
      case stateRoot, timestamp, validators, quorum, setChanges, isTrustOld
    }
  }

  var address: String
  var height: UInt64
  var exists: Bool
  var eco2: String
  var ecc: String
  var sequence: UInt64
  var pendingSequence: UInt64?
  var threshold: Int
  var keys: [String]
  var proof: Proof?

  init(_ answer: AccountAnswer) {
    address = answer.address
    height = answer.height
    exists = answer.exists
    eco2 = answer.eco2
    ecc = answer.ecc
    sequence = answer.sequence
    pendingSequence = answer.pendingSequence
    threshold = answer.threshold
    keys = answer.keys
  }

  init(_ proven: ProvenAccount, _ anchor: TrustAnchor, now: UInt64) {
    address = proven.id.address(network: anchor.network)
    height = proven.height
    exists = proven.record != nil
    eco2 = "\(proven.record?.eco2 ?? .zero)"
    ecc = "\(proven.record?.ecc ?? .zero)"
    sequence = proven.record?.sequences.highest ?? 0
    threshold = Int(proven.authority.threshold)
    keys = proven.authority.keys.map(\.hex)
    proof = Proof(
      stateRoot: proven.stateRoot.hex, timestamp: proven.timestamp,
      validators: proven.validators.count, quorum: proven.validators.quorum,
      setChanges: anchor.earlier.count, isTrustOld: anchor.isOld(at: now),
      by: anchor.words(for: proven.validators))
  }
}

extension TrustAnchor {
  /// Who has signed what a set made final, for people.
  func words(for set: ValidatorSet) -> String {
    let from =
      set == (earlier.first ?? validators)
      ? "of the genesis" : "that followed those of the genesis in \(earlier.count) changes"
    return "signed by \(set.quorum) or more of \(set.count) ER Nodes \(from)"
  }
}
