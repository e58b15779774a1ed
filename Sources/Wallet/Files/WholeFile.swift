import Foundation

/// Files that exist whole or not at all: written under another name, synced, then named.
public enum WholeFile {
  /// Makes a file; one of this name is never touched.
  ///
  /// - Parameter mode: such as 0o600, whatever the process's umask is.
  public static func create(
    _ path: String, _ bytes: [UInt8], mode: UInt32
  ) throws(WholeFileError) {
    let temporary = try write(bytes, beside: path, mode: mode)
    defer { _ = unsafe unlink(temporary) }
    // `link`, unlike `rename`, never replaces.
    guard unsafe link(temporary, path) == 0 else {
      throw errno == EEXIST ? .exists(path: path) : WholeFileError(path, doing: "name")
    }
    try syncFolder(of: path)
  }

  /// Makes a file or replaces the one of this name, whose bytes are gone then.
  public static func replace(
    _ path: String, _ bytes: [UInt8], mode: UInt32
  ) throws(WholeFileError) {
    try rename(write(bytes, beside: path, mode: mode), to: path)
  }

  /// Gives a file, whose bytes are on the disk, another name; what had that name is gone then.
  static func rename(_ temporary: String, to path: String) throws(WholeFileError) {
    guard unsafe Foundation.rename(temporary, path) == 0 else {
      let error = WholeFileError(path, doing: "name")
      _ = unsafe unlink(temporary)
      throw error
    }
    try syncFolder(of: path)
  }

  /// The bytes of a regular file of at most `bytesMax`.
  public static func read(_ path: String, bytesMax: Int) throws(WholeFileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .missing(path: path) : WholeFileError(path, doing: "open")
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw WholeFileError(path, doing: "look at")
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path: path) }
    guard status.st_size <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
    return try read(descriptor, bytesMax: bytesMax, path: path)
  }

  /// The bytes of standard input to its end, at most `bytesMax`.
  public static func readStandardInput(bytesMax: Int) throws(WholeFileError) -> [UInt8] {
    try read(STDIN_FILENO, bytesMax: bytesMax, path: "standard input")
  }

  private static func read(
    _ descriptor: Int32, bytesMax: Int, path: String
  ) throws(WholeFileError) -> [UInt8] {
    var bytes: [UInt8] = []
    var block = [UInt8](repeating: 0, count: 64 * 1024)
    while true {
      let got = unsafe block.withUnsafeMutableBytes { buffer in
        unsafe Foundation.read(descriptor, buffer.baseAddress, buffer.count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw WholeFileError(path, doing: "read") }
      if got == 0 { return bytes }
      guard bytes.count + got <= bytesMax else { throw .tooLarge(path: path, bytesMax: bytesMax) }
      bytes.append(contentsOf: block[..<got])
    }
  }

  private static func write(
    _ bytes: [UInt8], beside path: String, mode: UInt32
  ) throws(WholeFileError) -> String {
    let temporary = "\(path).\(getpid()).new"
    // A leftover of a process that had this number and was killed.
    _ = unsafe unlink(temporary)
    let descriptor = unsafe open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw WholeFileError(path, doing: "create") }
    defer { close(descriptor) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Foundation.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw failure(path, doing: "write", removing: temporary) }
      rest = rest.dropFirst(count)
    }
    guard fchmod(descriptor, mode) == 0, fsync(descriptor) == 0 else {
      throw failure(path, doing: "sync", removing: temporary)
    }
    return temporary
  }

  private static func failure(
    _ path: String, doing: String, removing temporary: String
  ) -> WholeFileError {
    let error = WholeFileError(path, doing: doing)
    _ = unsafe unlink(temporary)
    return error
  }

  /// A name is on the disk when its folder is.
  private static func syncFolder(of path: String) throws(WholeFileError) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = unsafe open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw WholeFileError(path, doing: "sync") }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw WholeFileError(path, doing: "sync") }
  }
}

/// Why a file could not be read or made.
public enum WholeFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is a file of this name; it was left as it is.
  case exists(path: String)
  case missing(path: String)
  /// It is a folder, a pipe or a device.
  case notAFile(path: String)
  case tooLarge(path: String, bytesMax: Int)
  /// The system refused.
  case system(path: String, doing: String, errno: Int32)

  /// The refusal that `errno` holds now.
  init(_ path: String, doing: String) {
    self = .system(path: path, doing: doing, errno: errno)
  }

  public var description: String {
    switch self {
    case .exists(let path): "\(path) exists, and is not overwritten; choose another name"
    case .missing(let path): "there is no file \(path)"
    case .notAFile(let path): "\(path) is no file"
    case .tooLarge(let path, let bytesMax): "\(path) is larger than \(bytesMax) bytes"
    case .system(let path, let doing, let code):
      unsafe "cannot \(doing) \(path): \(String(cString: strerror(code)))"
    }
  }
}
