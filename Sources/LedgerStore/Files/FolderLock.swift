import Glibc

/// Holds a folder for one user, until it is released: `flock(2)` on a file in it, so the kernel
/// lets go of it when the process ends, however it ends.
final class FolderLock: Sendable {
  private let descriptor: Int32

  /// Throws `inUse` when somebody else holds it, with the process that does.
  init(_ folder: Folder) throws(StoreError) {
    let path = folder.file("lock")
    let opened = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw StoreError(errno, "open", path) }
    guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      let holder = Self.holder(opened)
      _ = close(opened)
      guard code == EWOULDBLOCK else { throw StoreError(code, "lock", path) }
      throw .inUse(path: folder.path, process: holder)
    }
    descriptor = opened
    // For the message above only; the lock itself does not depend on it.
    let text = Array(String(getpid()).utf8)
    _ = ftruncate(opened, 0)
    _ = unsafe text.withUnsafeBytes { unsafe pwrite(opened, $0.baseAddress, $0.count, 0) }
  }

  deinit { _ = close(descriptor) }

  private static func holder(_ descriptor: Int32) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = unsafe text.withUnsafeMutableBytes {
      unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
    }
    guard count > 0 else { return nil }
    return Int32(String(decoding: text[..<count], as: UTF8.self))
  }
}
