public import LedgerCore
public import LedgerState

/// A stopped node's folder, opened for checking: nothing in it is repaired or changed, and every
/// byte that was written is checked, one finding at a time.
///
/// What is found damaged is given to `fault`, with its place; what is whole goes to `visit`, so
/// that an audit recomputes its identities in the same pass.
public final class StoreAudit: Sendable {
  /// The flushed state, to be read as a node reads it.
  public let records: RecordStore
  let home: String
  private let paths: StorePaths
  private let lock: FolderLock

  public var chain: ChainID { records.chain }

  /// Locks the folder and checks the structure of the state's file.
  ///
  /// - Throws: `inUse`, `notCreated`, `damaged` where so much is wrong that records cannot be
  ///   walked: a page's structure, or the note of height and root.
  public init(home: String, options: StoreOptions = StoreOptions()) throws(StoreError) {
    var options = options
    options.readOnly = true
    self.home = home
    paths = StorePaths(home: home)
    guard Folder.exists(paths.state) else { throw .notCreated(path: home) }
    lock = try FolderLock(Folder(path: paths.data))
    try paths.checkStateFile(home: home)
    guard let records = try RecordStore(folder: Folder(path: paths.state), options: options)
    else { throw .notCreated(path: home) }
    self.records = records
  }

  /// Every record in the order of paths: layout, key's hash and leaf hash checked.
  public func checkRecords(
    _ visit: (StateRecord) -> Void, fault: (StoreDamage) -> Void
  ) throws(StoreError) {
    try records.file.beginRead().walkRecords(records.databases) { path, record, damage in
      if let damage { fault(StoreDamage(.record(path: path), damage)) }
      if let record, damage == nil { visit(record) }
    }
  }

  /// The records whose keys start with one of the prefixes, in the order of paths, as they stand:
  /// `checkRecords` says which are damaged.
  public func visitRecords(keyed prefixes: [[UInt8]], _ visit: (StateRecord) -> Void)
    throws(StoreError)
  {
    try records.file.beginRead().walkRecords(records.databases, prefixes: prefixes, visit)
  }

  /// Every entry of every index, by name and then in order, its checksum checked. Whether the
  /// entries are those that the records ask for, the auditor compares.
  public func checkIndexEntries(
    _ visit: (_ index: String, IndexEntry) -> Void, fault: (StoreDamage) -> Void
  ) throws(StoreError) {
    let transaction = try records.file.beginRead()
    try unsafe transaction.scan(records.databases.indexes, from: []) {
      key, entry throws(StoreError) -> Bool in
      let name = unsafe [UInt8](key.prefix { $0 != 0 })
      let index = String(decoding: name, as: UTF8.self)
      let skipped = min(name.count + 1, key.count)
      switch unsafe IndexLayout.read(key: key, entry: entry, index: index, skipping: skipped) {
      case .failure(let damage): fault(damage)
      case .success(let entry): visit(index, entry)
      }
      return true
    }
  }

  /// Every block of the log in order, its checksum and the order of heights checked. A torn end is
  /// a finding too: opening the node cuts it off.
  public func checkBlocks(
    _ visit: (LogEntry) -> Void, fault: (StoreDamage) -> Void
  ) throws(StoreError) {
    var last: UInt64?
    try checkFrames(paths.log, .log, fault: fault) { file, place, payload in
      if let last, place.height != last + 1 {
        fault(
          StoreDamage(
            .frame(path: file.path, offset: place.offset),
            .heightOutOfOrder(expected: last + 1, found: place.height)))
      }
      last = place.height
      if let entry = LogEntry(height: place.height, payload: payload) {
        visit(entry)
      } else {
        fault(StoreDamage(.frame(path: file.path, offset: place.offset), .badLayout))
      }
    }
  }

  /// Every bundle kept, its checksum checked.
  public func checkBundles(
    _ visit: (StoredBundle) -> Void, fault: (StoreDamage) -> Void
  ) throws(StoreError) {
    try checkFrames(paths.bundles, .bundles, fault: fault) { file, place, payload in
      if let bundle = StoredBundle(birthHeight: place.height, payload: payload) {
        visit(bundle)
      } else {
        fault(StoreDamage(.frame(path: file.path, offset: place.offset), .badLayout))
      }
    }
  }

  /// Every change of the validator set, its checksum and the order of numbers and heights checked.
  public func checkSetChanges(
    _ visit: (StoredSetChange) -> Void, fault: (StoreDamage) -> Void
  ) throws(StoreError) {
    guard Folder.exists(paths.sets) else { return }
    var last: StoredSetChange?
    try checkFrames(paths.sets, .sets, fault: fault) { file, place, payload in
      let frame = StoreDamage.Place.frame(path: file.path, offset: place.offset)
      guard let change = StoredSetChange(payload: payload, at: place.height) else {
        return fault(StoreDamage(frame, .badLayout))
      }
      if let last, change.number <= last.number || change.lastHeight <= last.lastHeight {
        fault(
          StoreDamage(
            frame,
            .heightOutOfOrder(expected: last.lastHeight + 1, found: change.lastHeight)))
      }
      last = change
      visit(change)
    }
  }

  private func checkFrames(
    _ path: String, _ kind: SegmentHead.Kind, fault: (StoreDamage) -> Void,
    _ visit: (FrameFile, FramePlace, [UInt8]) -> Void
  ) throws(StoreError) {
    let folder = FrameFolder(folder: Folder(path: path), kind: kind, chain: chain)
    let numbers = try finding(fault) { () throws(StoreError) in
      try folder.numbers(readOnly: true)
    }
    for number in numbers ?? [] {
      _ = try finding(fault) { () throws(StoreError) in
        let file = try FrameFile.open(folder.folder, kind, number: number, chain: chain)
        let isLast = number == numbers?.last
        let scan = try file.scan(last: isLast, reading: true) { place, payload in
          let end = place.length
          visit(file, place, Array(payload[..<end]))
        }
        if scan.isTorn {
          throw .damaged(StoreDamage(.frame(path: file.path, offset: scan.end), .torn))
        }
      }
    }
  }

  /// Damage is a finding; anything else ends the check.
  private func finding<Result>(
    _ fault: (StoreDamage) -> Void, _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result? {
    do throws(StoreError) { return try body() } catch {
      guard case .damaged(let damage) = error else { throw error }
      fault(damage)
      return nil
    }
  }
}
