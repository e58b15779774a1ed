import Consensus
import Foundation
import LedgerCore
import LedgerRules
import LedgerStore
import LocalNetwork
import RegistryFiles
import Replica
import Signer
import Testing

@testable import NodeRuntime

/// The homes are as `eco2 genesis` makes them; the signer and the store are the node's own.
@Suite("A start knows whether its vote log is whole")
struct VoteLogTests {
  /// Gives the first home of a network of 4 in which nothing is decided yet.
  static func withHome(_ body: (NodeHome, GenesisDocument) throws -> Void) throws {
    let path =
      FileManager.default.temporaryDirectory.path + "/eco2-votes-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let examples =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path + "/Examples/genesis/"
    let ports = try #require(NetworkPorts.free(nodes: 4))
    let made = try NetworkMaker(
      credits: examples + "credits.csv", registry: .goldStandard,
      factors: examples + "factors.csv", nodes: examples + "nodes.csv", nodeCount: 4,
      network: "votes", intervalMilliseconds: 10_000, ports: ports, loadAccounts: 1,
      startMilliseconds: 2_000
    ).make(at: path, keysPath: path + "/keys", passphrase: nil, now: 1_795_000_000_000)
    try body(made.folder.home(0), made.document)
  }

  static func open(_ home: NodeHome, isMoved: Bool = false) throws -> OpenedHome {
    let configuration = try home.loadConfiguration(environment: [:], overrides: []).configuration
    return try OpenedHome(home, configuration, isMoved: isMoved)
  }

  private static func isMissing(_ home: NodeHome) throws -> Bool {
    try open(home).replicaStart().isVoteLogMissing
  }

  private static let root = SHA256.hash([2])

  private static func block(height: UInt64) -> Block {
    Block(
      header: BlockHeader(
        height: height, timestamp: 1_795_000_010_000, author: AccountID(SHA256.hash([1]).bytes),
        parent: .zero, bundlesRoot: BundleRun.root([]), validatorsHash: .zero,
        nextValidatorsHash: .zero,
        parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
        parentStatement: .genesis, parentCommits: [], lateCommits: []), runs: [])
  }

  /// A node signs a COMMIT, and a VIEW-CHANGE above it that hides it in the watermark.
  private static func vote(_ opened: OpenedHome, height: UInt64, view: UInt64) throws {
    let signer = try #require(opened.signer)
    let hash = block(height: height).header.hash(opened.chain)
    let key = try key(of: opened)
    _ = try signer.sign(
      VoteStatement(height: height, view: view, content: .commit(block: hash, stateRoot: root)),
      with: key)
    _ = try signer.sign(
      VoteStatement(height: height, view: view + 1, content: .viewChange(prepared: nil)), with: key)
  }

  /// The consensus key that genesis names.
  private static func key(of opened: OpenedHome) throws -> PublicKey {
    try #require(opened.document.nodes.first { $0.account == opened.account }).consensusKey
  }

  private static func prepare(_ opened: OpenedHome, height: UInt64, view: UInt64) throws {
    let block = block(height: height)
    let key = try #require(SigningKey(seed: SHA256.hash([3]).bytes.array))
    let signature = key.sign(domain: .prepare, chain: opened.chain, message: [])
    let record = PreparedRecord(
      block: block,
      certificate: QuorumCertificate(
        kind: .prepare, height: height, view: view, block: block.header.hash(opened.chain),
        stateRoot: root, signatures: [MemberSignature(member: 0, signature: signature)]))
    try opened.store.votes.savePrepared(height: height, payload: record.bcs)
  }

  @Test("a home that has signed nothing misses nothing")
  func new() throws {
    try Self.withHome { home, _ in
      for _ in 0..<2 {
        let isMissing = try Self.isMissing(home)
        #expect(!isMissing)
      }
    }
  }

  @Test("a COMMIT above the tip without what was prepared for it is a vote log that is missing")
  func withoutRecord() throws {
    try Self.withHome { home, _ in
      try Self.vote(Self.open(home), height: 1, view: 1)
      let isMissing = try Self.isMissing(home)
      #expect(isMissing)
    }
  }

  @Test("the record of that COMMIT makes the vote log whole; an older one, or another's, does not")
  func withRecord() throws {
    try Self.withHome { home, _ in
      try Self.vote(Self.open(home), height: 2, view: 1)
      for (height, view, isWhole) in [
        (UInt64(2), UInt64(0), false), (1, 1, false), (2, 1, true), (2, 3, true), (3, 1, false),
      ] {
        try Self.prepare(Self.open(home), height: height, view: view)
        let isMissing = try Self.isMissing(home)
        #expect(isMissing == !isWhole, "a record of height \(height), view \(view)")
      }
    }
  }

  @Test("votes that prepared nothing need no record")
  func withoutCommit() throws {
    try Self.withHome { home, _ in
      do {
        let opened = try Self.open(home)
        let signer = try #require(opened.signer)
        let hash = Self.block(height: 1).header.hash(opened.chain)
        let key = try Self.key(of: opened)
        _ = try signer.sign(
          VoteStatement(height: 1, view: 0, content: .prepare(block: hash, stateRoot: Self.root)),
          with: key)
        _ = try signer.sign(
          VoteStatement(height: 1, view: 1, content: .viewChange(prepared: nil)), with: key)
      }
      let isMissing = try Self.isMissing(home)
      #expect(!isMissing)
    }
  }

  @Test("without its data folder, or its watermark, a home knows that it has forgotten its votes")
  func lost() throws {
    for lost in ["data", "keys/watermark"] {
      try Self.withHome { home, _ in
        try Self.vote(Self.open(home), height: 1, view: 0)
        try FileManager.default.removeItem(atPath: home.path + "/" + lost)
        let isMissing = try Self.isMissing(home)
        #expect(isMissing, "\(lost)")
      }
    }
  }

  @Test("a key seen elsewhere stays so through starts, and through a confirming one that fails")
  func elsewhere() throws {
    try Self.withHome { home, _ in
      try Self.prepare(Self.open(home), height: 1, view: 0)
      try Self.vote(Self.open(home), height: 1, view: 0)
      try HomeFence(home: home).noteUsedElsewhere("commit of height 1, view 0")
      let isKept = try Self.open(home).replicaStart().isKeyUsedElsewhere
      #expect(isKept)

      let lock = home.path + "/keys/watermark.lock"
      try FileManager.default.removeItem(atPath: lock)
      try FileManager.default.createDirectory(
        atPath: lock, withIntermediateDirectories: false)
      #expect(throws: NodeStartError.self) { try Self.open(home, isMoved: true) }
      try FileManager.default.removeItem(atPath: lock)
      #expect(HomeFence(home: home).usedElsewhere == "commit of height 1, view 0")

      let start = try Self.open(home, isMoved: true).replicaStart()
      #expect(!start.isKeyUsedElsewhere)
      // What the other process has signed is known to nobody here.
      #expect(start.isVoteLogMissing)
    }
  }
}
