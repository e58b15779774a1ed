import CLedgerCore
import Glibc

/// An open file, read and written at offsets; closed with its last reference. Thread safe as far
/// as the ranges written do not overlap.
final class File: Sendable {
  let path: String
  private let descriptor: Int32
  private let dataSync: @Sendable (Int32) -> Int32

  /// `fdatasync(2)`: 0, or the errno.
  static let fdatasync: @Sendable (Int32) -> Int32 = { descriptor in
    Glibc.fdatasync(descriptor) == 0 ? 0 : errno
  }

  enum Mode {
    case read
    case readWrite
    /// Made anew; whatever was there is emptied.
    case create
  }

  init(
    _ path: String, _ mode: Mode,
    dataSync: @escaping @Sendable (Int32) -> Int32 = File.fdatasync
  ) throws(StoreError) {
    let flags =
      switch mode {
      case .read: O_RDONLY
      case .readWrite: O_RDWR
      case .create: O_RDWR | O_CREAT | O_TRUNC
      }
    let opened = unsafe open(path, flags | O_CLOEXEC, 0o600)
    guard opened >= 0 else { throw StoreError(errno, "open", path) }
    self.path = path
    self.dataSync = dataSync
    descriptor = opened
  }

  deinit { _ = close(descriptor) }

  /// The file's size in bytes.
  func size() throws(StoreError) -> UInt64 {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else { throw StoreError(errno, "stat", path) }
    return UInt64(clamping: status.st_size)
  }

  /// What a C function says of the open file.
  func withDescriptor<Result>(_ body: (Int32) -> Result) -> Result { body(descriptor) }

  /// Reads until the buffer is full or the file ends; returns the bytes read.
  func read(into buffer: UnsafeMutableRawBufferPointer, at offset: UInt64) throws(StoreError)
    -> Int
  {
    var done = 0
    while done < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
      let position = off_t(clamping: offset + UInt64(done))
      let count = unsafe pread(descriptor, rest.baseAddress, rest.count, position)
      if count == 0 { break }
      if count < 0 {
        if errno == EINTR { continue }
        throw StoreError(errno, "read", path)
      }
      done += count
    }
    return done
  }

  /// At most `count` bytes from `offset` on; fewer when the file ends.
  func read(count: Int, at offset: UInt64) throws(StoreError) -> [UInt8] {
    var fault: StoreError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      do throws(StoreError) {
        filled = try unsafe read(
          into: UnsafeMutableRawBufferPointer(buffer), at: offset)
      } catch { fault = error }
    }
    if let fault { throw fault }
    return bytes
  }

  /// Writes all bytes.
  func write(_ bytes: [UInt8], at offset: UInt64) throws(StoreError) {
    try unsafe bytes.withUnsafeBufferPointer { buffer throws(StoreError) in
      try unsafe write(UnsafeRawBufferPointer(buffer), at: offset)
    }
  }

  /// Writes all bytes.
  func write(_ bytes: UnsafeRawBufferPointer, at offset: UInt64) throws(StoreError) {
    var done = 0
    while done < bytes.count {
      let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[done...])
      let position = off_t(clamping: offset + UInt64(done))
      let count = unsafe pwrite(descriptor, rest.baseAddress, rest.count, position)
      if count < 0 {
        if errno == EINTR { continue }
        throw StoreError(errno, "write", path)
      }
      done += count
    }
  }

  /// Lets the disk begin with what was written to a range, of which whole pages count. Makes
  /// nothing durable; what goes wrong is told by `syncData`.
  func startWriting(_ range: Range<UInt64>) {
    let first = (range.lowerBound + Self.pageBytes - 1) / Self.pageBytes * Self.pageBytes
    let end = range.upperBound / Self.pageBytes * Self.pageBytes
    guard first < end else { return }
    cl_start_writing(descriptor, first, end - first)
  }

  private static let pageBytes: UInt64 = 4096

  /// Gives the file at least this size, with disk blocks behind it that read as zeros.
  func allocate(_ bytes: UInt64) throws(StoreError) {
    var code: Int32
    repeat { code = posix_fallocate(descriptor, 0, off_t(clamping: bytes)) } while code == EINTR
    guard code == 0 else { throw StoreError(code, "allocate", path) }
  }

  /// Cuts the file.
  func truncate(_ bytes: UInt64) throws(StoreError) {
    guard ftruncate(descriptor, off_t(clamping: bytes)) == 0 else {
      throw StoreError(errno, "truncate", path)
    }
  }

  /// Makes written bytes durable. A failure is final (`syncFailed`): the kernel may have dropped
  /// what it could not write, and a second call would report success.
  func syncData() throws(StoreError) {
    let code = dataSync(descriptor)
    guard code == 0 else { throw .syncFailed(path: path, code: code) }
  }

  /// Makes the file's bytes, size and allocation durable.
  func syncAll() throws(StoreError) {
    guard fsync(descriptor) == 0 else { throw .syncFailed(path: path, code: errno) }
  }
}

extension StoreError {
  /// What an errno means here.
  init(_ code: Int32, _ operation: String, _ path: String) {
    switch code {
    case ENOSPC, EDQUOT, EFBIG: self = .diskFull(path: path)
    default: self = .fileFailed(operation: operation, path: path, code: code)
    }
  }
}
