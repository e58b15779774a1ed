import Foundation
import Glibc
import Testing

/// A disk of a few MiB, in memory: a tmpfs, mounted for one test. Needs root.
final class SmallDisk: Sendable {
  let path: String

  static let isPossible: Bool = {
    let path = FileManager.default.temporaryDirectory.path + "/eco2-disk-\(getpid())"
    defer { try? FileManager.default.removeItem(atPath: path) }
    return (try? SmallDisk(at: path, kibibytes: 64)) != nil
  }()

  /// Mounts it over a folder, with what the folder holds on it.
  init(at path: String, kibibytes: Int) throws {
    self.path = path
    let files = FileManager.default
    let aside = path + ".aside"
    if files.fileExists(atPath: path) { try files.moveItem(atPath: path, toPath: aside) }
    try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.mount(path, kibibytes, 0)
    guard files.fileExists(atPath: aside) else { return }
    for name in try files.contentsOfDirectory(atPath: aside) {
      try files.copyItem(atPath: aside + "/" + name, toPath: path + "/" + name)
    }
    try files.removeItem(atPath: aside)
  }

  deinit { _ = unsafe umount2(path, Int32(MNT_DETACH)) }

  private static func mount(_ path: String, _ kibibytes: Int, _ flags: UInt) throws {
    let options = "mode=0700,size=\(kibibytes)k"
    guard unsafe Glibc.mount("tmpfs", path, "tmpfs", flags, options) == 0 else {
      throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EPERM)
    }
  }

  /// Makes it larger, as an operator would a volume.
  func grow(to kibibytes: Int) throws { try Self.mount(path, kibibytes, UInt(MS_REMOUNT)) }

  private var filler: String { path + "/filler" }

  /// Takes all the room there is.
  func fill() throws {
    let descriptor = unsafe open(filler, O_CREAT | O_WRONLY, 0o600)
    defer { close(descriptor) }
    var status = statvfs()
    try #require(unsafe statvfs(path, &status) == 0)
    let free = Int(status.f_bavail) * Int(status.f_frsize)
    try #require(posix_fallocate(descriptor, 0, off_t(free)) == 0)
  }

  /// Gives the room back.
  func empty() { _ = unsafe unlink(filler) }
}
