public import LedgerCore
public import LedgerRules
public import LedgerStore

/// Something in a node's folder that is not as it must be, and where.
public enum AuditFinding: Error, Equatable, Sendable {
  /// Bytes on disk are not those that were written.
  case damage(StoreDamage)
  /// An identity of carbon or supply does not hold over the records.
  case state(StateFault)
  /// The records' tree has another root than the store's note says.
  case root(height: UInt64, noted: Digest, recomputed: Digest)
  /// A block of the log is not what it must be.
  case block(height: UInt64, BlockFinding)
  /// An index entry is missing, or is another than its record asks for.
  case indexEntry(index: String, key: [UInt8], IndexFinding)
  /// The history is not what the log gives; `eco2 history rebuild` makes it anew.
  case history(HistoryFinding)
  /// A kept change of the validator set is not what led from the set before to the next one.
  case setChange(number: UInt64, SetChangeFinding)
  /// A kept bundle is not the one it is filed as.
  case bundle(Digest)
}

/// What is wrong with a block of the log.
public enum BlockFinding: Equatable, Sendable {
  /// The log ends below the flushed state's height.
  case missing
  case unreadable(BCSError)
  /// The header does not name its parent in the log.
  case parent
  /// Runs, bundles and header do not belong together.
  case bundles
  /// The set named by the header is unknown here, so its certificate proves nothing.
  case unknownSet
  case certificate(CertificateError)
  /// The certificate's state root is not the root after this block.
  case stateRoot(certified: Digest, recomputed: Digest)
  /// The receipts do not have the root that state or the next header names.
  case receipts
  /// The transactions do not have the root that state or the next header names.
  case transactions
  /// State keeps another header, time or roots for this height.
  case blockRecord
  /// The next header repeats another statement than state keeps.
  case statement
  /// The next header repeats another state root than was certified.
  case parentRoots
  /// Above the flushed height: executing the block fails.
  case execution(ExecutionError)
  /// Above the flushed height: executing the block gives other receipts.
  case executedReceipts
}

/// What is wrong with a kept change of the validator set.
public enum SetChangeFinding: Equatable, Sendable {
  /// It proves nothing to whoever trusts the set that it says ended.
  case step(SetChangeError)
  /// The set that ended is not the one that the change before led to.
  case otherSet
  /// State keeps another header of that height.
  case blockRecord
  /// State still has the set that ended, and a later change is kept, but not this one.
  case missing
}

/// What is wrong with an index entry.
public enum IndexFinding: Equatable, Sendable {
  /// A record asks for the entry, and it is not there.
  case missing
  /// No record asks for the entry.
  case extra
  /// The record asks for another value.
  case value
}

extension AuditFinding: CustomStringConvertible {
  /// A stable code, the same in text and JSON.
  public var code: String {
    switch self {
    case .damage: "damage"
    case .state: "state"
    case .root: "root"
    case .block: "block"
    case .indexEntry: "index"
    case .history: "history"
    case .setChange: "set-change"
    case .bundle: "bundle"
    }
  }

  public var description: String {
    switch self {
    case .damage(let damage): damage.description
    case .state(let fault): fault.description
    case .root(let height, let noted, let recomputed):
      "the state of height \(height) is noted with root \(noted), its records have \(recomputed)"
    case .block(let height, let finding): "block \(height) of the log: \(finding)"
    case .indexEntry(let index, let key, let finding):
      "index \(index), entry \(Hex.encode(key)): \(finding)"
    case .history(let finding): "the history: \(finding)"
    case .setChange(let number, let finding): "change \(number) of the set: \(finding)"
    case .bundle(let digest): "bundle \(digest): its bytes are not those of that digest"
    }
  }
}

extension BlockFinding: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "the log does not hold it, but the state is of that height"
    case .unreadable(let error): "\(error)"
    case .parent: "its header does not name the block before it"
    case .bundles: "its bundles are not those its header names"
    case .unknownSet: "the set that decided it is not known here"
    case .certificate(let error): "its certificate proves nothing: \(error)"
    case .stateRoot(let certified, let recomputed):
      "its certificate signs state root \(certified), recomputed is \(recomputed)"
    case .receipts: "its receipts do not have the root that was agreed"
    case .transactions: "its transactions do not have the root that was agreed"
    case .blockRecord: "state keeps another header, time or root for it"
    case .statement: "the next header repeats another carbon statement than state keeps"
    case .parentRoots: "the next header repeats other roots than were certified"
    case .execution(let error): "executing it fails: \(error)"
    case .executedReceipts: "executing it gives other receipts than the log keeps"
    }
  }
}

extension SetChangeFinding: CustomStringConvertible {
  public var description: String {
    switch self {
    case .step(let error): "it proves nothing: \(error)"
    case .otherSet: "the change before led to another set"
    case .blockRecord: "state keeps another header of its height"
    case .missing: "it is not kept, and later ones are: no client comes past it here"
    }
  }
}

extension IndexFinding: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "it is missing"
    case .extra: "no record asks for it"
    case .value: "it has another value than its record asks for"
    }
  }
}
