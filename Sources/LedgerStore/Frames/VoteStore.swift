import LedgerCore
import Synchronization

/// What a node must still know after a crash between PREPARE and decision: header, digests and
/// prepared certificate, durable together before COMMIT leaves (protocol §5). Watermark and signed
/// votes are the signer's.
///
/// Two preallocated slots are written in turn, each one frame with one sync: a torn write spoils
/// the older of two, and the vote it was for has not left. Thread safe; callers take turns.
public final class VoteStore: Sendable {
  /// What was saved last.
  public struct Prepared: Hashable, Sendable {
    public let height: UInt64
    public let payload: [UInt8]
  }

  private struct State: Sendable {
    /// The number of the last whole write; 0 when there is none.
    var last: UInt64 = 0
    var hasStopped = false
  }

  private enum Slot {
    case empty
    case damaged
    case whole(FrameHead, payload: [UInt8])
  }

  private let folder: Folder
  private let seal: FrameSeal
  private let options: StoreOptions
  private let state: Mutex<State>

  init(_ folderPath: String, chain: ChainID, options: StoreOptions) throws(StoreError) {
    folder = Folder(path: folderPath)
    // Payloads here are the node's own: the chain is salt enough, and keeps other chains' out.
    seal = FrameSeal(salt: Array(chain.bytes.array[..<16]))
    self.options = options
    state = Mutex(State())
    if !options.readOnly {
      for slot in 0..<2 where !Folder.exists(path(slot)) {
        let file = try File(path(slot), .create)
        try file.allocate(UInt64(options.voteSlotBytes))
        try file.syncAll()
      }
      try folder.sync()
    }
    let newest = try newest()
    state.withLock { $0.last = newest?.head.group ?? 0 }
  }

  private func path(_ slot: Int) -> String { folder.file("prepared-\(slot)") }

  /// Saves what was prepared at a height, in place of what was saved before: when this returns, it
  /// survives a crash. When it throws, what was saved before is still there.
  ///
  /// - Throws: `diskFull`, after which it may be tried again; `syncFailed` and `stopped`, after
  ///   which the node stops.
  public func savePrepared(height: UInt64, payload: [UInt8]) throws(StoreError) {
    guard !options.readOnly else { throw .readOnly(path: folder.path) }
    try state.withLock { state throws(StoreError) in
      guard !state.hasStopped else { throw .stopped(path: folder.path) }
      do throws(StoreError) {
        try write(number: state.last + 1, height: height, payload)
      } catch {
        if case .diskFull = error {} else { state.hasStopped = true }
        throw error
      }
      state.last += 1
    }
  }

  private func write(number: UInt64, height: UInt64, _ payload: [UInt8]) throws(StoreError) {
    let slot = Int(number & 1)
    let file = try File(path(slot), .readWrite, dataSync: options.dataSync)
    let frame = seal.frame([payload[...]], height: height, group: number, at: UInt64(slot))
    if UInt64(frame.count) > (try file.size()) {
      try file.allocate(UInt64(frame.count))
      try file.syncAll()
    }
    try file.write(frame, at: 0)
    try file.syncData()
  }

  /// What was saved last; nil when nothing was.
  ///
  /// - Throws: `damaged` when both slots were written and neither is whole.
  public func loadPrepared() throws(StoreError) -> Prepared? {
    try state.withLock { _ throws(StoreError) in
      guard let newest = try newest() else { return nil }
      return Prepared(height: newest.head.height, payload: newest.payload)
    }
  }

  private func newest() throws(StoreError) -> (head: FrameHead, payload: [UInt8])? {
    var newest: (head: FrameHead, payload: [UInt8])?
    var damaged: [Int] = []
    for slot in 0..<2 {
      switch try read(slot) {
      case .empty: break
      case .damaged: damaged.append(slot)
      case .whole(let head, let payload):
        if head.group > newest?.head.group ?? 0 { newest = (head, payload) }
      }
    }
    if newest == nil, damaged.count == 2 {
      throw .damaged(StoreDamage(.frame(path: path(0), offset: 0), .checksum))
    }
    return newest
  }

  private func read(_ slot: Int) throws(StoreError) -> Slot {
    guard Folder.exists(path(slot)) else { return .empty }
    let file = try File(path(slot), .read)
    let bytes = try file.read(count: FrameHead.bytesCount, at: 0)
    guard !bytes.allSatisfy({ $0 == 0 }) else { return .empty }
    guard let head = seal.head(bytes[...], at: UInt64(slot)),
      head.length <= StoreLimits.framePayloadBytesMax
    else { return .damaged }
    var payload = try file.read(
      count: head.frameBytes - FrameHead.bytesCount, at: UInt64(FrameHead.bytesCount))
    guard seal.isPayload(payload, of: head, at: UInt64(slot)) else { return .damaged }
    payload.removeLast(payload.count - head.length)
    return .whole(head, payload: payload)
  }
}
