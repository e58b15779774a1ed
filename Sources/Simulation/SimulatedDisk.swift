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
    case vote(VoteStatement, member: UInt16)

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

  let state: SimulatedState
  private(set) var log: [LoggedBlock] = []
  private(set) var prepared: (height: UInt64, bytes: [UInt8])?
  /// In the order in which they were stored.
  private(set) var bundles: [(digest: Digest, bundle: Bundle)] = []
  private(set) var votes: [Vote] = []
  private(set) var watermark: Vote?
  /// Counts the starts.
  private(set) var incarnation: UInt64 = 0
  private let chain: ChainID
  private let key: SigningKey
  /// On their way, oldest first.
  private var pending: [(number: UInt64, write: Write)] = []
  private var written: UInt64 = 0

  init(state: SimulatedState, chain: ChainID, key: SigningKey) {
    self.state = state
    self.chain = chain
    self.key = key
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
    case .vote(let statement, let member): return .event(sign(statement, member: member))
    }
  }

  /// The signer's rule: above the watermark it signs, at it it repeats, below it refuses.
  private mutating func sign(_ statement: VoteStatement, member: UInt16) -> ReplicaEvent {
    if let watermark, statement.position <= watermark.statement.position {
      return statement == watermark.statement ? .voteSigned(watermark) : .voteRefused(statement)
    }
    let vote = Vote(
      statement: statement, member: member,
      signature: key.sign(
        domain: statement.kind.domain, chain: chain, message: statement.message[...]))
    watermark = vote
    votes.append(vote)
    if votes.count > Self.votesMax { votes.removeFirst() }
    return .voteSigned(vote)
  }

  /// Votes kept for a restart.
  static let votesMax = 64

  /// The node goes down: of each file's writes on their way, a drawn number of the first reach the
  /// disk, the others are lost.
  mutating func crash(_ random: inout SeededRandom) {
    let writes = pending
    pending = []
    for file in File.allCases {
      for (_, write) in writes where write.file == file {
        guard random.happens(permille: 400) else { break }
        _ = apply(write)
      }
    }
  }

  /// Counts a start, as a signer does.
  mutating func countStart() { incarnation += 1 }

  // MARK: Planted bugs

  mutating func forgetVotes() {
    watermark = nil
    votes = []
    prepared = nil
  }

  mutating func loseLastBlock() {
    guard let last = log.last, last.decided.height > state.height else { return }
    log.removeLast()
  }
}

extension SimulatedDisk {
  /// What a replica finds when it starts: the log is read back from its bytes.
  ///
  /// - Parameter keepsVotes: whether the shell keeps signed votes beside the watermark.
  func start(keepsVotes: Bool) throws(BCSError) -> ReplicaStart {
    let flushed = state.height
    let first = flushed > Self.recentMax ? flushed - Self.recentMax : 0
    var recent: [LoggedBlock] = []
    var replay: [LoggedBlock] = []
    for block in log where block.decided.height > first {
      let read = try LoggedBlock(block: block.decided.bcs[...], receipts: block.receiptsBytes[...])
      if read.decided.height <= flushed { recent.append(read) } else { replay.append(read) }
    }
    var record: PreparedRecord?
    if let prepared { record = try PreparedRecord(bcs: prepared.bytes) }
    return ReplicaStart(
      reader: state, recent: recent, replay: replay, incarnation: incarnation,
      bundles: bundles.map(\.bundle), watermark: watermark?.statement.position,
      isVoteLogMissing: false, ownVotes: keepsVotes ? votes : [], prepared: record)
  }

  private static var recentMax: UInt64 { Limits.lateCommitHeightsMax + 1 }
}
