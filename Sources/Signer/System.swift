import Glibc

/// The few calls of POSIX the signer makes, with typed errors.
enum System {
  static func message(_ code: Int32) -> String { unsafe String(cString: strerror(code)) }

  /// The first `bytesMax` bytes of a file; nil when there is none.
  static func read(_ path: String, bytesMax: Int) throws(SignerError) -> [UInt8]? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw .file(path: path, doing: "open", errno: errno)
    }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: bytesMax)
    var count = 0
    while count < bytesMax {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), bytesMax - count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw .file(path: path, doing: "read", errno: errno) }
      if got == 0 { break }
      count += got
    }
    return Array(bytes.prefix(count))
  }

  static func openForWriting(_ path: String) throws(SignerError) -> Int32 {
    let descriptor = unsafe open(path, O_WRONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, doing: "open", errno: errno) }
    return descriptor
  }

  static func write(
    _ bytes: [UInt8], to descriptor: Int32, at offset: Int, path: String
  ) throws(SignerError) {
    var done = 0
    while done < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe pwrite(
          descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done,
          off_t(offset + done))
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, doing: "write", errno: errno) }
      done += count
    }
  }

  /// Makes a file of these bytes, mode 0600, whole or not at all, and replaces none: it gets its
  /// name by `link` once its bytes are on the disk.
  static func create(_ path: String, _ bytes: [UInt8]) throws(SignerError) {
    let temporary = "\(path).\(getpid()).new"
    _ = unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: path, doing: "create", errno: errno) }
    defer {
      close(descriptor)
      _ = unsafe unlink(temporary)
    }
    try write(bytes, to: descriptor, at: 0, path: path)
    guard fsync(descriptor) == 0 else { throw .file(path: path, doing: "sync", errno: errno) }
    guard unsafe link(temporary, path) == 0 else {
      throw errno == EEXIST ? .exists(path: path) : .file(path: path, doing: "name", errno: errno)
    }
    try syncDirectory(of: path)
  }

  /// Gives a file another name, durably.
  static func rename(_ path: String, to other: String) throws(SignerError) {
    guard unsafe Glibc.rename(path, other) == 0 else {
      throw .file(path: path, doing: "rename", errno: errno)
    }
    try syncDirectory(of: path)
  }

  private static func syncDirectory(of path: String) throws(SignerError) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, doing: "sync", errno: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .file(path: path, doing: "sync", errno: errno) }
  }
}

/// An exclusive lock on a file of its own, held until it goes or its process ends, however it ends
/// (flock(2)).
struct FileLock: ~Copyable {
  private let descriptor: Int32

  init(_ path: String) throws(SignerError) {
    descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: path, doing: "open", errno: errno) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let code = errno
      close(descriptor)
      throw code == EWOULDBLOCK ? .inUse(path: path) : .file(path: path, doing: "lock", errno: code)
    }
  }

  deinit { close(descriptor) }
}
