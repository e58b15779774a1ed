import CatchUp
import Consensus
import Foundation
import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import PeerNetwork
import Replica
import Signer

/// Everything a node's home holds, read and checked.
final class OpenedHome: Sendable {
  let home: NodeHome
  let configuration: NodeConfiguration
  let document: GenesisDocument
  let chain: ChainID
  /// The ER Node's account; nil for a full node.
  let account: AccountID?
  /// What others call this node: its account, or a full node's transport key.
  let identity: AccountID
  let store: NodeStore
  /// Signs with the consensus keys; nil for a full node.
  let signer: Signer?
  /// The files of those keys; nil for a full node.
  let keyRing: KeyRing?
  let genesisFacts: GenesisFacts
  private let transportSeed: [UInt8]
  /// Nothing keeps this process from voting beside another with its key.
  private let isTwin: Bool

  /// - Parameters:
  ///   - isMoved: the operator confirms that a home that looks like a copy is the only one.
  ///   - isTwin: see `requireTwins`.
  init(
    _ home: NodeHome, _ configuration: NodeConfiguration, isMoved: Bool, isTwin: Bool = false
  ) throws(NodeStartError) {
    if isTwin { try Self.requireTwins() }
    self.home = home
    self.configuration = configuration
    self.isTwin = isTwin
    (document, chain) = try Self.genesis(home.genesis)
    genesisFacts = GenesisFacts(document)
    let passphrase = Self.passphrase(home)
    transportSeed = try Self.seed(home.transportKey, passphrase)
    guard let transport = SigningKey(seed: transportSeed) else {
      throw .badKey(home.transportKey, reason: "it is no Ed25519 key")
    }
    switch configuration.role {
    case .validator:
      guard let own = configuration.account else { throw .noAccount(home.configuration) }
      let ring = KeyRing(home: home, passphrase: passphrase)
      let keys = try ring.load()
      try Self.check(keys, of: own, document, home)
      account = own
      identity = own
      keyRing = ring
      let fence = HomeFence(home: home)
      let wasElsewhere = isMoved && fence.usedElsewhere != nil
      let mayBeOld = isTwin ? false : try fence.enter(isMoved: isMoved) || wasElsewhere
      if mayBeOld || !NodeStore.exists(home: home.path) { try Self.forgetWatermark(home) }
      store = try Self.openStore(home, configuration.store, document, chain)
      signer = try Self.openSigner(home, own, keys, chain)
      // Last: a start that ends before the old watermark is gone must not be the one that confirms.
      if wasElsewhere { try fence.confirmOnlyUse() }
    case .full:
      account = nil
      identity = AccountID(transport.publicKey)
      store = try Self.openStore(home, configuration.store, document, chain)
      signer = nil
      keyRing = nil
    }
  }

  /// Debug builds run twins, so that a test can see what the chain does to a node whose key signs
  /// in two processes (decision 0075): without the fence and the stop of decision 0050. Any other
  /// build refuses: it would cost an operator a bond.
  private static func requireTwins() throws(NodeStartError) {
    #if !DEBUG
      throw .twinRefused
    #endif
  }

  /// A node of genesis begins with the key that genesis names. One that has a key of a later term
  /// began before.
  private static func check(
    _ keys: [SigningKey], of account: AccountID, _ document: GenesisDocument, _ home: NodeHome
  ) throws(NodeStartError) {
    guard keys.count == 1, FileManager.default.fileExists(atPath: home.consensusKey),
      let node = document.nodes.first(where: { $0.account == account })
    else { return }
    guard keys[0].publicKey == node.consensusKey else {
      throw .badKey(home.consensusKey, reason: "genesis names another consensus key")
    }
  }

  private static func genesis(_ path: String) throws(NodeStartError) -> (GenesisDocument, ChainID) {
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: path))
    } catch {
      throw .missingFile(path, hint: "copy the network's genesis.bcs there")
    }
    do {
      let bytes = [UInt8](data)
      return (try GenesisDocument(bcs: bytes), GenesisDocument.chainID(of: bytes[...]))
    } catch {
      throw .badGenesis(path, reason: "\(error)")
    }
  }

  private static func passphrase(_ home: NodeHome) -> [UInt8] {
    let data = FileManager.default.contents(atPath: home.passphrase) ?? Data()
    return Array(data.prefix { $0 != UInt8(ascii: "\n") })
  }

  private static func seed(_ path: String, _ passphrase: [UInt8])
    throws(NodeStartError) -> [UInt8]
  {
    do {
      return try KeyFile.read(
        path: path, passphrase: passphrase, allowUnencrypted: passphrase.isEmpty)
    } catch {
      throw .badKey(path, reason: "\(error)")
    }
  }

  private static func openStore(
    _ home: NodeHome, _ settings: NodeConfiguration.Store, _ document: GenesisDocument,
    _ chain: ChainID
  ) throws(NodeStartError) -> NodeStore {
    var options = StoreOptions()
    options.stateMapBytes = settings.stateMapGiB << 30
    options.historyMapBytes = settings.stateMapGiB << 30
    options.logSegmentBytes = settings.logSegmentMiB << 20
    if !NodeStore.exists(home: home.path) || isCutShort(home) {
      let state: InitialState
      do { state = try document.initialState() } catch {
        throw .badGenesis(home.genesis, reason: "\(error)")
      }
      let root: Digest
      let indexes: [IndexChange]
      do {
        root = try AuthenticatedState.root(of: state.changes)
        indexes = try DerivedIndexes.entries(ofGenesis: state.changes).map(IndexChange.init)
      } catch {
        throw .store("\(error)")
      }
      do throws(StoreError) {
        try NodeStore.create(
          home: home.path, genesis: chain, changes: state.changes, indexes: indexes, root: root,
          options: options)
      } catch {
        // All but the last step of the creation was done.
        guard case .alreadyCreated = error else { throw .store("\(error)") }
      }
    }
    do {
      return try NodeStore(home: home.path, genesis: chain, options: options)
    } catch {
      throw .store("\(error)")
    }
  }

  /// Whether `data/` may have been left by a first start that ended before its ledger was made, for
  /// want of room or of power: nothing but the state has a file.
  private static func isCutShort(_ home: NodeHome) -> Bool {
    ["log", "bundles", "votes"].allSatisfy { name in
      let files = try? FileManager.default.contentsOfDirectory(atPath: home.data + "/" + name)
      return files?.isEmpty ?? true
    }
  }

  /// Without its data folder a node no longer knows what it has prepared: a watermark that was kept
  /// would let it vote as if it had prepared nothing. Set aside, it counts as missing, and the node
  /// votes only from the third height decided after it has caught up (protocol §5). So it is with
  /// a home that was copied: its watermark may be older than its key's last vote.
  private static func forgetWatermark(_ home: NodeHome) throws(NodeStartError) {
    let path = home.path + "/keys/watermark"
    guard FileManager.default.fileExists(atPath: home.path + "/keys/watermark.made"),
      FileManager.default.fileExists(atPath: path)
    else { return }
    let aside = path + ".without-data"
    do {
      if FileManager.default.fileExists(atPath: aside) {
        try FileManager.default.removeItem(atPath: aside)
      }
      try FileManager.default.moveItem(atPath: path, toPath: aside)
    } catch {
      throw .badKey(path, reason: "it cannot be set aside: \(error)")
    }
  }

  /// Whether what the key has signed, or what was prepared for it, is not all here: the last
  /// COMMIT, when it is above the tip, must have its prepared record. A data folder that was
  /// restored from an old copy may lack it, also when a later vote hides that COMMIT in the
  /// watermark.
  private func isVoteLogMissing(tip: UInt64, prepared: PreparedRecord?) -> Bool {
    guard let signer else { return false }
    guard !signer.isMissing else { return true }
    guard let commit = signer.lastCommit, commit.height > tip else { return false }
    guard let prepared, prepared.block.header.height == commit.height else { return true }
    return prepared.view < commit.view
  }

  /// A node that has never run gets its empty watermark; one that has is not given a new one.
  private static func openSigner(
    _ home: NodeHome, _ account: AccountID, _ keys: [SigningKey], _ chain: ChainID
  ) throws(NodeStartError) -> Signer {
    let path = home.path + "/keys/watermark"
    let marker = home.path + "/keys/watermark.made"
    let files = FileManager.default
    do {
      if !files.fileExists(atPath: marker) {
        if !files.fileExists(atPath: path) {
          try Signer.create(path: path, account: account, chain: chain)
        }
        guard files.createFile(atPath: marker, contents: nil) else {
          throw NodeStartError.badKey(marker, reason: "it cannot be written")
        }
      }
      return try Signer(path: path, account: account, keys: keys, chain: chain)
    } catch {
      throw .badKey(path, reason: "\(error)")
    }
  }

  func replicaConfiguration(workers: WorkerPool?) throws(NodeStartError) -> ReplicaConfiguration {
    guard
      let timing = ConsensusTiming.recommended(
        genesisTimeMilliseconds: document.genesisTime,
        intervalMilliseconds: document.interval)
    else { throw .badGenesis(home.genesis, reason: "its interval is out of range") }
    var configuration = ReplicaConfiguration(
      chain: chain, account: account, timing: timing, workers: workers)
    if isTwin { configuration.rehearsal = Rehearsal(sharesKey: true) }
    return configuration
  }

  /// What the replica starts from.
  func replicaStart() throws(NodeStartError) -> ReplicaStart {
    do {
      let flushed = store.records.height
      let oldest = flushed > Limits.lateCommitHeightsMax ? flushed - Limits.lateCommitHeightsMax : 1
      let recent = oldest <= flushed ? try logged(oldest...flushed) : []
      let replay =
        try store.replayHeights.isEmpty
        ? [] : logged(store.replayHeights.lowerBound...store.replayHeights.upperBound - 1)
      let prepared = try store.votes.loadPrepared().map { try PreparedRecord(bcs: $0.payload) }
      let tip = replay.last?.decided.height ?? flushed
      let decided = DecidedRuns(recent + replay)
      let bundles = try store.bundles.load(bornFrom: NodeLimits.oldestBundle(at: tip)) {
        !decided.covers($0.bytes)
      }.map { try LedgerCore.Bundle(decoding: $0.bytes[...]) }
      return ReplicaStart(
        reader: store.records, recent: recent, replay: replay,
        incarnation: signer?.incarnation ?? 0,
        bundles: bundles, watermark: signer?.watermark,
        isVoteLogMissing: isVoteLogMissing(tip: tip, prepared: prepared),
        ownVotes: [],
        prepared: prepared.flatMap { $0.block.header.height > tip ? $0 : nil },
        isKeyUsedElsewhere: !isTwin && HomeFence(home: home).usedElsewhere != nil)
    } catch {
      throw .recovery("\(error)")
    }
  }

  private func logged(_ heights: ClosedRange<UInt64>) throws -> [LoggedBlock] {
    try heights.map { height in
      guard let entry = try store.log.read(height) else {
        throw NodeStartError.recovery("the log has no block at height \(height)")
      }
      return try LoggedBlock(block: entry.block, receipts: entry.receipts)
    }
  }

  /// Those that the settings name.
  var knownPeers: [KnownPeer] {
    configuration.peers.known.map { peer in
      KnownPeer(
        account: peer.account ?? AccountID(peer.transportKey), transportKey: peer.transportKey,
        address: PeerAddress(host: peer.endpoint.host, port: peer.endpoint.port))
    }
  }

  func peerConfiguration() throws(NodeStartError) -> PeerNetworkConfiguration {
    var limits = PeerLimits()
    // The longest answer to one that catches up, tag included, fits a frame, and a frame the queue.
    limits.dataFrameBytesMax = CatchUpLimits.messageBytesMax + 1
    limits.dataQueueBytesMax += limits.dataFrameBytesMax
    let allowed = configuration.peers.fullNodesAllowed
    return PeerNetworkConfiguration(
      account: account, transportSeed: transportSeed, genesis: chain,
      listen: PeerAddress(
        host: configuration.peers.listen.host, port: configuration.peers.listen.port),
      peers: knownPeers,
      followers: FollowerPolicy(
        countMax: configuration.peers.fullNodesMax,
        allowed: allowed.isEmpty ? nil : Set(allowed)),
      jitterSeed: (signer?.incarnation ?? NodeClock.milliseconds()) &* 0x9E37_79B9_7F4A_7C15,
      limits: limits)
  }
}
