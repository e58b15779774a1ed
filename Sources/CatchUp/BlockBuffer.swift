import LedgerCore

/// A block that was handed out by a peer and is not applied yet.
struct BufferedBlock: Sendable {
  let block: DecidedBlock
  let byteCount: Int
  let peer: AccountID
  /// The hash of the set under which its certificate was verified.
  var verifiedUnder: Digest?
}

/// Blocks above the own height, bounded in number and bytes.
struct BlockBuffer: Sendable {
  /// Ascending by height.
  private(set) var list: [BufferedBlock] = []
  private(set) var byteCount = 0

  func index(_ height: UInt64) -> Int? { list.firstIndex { $0.block.height == height } }

  func contains(_ height: UInt64) -> Bool { index(height) != nil }

  /// Whether a block of this size may enter; an empty buffer takes any.
  func hasRoom(for bytes: Int) -> Bool {
    list.isEmpty
      || (list.count < CatchUpLimits.bufferBlocksMax
        && byteCount + bytes <= CatchUpLimits.bufferBytesMax)
  }

  mutating func insert(_ buffered: BufferedBlock) {
    guard !contains(buffered.block.height) else { return }
    let place = list.firstIndex { $0.block.height > buffered.block.height } ?? list.count
    list.insert(buffered, at: place)
    byteCount += buffered.byteCount
  }

  mutating func update(_ height: UInt64, _ change: (inout BufferedBlock) -> Void) {
    if let index = index(height) { change(&list[index]) }
  }

  mutating func removeAll(where isOver: (BufferedBlock) -> Bool) {
    list.removeAll(where: isOver)
    byteCount = list.reduce(0) { $0 + $1.byteCount }
  }
}
