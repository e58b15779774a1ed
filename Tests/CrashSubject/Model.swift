import LedgerCore
import LedgerState
import LedgerStore

/// What the subject does at each height, and what must be there afterwards: all of it follows from
/// the height, and is computed once, before the children are made.
enum Model {
  static let chain = ChainID(hex: String(repeating: "c5", count: 32)) ?? ChainID(.zero)
  static let index = "crash-test"
  static let keyCount = 60
  /// The last height of a run that nothing disturbs.
  static let heightMax: UInt64 = 10
  /// The state is flushed at its multiples.
  static let flushEvery: UInt64 = 3
  static let logKept: UInt64 = 4
  static let bundlesKept: UInt64 = 3

  static func options() -> StoreOptions {
    var options = StoreOptions()
    options.stateMapBytes = 1 << 20
    options.stateAheadBytes = 32 << 10
    options.logSegmentBytes = 8 << 10
    options.bundleSegmentBytes = 2 << 10
    options.setSegmentBytes = 2 << 10
    options.voteSlotBytes = 512
    return options
  }

  static func bytes(_ count: Int, _ seed: UInt64) -> [UInt8] {
    var state = seed &* 0x9E37_79B9_7F4A_7C15
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count)
    for _ in 0..<count {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bytes.append(UInt8(truncatingIfNeeded: state >> 56))
    }
    return bytes
  }

  /// What a recovery's own blocks reach.
  private static let heights = 0...heightMax + 3 * flushEvery

  static let keys = (0..<keyCount).map { StateKey([1] + bytes(6, UInt64($0))) }

  private static let changesByHeight = heights.map { computedChanges($0) }

  private static let recordsByHeight = {
    var records: [StateKey: [UInt8]] = [:]
    return changesByHeight.map { changes in
      for change in changes { records[change.key] = change.value }
      return records
    }
  }()

  private static let roots = heights.map { height in
    // Nothing is read for it: this cannot throw.
    (try? AuthenticatedState.root(of: changesByHeight[...Int(height)].flatMap { $0 })) ?? .zero
  }

  private static let indexByHeight = recordsByHeight.map { records in
    records.sorted { $0.key < $1.key }
      .map { IndexEntry(key: $0.key.bytes, value: [UInt8(truncatingIfNeeded: $0.value.count)]) }
  }

  /// Computes all that is kept.
  static func compute() { _ = (roots.count, indexByHeight.count) }

  static func key(_ number: Int) -> StateKey { keys[number] }

  static func changes(_ height: UInt64) -> [StateChange] { changesByHeight[Int(height)] }

  static func records(_ height: UInt64) -> [StateKey: [UInt8]] { recordsByHeight[Int(height)] }

  static func root(_ height: UInt64) -> Digest { roots[Int(height)] }

  static func indexEntries(_ height: UInt64) -> [IndexEntry] { indexByHeight[Int(height)] }

  /// The writes of a height: new records, overwritten ones and removed ones, one key twice.
  private static func computedChanges(_ height: UInt64) -> [StateChange] {
    if height == 0 {
      return (0..<40).map { StateChange(key: key($0), value: bytes(20 + $0, UInt64($0) + 1)) }
    }
    var changes = (0..<12).map { position in
      let number = Int((height &* 17 &+ UInt64(position) &* 7) % UInt64(keyCount))
      let isRemoved = (height &+ UInt64(position)) % 4 == 0
      return StateChange(
        key: key(number),
        value: isRemoved
          ? nil : bytes(10 + position * 25, height &* 100 &+ UInt64(position)))
    }
    changes.append(StateChange(key: changes[0].key, value: [UInt8(truncatingIfNeeded: height)]))
    return changes
  }

  /// The derived index: of each record, the number of its value's bytes.
  static func indexes(_ changes: [StateChange]) -> [IndexChange] {
    changes.map {
      IndexChange(
        index: index, key: $0.key.bytes,
        value: $0.value.map { [UInt8(truncatingIfNeeded: $0.count)] })
    }
  }

  /// A block of a height: the root it leaves, and bytes. One is larger than what is written at
  /// once, one larger than a segment.
  static func block(_ height: UInt64, root: Digest) -> [UInt8] {
    let size =
      switch height {
      case 5: 300 << 10
      case 7, heightMax: 9 << 10
      default: Int(500 &+ height &* 900 % 4_000)
      }
    let unit = bytes(min(size, 1_000), height)
    var block = root.bytes.array
    block.reserveCapacity(size + 32)
    for _ in 0..<size / unit.count { block += unit }
    return block
  }

  static func receipts(_ height: UInt64) -> [UInt8] { bytes(Int(height % 4) * 50, height) }

  /// The root that a block says it leaves; nil when its other bytes, if it has any, are not those
  /// of the height.
  static func root(of block: ArraySlice<UInt8>, _ height: UInt64) -> Digest? {
    guard let root = Digest(block.prefix(32)) else { return nil }
    return block.count == 32 || Array(block) == Self.block(height, root: root) ? root : nil
  }

  static func bundles(_ height: UInt64) -> [StoredBundle] {
    (0..<2).map { number in
      let bytes = bytes(300 + number * 200, height &* 10 &+ UInt64(number))
      return StoredBundle(digest: SHA256.hash(bytes), birthHeight: height, bytes: bytes)
    }
  }

  /// The change of the validator set with a number: one comes with each height that is flushed.
  /// Nil where members could not be a set, which they are.
  static func setChange(_ number: UInt64) -> StoredSetChange? {
    let last = setChangeHeight(number)
    guard let old = set(from: last - flushEvery + 1), let next = set(from: last + 1) else {
      return nil
    }
    let header = BlockHeader(
      height: last, timestamp: last, author: old.members[0].account, parent: .zero,
      bundlesRoot: .zero, validatorsHash: old.hash(chain), nextValidatorsHash: next.hash(chain),
      parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
      parentStatement: .genesis, parentCommits: [], lateCommits: [])
    let certificate = QuorumCertificate(
      kind: .commit, height: last, view: 0, block: header.hash(chain), stateRoot: .zero,
      signatures: (0..<3).map {
        MemberSignature(member: $0, signature: Signature(r: .zero, s: .zero))
      })
    return StoredSetChange(
      number: number, set: old,
      change: SetChange(header: header, certificate: certificate, next: next))
  }

  /// The last height of the set that ends with the change of a number.
  static func setChangeHeight(_ number: UInt64) -> UInt64 { (number + 1) * flushEvery }

  private static func set(from height: UInt64) -> ValidatorSet? {
    ValidatorSet(
      firstHeight: height,
      members: (0..<4).map {
        let key = PublicKey(SHA256.hash([UInt8($0)]).bytes)
        return Validator(account: AccountID(key), consensusKey: key)
      })
  }

  static func prepared(_ height: UInt64) -> [UInt8] { bytes(Int(100 &+ height &* 60), height) }
}
