import ArgumentParser
import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import NodeAnswers

struct StateGetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Shows a record of the state, and proves that it is there, or is not.",
    discussion: """
      From a running node's API, or from the home of a stopped one. What a node answers is checked \
      by its proof against the state root that the node names; with --genesis that root must have \
      been signed by a quorum of the ER Nodes named there, or of those that followed them step by \
      step. A home's tree is built anew, and its root is the one noted there.

      \(StateKeyText.help)

      Examples:
        eco2 state get account:eco2t1qqq…
        eco2 state get tip --proof --json
        eco2 state get lot:0 --home net/node-00 --proof
        eco2 state get 0002 --genesis net/genesis.bcs
      """)

  @Argument(help: "The record's key, in one of the forms above.")
  var key: String

  @Option(help: "The home of a stopped node; otherwise a running node is asked.")
  var home: String?

  @Flag(help: "Print the ICS-23 proof, too.")
  var proof = false

  @Option(help: "The genesis document to trust, for what a node answers.")
  var genesis: String?

  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard home == nil || genesis == nil else {
      throw ValidationError("--genesis is for what a node answers; a home has its own.")
    }
  }

  func run() async throws {
    let found =
      if let home {
        try StateGetAnswer(home: home, key: key, withProof: proof)
      } else {
        try await askNode()
      }
    try output.show(found) { found.text }
  }

  private func askNode() async throws -> StateGetAnswer {
    var anchor: TrustAnchor?
    if let genesis {
      let bytes = try Data(contentsOf: URL(fileURLWithPath: genesis))
      guard bytes.count <= RulesLimits.genesisBytesMax else {
        throw ValidationError("\(genesis) is no genesis document: it is too long.")
      }
      anchor = try TrustAnchor(genesisBytes: Array(bytes))
    }
    var failure: (any Error)?
    for address in node.nodes {
      do { return try await ask(address, anchor) } catch { failure = error }
    }
    throw failure ?? ValidationError("There is no node to ask.")
  }

  private func ask(_ address: NodeAddress, _ anchor: TrustAnchor?) async throws -> StateGetAnswer {
    let client = NodeClient(address)
    do {
      let network: NetworkKind =
        if let anchor { anchor.network } else { try await client.status().isTest ? .test : .main }
      let key = try StateKeyText.parse(key, network: network)
      let answer = try await client.recordProof(key.bytes)
      let followed: TrustAnchor? =
        if let anchor { try await client.following(anchor, to: answer).get() } else { nil }
      await client.close()
      return try StateGetAnswer(answer, key, followed, network: network, withProof: proof)
    } catch {
      await client.close()
      throw error
    }
  }
}

/// A record as it is printed; its proof has been verified.
struct StateGetAnswer: Encodable {
  /// The key by name where it has one.
  let name: String
  /// Hexadecimal.
  let key: String
  /// Where the record stands in the tree: SHA-256 of the key.
  let path: String
  let exists: Bool
  /// Hexadecimal; absent when there is no record.
  let value: String?
  /// The value field by field, where its kind is known.
  let fields: RecordText?
  let height: UInt64
  let stateRoot: String
  /// Who says that this is the root.
  let rootFrom: String
  /// ICS-23 `CommitmentProof`, hexadecimal, where it was asked for.
  let proof: String?

  private init(
    _ key: StateKey, _ value: [UInt8]?, proof: [UInt8]?, height: UInt64, root: Digest,
    rootFrom: String, network: NetworkKind
  ) {
    name = StateKeyText.show(key, network: network)
    self.key = Hex.encode(key.bytes)
    path = key.hash.hex
    exists = value != nil
    self.value = value.map(Hex.encode)
    fields = value.flatMap { RecordText($0, of: key, network: network) }
    self.height = height
    stateRoot = root.hex
    self.rootFrom = rootFrom
    self.proof = proof.map(Hex.encode)
  }

  /// From a node's answer, which is believed as far as it proves it.
  init(
    _ answer: ProofAnswer, _ key: StateKey, _ anchor: TrustAnchor?, network: NetworkKind,
    withProof: Bool
  ) throws {
    let proof = withProof ? Hex.decode(answer.proof) : nil
    if let anchor {
      let proven = try anchor.verify(recordProof: answer, at: key.bytes)
      self.init(
        key, proven.value, proof: proof, height: proven.height, root: proven.stateRoot,
        rootFrom: anchor.words(for: proven.validators),
        network: network)
      return
    }
    guard let root = Digest(hex: answer.stateRoot) else {
      throw VerificationError.field("stateRoot")
    }
    guard answer.key == Hex.encode(key.bytes) else { throw VerificationError.wrongKey }
    let value = try TrustAnchor.value(answer, key: key.bytes, root: root.bytes.array)
    self.init(
      key, value, proof: proof, height: answer.height, root: root,
      rootFrom: "the node's word; --genesis has it proved", network: network)
  }

  /// From the home of a stopped node.
  init(home: String, key text: String, withProof: Bool) throws {
    let store = try StoreAudit(home: home)
    let facts = try Self.value(of: ChainFacts.key, in: store)
    let network: NetworkKind = try ChainFacts(bcs: facts ?? []).isTest ? .test : .main
    let key = try StateKeyText.parse(text, network: network)
    let value = try Self.value(of: key, in: store)
    let root = store.records.root
    var proof: CommitmentProof?
    if withProof {
      let state = try AuthenticatedState(reader: store.records)
      let made = try value == nil ? state.absenceProof(key) : state.existenceProof(key)
      if let value {
        try ProofSpec.smt.verifyMembership(
          made, root: root.bytes.array, key: key.bytes, value: value)
      } else {
        try ProofSpec.smt.verifyNonMembership(made, root: root.bytes.array, key: key.bytes)
      }
      proof = made
    }
    self.init(
      key, value, proof: proof?.protobuf, height: store.records.height, root: root,
      rootFrom: "noted in the home", network: network)
  }

  private static func value(of key: StateKey, in store: StoreAudit) throws -> [UInt8]? {
    do throws(StateReadError) { return try store.records.value(of: key) } catch {
      guard case .corruptRecord(let path) = error else { throw error }
      throw StoreDamage(.record(path: path), .leafHash)
    }
  }

  var text: String {
    var facts = [
      ("key", name), ("bytes", key), ("path", path), ("height", "\(height)"),
      ("state root", stateRoot), ("", "\(rootFrom)"),
    ]
    if let value {
      facts.append(("value", "\(value.count / 2) bytes"))
    } else {
      facts.append(("value", "there is no such record"))
    }
    var parts = [Printing.facts(facts)]
    if let fields {
      parts.append(Printing.facts(fields.lines("")))
    } else if let value {
      parts.append(value)
    }
    if let proof {
      parts.append(
        "proof (ICS-23, verified): that the record \(exists ? "is" : "is not") there\n" + proof)
    }
    return parts.joined(separator: "\n\n")
  }
}
