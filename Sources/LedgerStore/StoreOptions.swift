/// Sizes of the store's files. Existing files keep theirs.
public struct StoreOptions: Sendable {
  /// The first bound of the state file; it doubles when it is reached. Address space, not memory
  /// and not disk.
  public var stateMapBytes = 16 << 30
  /// Disk space kept ready ahead of the state's last page.
  public var stateAheadBytes = 16 << 20
  /// The same of the history's file.
  public var historyMapBytes = 16 << 30
  /// Records, and bytes of keys and values, that a transaction takes while a whole state is loaded.
  public var loadRecords = 1 << 18
  public var loadBytes = 64 << 20
  /// A segment of the block log; a larger block gets a larger segment.
  public var logSegmentBytes = 64 << 20
  /// A segment of the bundle files.
  public var bundleSegmentBytes = 8 << 20
  /// A segment of the log of set changes.
  public var setSegmentBytes = 1 << 20
  /// A slot for the prepared certificate; a larger payload makes it grow.
  public var voteSlotBytes = 256 << 10
  /// How long a flush waits for readers when the map must grow.
  public var growWaitMilliseconds = StoreLimits.growWaitMilliseconds
  /// Nothing is repaired or written: for audits of a stopped node's folder.
  public var readOnly = false
  /// The system call that makes appended bytes durable: 0, or the errno. Tests let it fail.
  var dataSync: @Sendable (Int32) -> Int32 = File.fdatasync

  public init() {}
}
