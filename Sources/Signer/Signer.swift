import Glibc
public import LedgerCore
import Synchronization

/// An ER Node's consensus keys behind one watermark (protocol §5 "One watermark").
///
/// Votes are ordered by height, view and kind. Only a vote above the highest one signed is signed,
/// and only after its position, message digest and signature are on the disk; the same vote again
/// gives the stored signature; anything else is refused. So a node never signs two statements for
/// one position, whatever crashes in between, and whichever of its keys its set names.
/// A crash between the sync and the signature's use
/// costs nothing: the same statement can be asked for again.
///
/// When the record of what was signed is missing, nothing is signed until `raise` says from where
/// on that is safe.
///
/// Threads: all methods may be called from any thread; they take turns and wait for the disk.
public final class Signer: Sendable {
  /// How the watermark was found when the signer was opened.
  public enum Condition: Sendable, Hashable {
    /// What was signed is known.
    case intact
    /// The file was not there or not readable, or was so at an earlier start and nothing was done
    /// about it: this node's vote log is missing (protocol §5 "Starting and catching up").
    case missing
  }

  /// The ER Node.
  public let account: AccountID
  /// Counts the starts of this signer: bundles of this start carry it, times
  /// `Limits.incarnationsPerStart`. After the file was lost it goes on from the seconds since 1970,
  /// above any count that could have been.
  public let incarnation: UInt64
  /// As found at the start.
  public let condition: Condition
  private let chain: ChainID
  private let state: Mutex<State>

  private struct State: ~Copyable {
    var file: WatermarkFile
    /// Held as long as the signer lives.
    let lock: FileLock
    /// The present term's, the next one's, and those of heights near the tip.
    var keys: [PublicKey: SigningKey]
    var lastBundle: (incarnation: UInt64, number: UInt64, digest: Digest)?
  }

  /// Makes the empty watermark of a node whose keys have signed nothing. Replaces no file. A
  /// watermark that was lost is not made anew with this: `init` reports it as missing.
  public static func create(
    path: String, account: AccountID, chain: ChainID
  ) throws(SignerError) {
    try WatermarkFile.create(
      path,
      WatermarkRecord(
        sequence: 1, chain: chain, account: account, incarnation: 0, watermark: .none))
  }

  /// Opens the watermark at `path`, counts the start and syncs that. `path` with ".lock" behind it
  /// keeps every other signer out, in this and in other processes, until this one goes.
  ///
  /// A missing or unreadable file is made anew, in the condition `.missing`; the unreadable one is
  /// kept with ".damaged" behind its name.
  public init(
    path: String, account: AccountID, keys: [SigningKey], chain: ChainID
  ) throws(SignerError) {
    let lock = try FileLock("\(path).lock")
    if case .unreadable = try WatermarkFile.contents(path) {
      try System.rename(path, to: "\(path).damaged")
    }
    if case .absent = try WatermarkFile.contents(path) {
      try WatermarkFile.create(
        path,
        WatermarkRecord(
          sequence: 1, chain: chain, account: account, incarnation: Self.secondsSince1970(),
          watermark: .missing))
    }
    guard case .found(let record, let slot) = try WatermarkFile.contents(path) else {
      throw .file(path: path, doing: "read back", errno: EIO)
    }
    guard record.account == account else {
      throw .otherAccount(path: path, found: record.account)
    }
    guard record.chain == chain else { throw .otherChain(path: path, found: record.chain) }
    guard record.incarnation < UInt64.max / Limits.incarnationsPerStart - 1 else {
      throw .incarnationsExhausted
    }
    var file = try WatermarkFile(path, found: record, slot: slot)
    // From the clock where that is more: an old copy of the file brings no incarnation back, whose
    // bundles would contradict those of the first.
    let incarnation = max(record.incarnation + 1, Self.secondsSince1970())
    try file.write(incarnation: incarnation, record.watermark)

    self.account = account
    self.incarnation = incarnation
    condition = record.watermark == .missing ? .missing : .intact
    self.chain = chain
    var ring: [PublicKey: SigningKey] = [:]
    for key in keys { ring[key.publicKey] = key }
    state = Mutex(State(file: file, lock: lock, keys: ring))
  }

  private static func secondsSince1970() -> UInt64 { UInt64(max(0, time(nil))) }

  /// The highest position signed, or counted as signed; nil when nothing was, or that is unknown.
  public var watermark: VotePosition? {
    state.withLock { state in
      switch state.file.record.watermark {
      case .none, .missing: nil
      case .floor(let position), .signed(let position, _, _): position
      }
    }
  }

  /// The last COMMIT signed; nil when none was, or that is unknown. Until its height is decided the
  /// node must have its prepared record: without it, it would deny the COMMIT.
  public var lastCommit: VotePosition? { state.withLock { $0.file.record.commit } }

  /// Whether nothing is signed because what was signed is unknown.
  public var isMissing: Bool {
    state.withLock { $0.file.record.watermark == .missing }
  }

  // MARK: keys

  /// Whether it signs with a key.
  public func holds(_ key: PublicKey) -> Bool { state.withLock { $0.keys[key] != nil } }

  /// Signs with this key too from now on.
  public func add(_ key: SigningKey) { state.withLock { $0.keys[key.publicKey] = key } }

  /// Signs with this key no more.
  public func forget(_ key: PublicKey) { state.withLock { $0.keys[key] = nil } }

  // MARK: signing

  /// Signs a vote above the watermark, having synced the new watermark before; gives the stored
  /// signature for the vote at the watermark.
  ///
  /// - Parameter name: the key that the set of the vote's height gives this node.
  /// After `.file` the signer signs nothing any more; stop the node.
  public func sign(_ statement: VoteStatement, with name: PublicKey) throws(SignerError)
    -> Signature
  {
    let message = statement.message
    let digest = statement.kind.domain.digest(chain, message)
    let position = statement.position
    return try locked(name) { state, key throws(SignerError) in
      switch state.file.record.watermark {
      case .none: break
      case .missing: throw .watermarkMissing
      case .signed(position, digest, let signature): return signature
      case .floor(let watermark), .signed(let watermark, _, _):
        guard watermark < position else {
          throw .belowWatermark(asked: position, watermark: watermark)
        }
      }
      let signature = key.sign(
        domain: statement.kind.domain, chain: chain, message: message[...])
      try state.file.write(
        .signed(position, message: digest, signature: signature),
        commit: position.kind == .commit ? position : nil)
      return signature
    }
  }

  /// Counts everything up to and including `floor` as signed, synced: for a node whose peers hold a
  /// later vote of its own than its watermark, or whose watermark is missing. Lowers nothing.
  public func raise(to floor: VotePosition) throws(SignerError) {
    try state.withLock { state throws(SignerError) in
      switch state.file.record.watermark {
      case .none, .missing: break
      case .floor(let watermark), .signed(let watermark, _, _):
        guard watermark < floor else { return }
      }
      try state.file.write(.floor(floor))
    }
  }

  /// Signs a bundle header of one of this start's incarnations that stands above all signed before,
  /// by incarnation and number, or the last one again. They need no disk: the next start's
  /// incarnations are higher.
  public func sign(_ header: BundleHeader, with name: PublicKey) throws(SignerError) -> Signature {
    guard header.incarnation / Limits.incarnationsPerStart == incarnation else {
      throw .otherIncarnation(asked: header.incarnation, current: incarnation)
    }
    let digest = header.digest(chain)
    return try locked(name) { state, key throws(SignerError) in
      if let last = state.lastBundle, last.digest != digest,
        (last.incarnation, last.number) >= (header.incarnation, header.number)
      {
        throw .bundleNumberUsed(asked: header.number, highest: last.number)
      }
      state.lastBundle = (header.incarnation, header.number, digest)
      return key.sign(domain: .bundle, chain: chain, message: header.bcs[...])
    }
  }

  /// Signs what a node says in a transaction of its own: a member's report, a candidate's
  /// declaration. It needs no disk, and no other transaction is signed.
  public func sign(_ body: TransactionBody, with name: PublicKey) throws(SignerError) -> Signature {
    guard body.nodeMessage != nil, body.sender == account else { throw .noNodeMessage }
    return try locked(name) { _, key in
      key.sign(domain: .transaction, chain: chain, message: body.bcs[...])
    }
  }

  private func locked<Value: Sendable>(
    _ name: PublicKey, _ body: (inout State, SigningKey) throws(SignerError) -> Value
  ) throws(SignerError) -> Value {
    try state.withLock { state throws(SignerError) in
      guard let key = state.keys[name] else { throw .noKey(name) }
      return try body(&state, key)
    }
  }
}
