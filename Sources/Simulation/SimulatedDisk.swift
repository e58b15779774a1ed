import Consensus
import LedgerCore
import LedgerState
import Replica

/// A node's disk: what is synced survives a crash; of what is not, a drawn part does.
///
/// Five files are written independently of each other, each in the order of its writes.
struct SimulatedDisk {
  /// A file: its writes reach the disk in order.
  enum File: Int, CaseIterable {
    case log
    case state
    case bundles
    case prepared
    case signer
  }

  /// A write on its way.
  enum Write {
    case block(LoggedBlock)
    case flush(FlushBatch)
    case bundles([Bundle], token: UInt64)
    case discard([Digest])
    case prepared(height: UInt64, [UInt8], token: UInt64)
    case vote(VoteStatement, member: UInt16, key: PublicKey)

    var file: File {
      switch self {
      case .block: .log
      case .flush: .state
      case .bundles, .discard: .bundles
      case .prepared: .prepared
      case .vote: .signer
      }
    }
  }

  /// What became of a write that reached the disk.
  enum Synced {
    case event(ReplicaEvent)
    case nothing
  }

  /// What a bit may turn over in.
  enum Place: CaseIterable {
    /// A block of the log that a start does not read: only peers ask for it.
    case oldBlock
    /// One of those that a start reads.
    case recentBlock
    case record
    case bundle
    case prepared
    case signer
  }

  private(set) var state: SimulatedState
  private(set) var log: [LoggedBlock] = []
  private(set) var prepared: (height: UInt64, bytes: [UInt8])?
  /// In the order in which they were stored.
  private(set) var bundles: [(digest: Digest, bundle: Bundle)] = []
  private(set) var votes: [Vote] = []
  private(set) var watermark: Vote?
  /// The last COMMIT signed, beside the watermark: its prepared record must be on the disk until
  /// its height is decided.
  private(set) var lastCommit: VotePosition?
  /// Counts the starts.
  private(set) var incarnation: UInt64 = 0
  /// The signer's file was lost, and nothing was signed since.
  private(set) var isWatermarkMissing = false
  /// The signer's file has been one of earlier.
  private(set) var hasOldSigner = false
  /// Another process was seen to vote with the key: kept beside the signer's file.
  private(set) var isKeyUsedElsewhere = false
  /// Blocks of the log whose checksum does not fit.
  private(set) var damagedBlocks: Set<UInt64> = []
  /// What else a start finds damaged.
  private(set) var damagedFiles: [File] = []
  let chain: ChainID
  let keys: NodeKeys
  /// On their way, oldest first.
  private var pending: [(number: UInt64, write: Write)] = []
  private var written: UInt64 = 0

  init(state: SimulatedState, chain: ChainID, keys: NodeKeys) {
    self.state = state
    self.chain = chain
    self.keys = keys
  }

  /// Takes a write in hand; its number is for `sync`.
  mutating func begin(_ write: Write) -> UInt64 {
    written += 1
    pending.append((written, write))
    return written
  }

  /// The write has reached the disk.
  mutating func sync(_ number: UInt64) -> Synced {
    guard let index = pending.firstIndex(where: { $0.number == number }) else { return .nothing }
    return apply(pending.remove(at: index).write)
  }

  private mutating func apply(_ write: Write) -> Synced {
    switch write {
    case .block(let block):
      log.append(block)
      return .event(.blockLogged(height: block.decided.height))
    case .flush(let batch):
      state.apply(batch.changes, height: batch.height)
      return .event(.flushed(height: batch.height))
    case .bundles(let list, let token):
      for bundle in list { bundles.append((bundle.header.digest(chain), bundle)) }
      return .event(.bundlesStored(token: token))
    case .discard(let digests):
      let gone = Set(digests)
      bundles.removeAll { gone.contains($0.digest) }
      return .nothing
    case .prepared(let height, let bytes, let token):
      prepared = (height, bytes)
      return .event(.preparedStored(token: token))
    case .vote(let statement, let member, let key):
      return .event(sign(statement, member: member, key: key))
    }
  }

  /// The signer's rule: above the watermark it signs, at it it repeats, below it refuses.
  private mutating func sign(
    _ statement: VoteStatement, member: UInt16, key name: PublicKey
  ) -> ReplicaEvent {
    if let watermark, statement.position <= watermark.statement.position {
      return statement == watermark.statement ? .voteSigned(watermark) : .voteRefused(statement)
    }
    guard let key = keys[name] else { return .voteRefused(statement) }
    let vote = Vote(
      statement: statement, member: member,
      signature: key.sign(
        domain: statement.kind.domain, chain: chain, message: statement.message[...]))
    watermark = vote
    if statement.kind == .commit { lastCommit = statement.position }
    isWatermarkMissing = false
    votes.append(vote)
    if votes.count > Self.votesMax { votes.removeFirst() }
    return .voteSigned(vote)
  }

  /// Votes kept for a restart.
  static let votesMax = 64

  /// The node goes down: of each file's writes on their way, a drawn number of the first reach the
  /// disk, the others are lost.
  /// The first of those lost may be there in part: its checksum says so, and it counts as lost.
  /// Gives how many writes were lost.
  @discardableResult
  mutating func crash(_ random: inout SeededRandom) -> Int {
    let writes = pending
    pending = []
    var lost = writes.count
    for file in File.allCases {
      for (_, write) in writes where write.file == file {
        guard random.happens(permille: 400) else { break }
        lost -= 1
        _ = apply(write)
      }
    }
    return lost
  }

  mutating func noteKeyUsedElsewhere() { isKeyUsedElsewhere = true }

  /// Counts a start, as a signer does: from the clock where that is more, so that a signer's file
  /// of earlier brings no incarnation back.
  mutating func countStart(secondsSince1970: UInt64) {
    incarnation = max(incarnation + 1, secondsSince1970)
  }

  // MARK: Losses (SimulatedDisk+Losses.swift)

  /// From now on writes go to a state of its own.
  mutating func detach(from other: SimulatedState) {
    state = other.copy()
    pending = []
  }

  mutating func noteOldSigner() { hasOldSigner = true }

  mutating func keepSigner(of other: SimulatedDisk) {
    hasOldSigner = other.hasOldSigner
    votes = other.votes
    watermark = other.watermark
    lastCommit = other.lastCommit
    incarnation = other.incarnation
    isWatermarkMissing = other.isWatermarkMissing
    isKeyUsedElsewhere = other.isKeyUsedElsewhere
  }

  mutating func loseSigner() {
    votes = []
    watermark = nil
    lastCommit = nil
    incarnation = 0
    isWatermarkMissing = true
  }

  mutating func damage(block height: UInt64) { damagedBlocks.insert(height) }

  mutating func damage(file: File) { damagedFiles.append(file) }

  /// A stored bundle is damaged: the next start does not find it.
  mutating func loseBundle(_ random: inout SeededRandom) -> Bool {
    guard !bundles.isEmpty else { return false }
    bundles.remove(at: random.index(bundles.count))
    return true
  }

  // MARK: Planted bugs

  mutating func forgetVotes() {
    watermark = nil
    lastCommit = nil
    votes = []
    prepared = nil
  }

  mutating func loseLastBlock() {
    guard let last = log.last, last.decided.height > state.height else { return }
    log.removeLast()
  }
}

/// Why a node does not start.
enum DiskDamage: Error {
  case block(UInt64)
  case file(SimulatedDisk.File)
  case undecodable(BCSError)
}

extension SimulatedDisk {
  /// What a replica finds when it starts: the log is read back from its bytes.
  ///
  /// - Parameter keepsVotes: whether the shell keeps signed votes beside the watermark.
  func start(keepsVotes: Bool) throws(DiskDamage) -> ReplicaStart {
    if let file = damagedFiles.first { throw .file(file) }
    let flushed = state.height
    let first = flushed > Self.recentMax ? flushed - Self.recentMax : 0
    var recent: [LoggedBlock] = []
    var replay: [LoggedBlock] = []
    do {
      for block in log where block.decided.height > first {
        guard !damagedBlocks.contains(block.decided.height) else {
          throw DiskDamage.block(block.decided.height)
        }
        let read = try LoggedBlock(
          block: block.decided.bcs[...], receipts: block.receiptsBytes[...])
        if read.decided.height <= flushed { recent.append(read) } else { replay.append(read) }
      }
      let record = try prepared.map { try PreparedRecord(bcs: $0.bytes) }
      let tip = replay.last?.decided.height ?? flushed
      return ReplicaStart(
        reader: state, recent: recent, replay: replay, incarnation: incarnation,
        bundles: bundles.map(\.bundle), watermark: watermark?.statement.position,
        isVoteLogMissing: isVoteLogMissing(tip: tip, prepared: record),
        ownVotes: keepsVotes ? votes : [], prepared: record,
        isKeyUsedElsewhere: isKeyUsedElsewhere)
    } catch let damage as DiskDamage {
      throw damage
    } catch let error as BCSError {
      throw .undecodable(error)
    } catch {
      throw .file(.log)
    }
  }

  /// Whether what the key has signed, or what was prepared for it, is not all here. The watermark
  /// alone would not say: above a COMMIT may stand a VIEW-CHANGE.
  private func isVoteLogMissing(tip: UInt64, prepared: PreparedRecord?) -> Bool {
    if isWatermarkMissing { return true }
    guard let lastCommit, lastCommit.height > tip else { return false }
    guard let prepared, prepared.certificate.height == lastCommit.height else { return true }
    return prepared.view < lastCommit.view
  }

  static var recentMax: UInt64 { Limits.lateCommitHeightsMax + 1 }

  /// Whether the block that a COMMIT is for is in the log, decided with the same state root.
  func hasLogged(_ commit: VoteStatement) -> Bool {
    guard let first = log.first?.decided.height, commit.height >= first,
      commit.height - first < UInt64(log.count)
    else { return false }
    let certificate = log[Int(commit.height - first)].decided.certificate
    return commit.content
      == .commit(block: certificate.block, stateRoot: certificate.stateRoot)
  }

  /// A block for peers; nil when there is none, or what is there is damaged.
  func served(_ height: UInt64) -> DecidedBlock? {
    guard let first = log.first?.decided.height, height >= first,
      height - first < UInt64(log.count), !damagedBlocks.contains(height)
    else { return nil }
    return log[Int(height - first)].decided
  }
}
