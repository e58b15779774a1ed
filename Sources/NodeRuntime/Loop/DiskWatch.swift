import Foundation
import Logging

/// Looks at the room on the disk of `data/`: warns in time, and has the node stop before a write
/// fails in the middle of something.
struct DiskWatch {
  /// Seconds between looks, and between warnings of the same.
  static let pauseSeconds: UInt64 = 10
  static let repeatSeconds: UInt64 = 3_600

  private let path: String
  private let settings: NodeConfiguration.Store
  private let logger: Logger
  private var nextLook: UInt64 = 0
  private var nextWarning: UInt64 = 0
  private var isLow = false

  init(path: String, settings: NodeConfiguration.Store, logger: Logger) {
    self.path = path
    self.settings = settings
    self.logger = logger
  }

  /// Looks, when it is time. Answers why the node must stop, or nil.
  ///
  /// - Parameter second: the time now, seconds.
  mutating func look(second: UInt64) -> String? {
    guard second >= nextLook, let free = Self.freeMiB(path) else { return nil }
    nextLook = second + Self.pauseSeconds
    return judge(freeMiB: free, second: second)
  }

  mutating func judge(freeMiB free: UInt64, second: UInt64) -> String? {
    if free < UInt64(settings.freeDiskMinMiB) {
      return "\(free) MiB are free for \(path), below store.free-disk-min-mib = "
        + "\(settings.freeDiskMinMiB): make room and start again, nothing is lost"
    }
    let wasLow = isLow
    isLow = free < UInt64(settings.freeDiskWarnMiB)
    if isLow, !wasLow || second >= nextWarning {
      nextWarning = second + Self.repeatSeconds
      logger.warning(
        "the disk is filling up",
        metadata: [
          "free-mib": "\(free)", "stops-below-mib": "\(settings.freeDiskMinMiB)",
          "path": "\(path)",
        ])
    } else if wasLow, !isLow {
      logger.notice("the disk has room again", metadata: ["free-mib": "\(free)"])
    }
    return nil
  }

  /// MiB that this process may still write on the file system of a path.
  static func freeMiB(_ path: String) -> UInt64? {
    var found = statvfs()
    guard unsafe statvfs(path, &found) == 0 else { return nil }
    return (UInt64(found.f_bavail) &* UInt64(found.f_frsize)) >> 20
  }
}
