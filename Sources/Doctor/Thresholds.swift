/// Where good ends, in one place.
enum Thresholds {
  /// A node refuses proposals more than this ahead of its clock; its clock should be far nearer.
  static let clockProblemMilliseconds: Int64 = 500
  static let clockWarningMilliseconds: Int64 = 100
  /// Microseconds: the kernel's bound of its clock's error.
  static let clockErrorWarningMicroseconds: Int64 = 250_000

  /// Writes that are made durable to measure the disk, and the bytes of each.
  static let syncs = 24
  static let syncBytes = 4_096
  /// A block needs about four durable writes, one after the other.
  static let syncsPerBlock: UInt64 = 4
  static let syncWarningMicroseconds: UInt64 = 20_000

  static let daysLeftWarning = 30
  static let daysLeftProblem = 5
  /// Growth is not judged before a node has run this long.
  static let growthSecondsMin: UInt64 = 3_600

  static let memoryWarningMiB: UInt64 = 2_048
  static let memoryProblemMiB: UInt64 = 512
  /// Descriptors beside connections: files, listeners, epoll.
  static let descriptorsOther = 128

  static let peerTimeoutMilliseconds: Int64 = 3_000
  static let nodeTimeoutMilliseconds: Int64 = 3_000
  /// Intervals without a block before the node counts as stuck.
  static let intervalsWithoutBlock: UInt64 = 5
}
