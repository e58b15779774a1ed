import Foundation
import Glibc

/// Small files that must be on the disk before something else happens. Mode 0600.
enum DurableFile {
  struct Fault: Error, CustomStringConvertible {
    let path: String
    let doing: String
    let code: Int32

    var description: String {
      "cannot \(doing) \(path): \(unsafe String(cString: strerror(code)))"
    }
  }

  /// A new file of these bytes at the path, in place of one that is there.
  static func replace(_ path: String, with bytes: [UInt8]) throws(Fault) {
    let temporary = path + ".new"
    _ = unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Fault(path: temporary, doing: "create", code: errno) }
    defer { close(descriptor) }
    try write(bytes, to: descriptor, temporary)
    guard unsafe rename(temporary, path) == 0 else {
      throw Fault(path: path, doing: "name", code: errno)
    }
    try syncFolder(of: path)
  }

  /// Writes into the file that is there.
  static func fill(_ path: String, with bytes: [UInt8]) throws(Fault) {
    let descriptor = unsafe open(path, O_WRONLY | O_TRUNC | O_CLOEXEC)
    guard descriptor >= 0 else { throw Fault(path: path, doing: "open", code: errno) }
    defer { close(descriptor) }
    try write(bytes, to: descriptor, path)
  }

  /// Overwrites what a file holds, synced, and removes it.
  static func erase(_ path: String) throws(Fault) {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Fault(path: path, doing: "open", code: errno) }
    defer { close(descriptor) }
    let length = lseek(descriptor, 0, SEEK_END)
    guard length >= 0, lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw Fault(path: path, doing: "measure", code: errno)
    }
    try write([UInt8](repeating: 0, count: Int(length)), to: descriptor, path)
    guard unsafe unlink(path) == 0 else { throw Fault(path: path, doing: "remove", code: errno) }
    try syncFolder(of: path)
  }

  private static func write(_ bytes: [UInt8], to descriptor: Int32, _ path: String) throws(Fault) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw Fault(path: path, doing: "write", code: errno) }
      rest = rest.dropFirst(count)
    }
    guard fsync(descriptor) == 0 else { throw Fault(path: path, doing: "sync", code: errno) }
  }

  private static func syncFolder(of path: String) throws(Fault) {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Fault(path: folder, doing: "sync", code: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw Fault(path: folder, doing: "sync", code: errno) }
  }
}
