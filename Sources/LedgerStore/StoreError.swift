import CLedgerCore
import Glibc
public import LedgerCore

/// Why the store cannot do what it was asked. A `syncFailed`, `stopped`, `stateFailed` or
/// `damaged` store is not used further: the node that meets one stops.
public enum StoreError: Error, Hashable, Sendable {
  /// Another process, or another part of this one, has the folder open.
  case inUse(path: String, process: Int32?)
  /// There is no ledger in the folder.
  case notCreated(path: String)
  /// There is a ledger in the folder already.
  case alreadyCreated(path: String)
  /// The folder belongs to another chain.
  case otherGenesis(path: String, found: ChainID, expected: ChainID)
  /// Written by a release with another format.
  case unknownFormat(path: String, version: UInt32)
  /// No room. Nothing is lost and nothing half written; the same call may be made again. Where the
  /// last page of a flush found no room, that is refused (`stopped`) until the state is opened
  /// anew.
  case diskFull(path: String)
  /// Written bytes could not be made durable. Never retried: what the disk holds is unknown.
  case syncFailed(path: String, code: Int32)
  /// Refused because an earlier write or sync failed, until the store is opened anew.
  case stopped(path: String)
  /// A system call failed.
  case fileFailed(operation: String, path: String, code: Int32)
  /// LMDB failed.
  case stateFailed(operation: String, path: String, code: Int32)
  /// The state file's map must grow, and readers did not end in time. The flush may be repeated.
  case readersActive(path: String)
  /// Bytes on disk are not those that were written.
  case damaged(StoreDamage)
  /// Heights are appended and flushed in order.
  case heightOutOfOrder(expected: UInt64, given: UInt64)
  /// The log does not hold the blocks from the state's height on.
  case logDoesNotCover(stateHeight: UInt64, logHeights: ClosedRange<UInt64>?)
  /// Records of a whole state come by ascending path, each once; `after` were taken.
  case recordsOutOfOrder(path: String, after: Int)
  /// What was written cannot be read.
  case unreadable(path: String, reason: String)
  /// Larger, or smaller, than what the store keeps; for an index's name also other letters.
  case sizeRefused(what: String, bytes: Int, allowed: ClosedRange<Int>)
  /// The folder was opened read-only.
  case readOnly(path: String)
}

/// What is damaged, and where.
public struct StoreDamage: Error, Hashable, Sendable {
  public enum Place: Hashable, Sendable {
    /// A frame of the log, of the changes of set or of a bundle file, or a vote slot.
    case frame(path: String, offset: UInt64)
    /// The head of a segment file.
    case segment(path: String)
    /// A record, by its path in the tree: SHA-256 of its key.
    case record(path: Digest)
    case indexEntry(index: String, key: [UInt8])
    /// A page of the state's file.
    case statePage(path: String, page: UInt64)
    /// The note of height, root and genesis beside the records.
    case stateNote(path: String)
    /// The derived history, in one of its databases: made anew with `eco2 history rebuild`.
    case history(path: String)
  }
  public enum Fault: Hashable, Sendable {
    case checksum
    /// A frame that may be the torn end of a write, or damage; opening the store cuts it.
    case torn
    case badLayout
    case leafHash
    /// The record does not stand at the hash of its key.
    case wrongPath
    case heightOutOfOrder(expected: UInt64, found: UInt64)
    case missingSegment(number: UInt64)
  }
  public let place: Place
  public let fault: Fault

  public init(_ place: Place, _ fault: Fault) {
    self.place = place
    self.fault = fault
  }
}

extension StoreDamage: CustomStringConvertible {
  public var description: String {
    let position =
      switch place {
      case .frame(let path, let offset): "\(path) at offset \(offset)"
      case .segment(let path): "the head of \(path)"
      case .record(let path): "the record at path \(path)"
      case .indexEntry(let index, let key): "index \(index), entry \(Hex.encode(key))"
      case .statePage(let path, let page): "page \(page) of \(path)"
      case .stateNote(let path): "the state's note of height and root in \(path)"
      case .history(let path): "the history in \(path), which can be rebuilt from the log"
      }
    let what =
      switch fault {
      case .checksum: "its bytes do not have their checksum"
      case .torn: "it is torn or damaged, and nothing follows it"
      case .badLayout: "its bytes cannot be read"
      case .leafHash: "its value does not have its leaf hash"
      case .wrongPath: "it does not stand at the hash of its key"
      case .heightOutOfOrder(let expected, let found):
        "it is of height \(found) where \(expected) belongs"
      case .missingSegment(let number): "segment \(number) before it is missing"
      }
    return "\(position): \(what)\(advice)"
  }

  /// What an operator does about files that nothing else can replace on this disk.
  private var advice: String {
    switch (place, fault) {
    case (_, .torn): ""
    case (.frame, _), (.segment, _):
      "; the disk has lost or changed what was written: `eco2 audit` says how much; "
        + "then rebuild the node from the others (operations/backup.md)"
    default: ""
    }
  }
}

extension StoreError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .inUse(let path, let process):
      "another process\(process.map { " (pid \($0))" } ?? "") uses \(path)"
    case .notCreated(let path): "no ledger in \(path): create it from a genesis file first"
    case .alreadyCreated(let path): "\(path) holds a ledger already"
    case .otherGenesis(let path, let found, let expected):
      "\(path) belongs to the chain with genesis hash \(found), not \(expected)"
    case .unknownFormat(let path, let version):
      "\(path) has format \(version), which this release does not know"
    case .diskFull(let path): "no room on the disk for \(path)"
    case .syncFailed(let path, let code):
      "\(path) could not be made durable: \(Self.text(code)); the node must stop"
    case .stopped(let path): "\(path) refuses everything since a write failed, until the next start"
    case .fileFailed(let operation, let path, let code):
      "\(operation) failed on \(path): \(Self.text(code))"
    case .stateFailed(let operation, let path, let code):
      "\(operation) failed on the state in \(path): \(Self.stateText(code))"
    case .readersActive(let path): "the state in \(path) cannot grow while it is read"
    case .damaged(let damage): damage.description
    case .heightOutOfOrder(let expected, let given):
      "height \(given) was given where \(expected) follows"
    case .logDoesNotCover(let stateHeight, let heights):
      "the state is of height \(stateHeight), but the log holds "
        + (heights.map { "heights \($0.lowerBound) to \($0.upperBound)" } ?? "no blocks")
    case .recordsOutOfOrder(let path, let count):
      "of the records for \(path), those after the first \(count) are out of order or not unique"
    case .unreadable(let path, let reason): "what was written to \(path) cannot be read: \(reason)"
    case .sizeRefused(let what, let bytes, let allowed):
      "\(what) of \(bytes) bytes is not kept: "
        + "\(allowed.lowerBound) to \(allowed.upperBound) are"
    case .readOnly(let path): "\(path) was opened for reading only"
    }
  }

  /// Whether LMDB refused a key that was appended and is not above all others.
  var isKeyOutOfOrder: Bool {
    if case .stateFailed(_, _, CL_LMDB_KEY_EXISTS) = self { true } else { false }
  }

  private static func text(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

  private static func stateText(_ code: Int32) -> String {
    unsafe String(cString: cl_lmdb_text(code))
  }
}
