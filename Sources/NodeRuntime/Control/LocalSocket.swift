import Foundation
import Glibc

/// A call to the system that failed.
struct SocketFault: Error {
  let code: Int32
  var reason: String { unsafe String(cString: strerror(code)) }

  init(_ code: Int32) { self.code = code }
}

/// The few calls on Unix domain sockets that the control socket and the service manager need.
enum LocalSocket {
  /// A stream socket that listens at a path, mode 0600; replaces a file there.
  static func listen(at path: String) throws(SocketFault) -> Int32 {
    let descriptor = try make(SOCK_STREAM)
    _ = unsafe unlink(path)
    // The mode is set before there is a file: bind gives it the socket's own mode less the umask.
    guard fchmod(descriptor, 0o600) == 0,
      try unsafe reach(path, with: descriptor, { unsafe bind($0, $1, $2) }),
      Glibc.listen(descriptor, 8) == 0
    else {
      let fault = SocketFault(errno)
      close(descriptor)
      throw fault
    }
    return descriptor
  }

  static func connect(to path: String) throws(SocketFault) -> Int32 {
    let descriptor = try make(SOCK_STREAM)
    guard try unsafe reach(path, with: descriptor, { unsafe Glibc.connect($0, $1, $2) }) else {
      let fault = SocketFault(errno)
      close(descriptor)
      throw fault
    }
    return descriptor
  }

  /// Sends one datagram; `@` at the beginning stands for the abstract namespace (sd_notify(3)).
  static func send(_ text: String, to path: String) {
    guard let descriptor = try? make(SOCK_DGRAM) else { return }
    defer { close(descriptor) }
    let isConnected =
      path.hasPrefix("@")
      ? connectAbstract(descriptor, name: path.dropFirst())
      : (try? unsafe reach(path, with: descriptor) { unsafe Glibc.connect($0, $1, $2) }) ?? false
    guard isConnected else { return }
    let bytes = Array(text.utf8)
    _ = unsafe bytes.withUnsafeBytes { buffer in
      unsafe Glibc.send(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_NOSIGNAL))
    }
  }

  private static func make(_ type: __socket_type) throws(SocketFault) -> Int32 {
    let flags = Int32(type.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    let descriptor = socket(AF_UNIX, flags, 0)
    guard descriptor >= 0 else { throw SocketFault(errno) }
    return descriptor
  }

  /// Calls bind or connect with an address of at most 107 bytes, however long the path is: through
  /// the folder's descriptor.
  private static func reach(
    _ path: String, with socket: Int32,
    _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) throws(SocketFault) -> Bool {
    let url = URL(fileURLWithPath: path)
    let folder = unsafe open(
      url.deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw SocketFault(errno) }
    let name = Array("/proc/self/fd/\(folder)/\(url.lastPathComponent)".utf8)
    let code = unsafe withAddress(name) { unsafe call(socket, $0, $1) }
    let failure = errno
    close(folder)
    errno = failure
    return code == 0
  }

  private static func connectAbstract(_ socket: Int32, name: Substring) -> Bool {
    unsafe withAddress([0] + Array(name.utf8)) { unsafe Glibc.connect(socket, $0, $1) } == 0
  }

  private static func withAddress(
    _ name: [UInt8], _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let isFitting = unsafe withUnsafeMutableBytes(of: &address.sun_path) { buffer in
      guard name.count < buffer.count else { return false }
      unsafe buffer.copyBytes(from: name)
      return true
    }
    guard isFitting else {
      errno = ENAMETOOLONG
      return -1
    }
    // A name in the abstract namespace ends with the address, a path with a zero byte.
    let end = name.first == 0 ? name.count : name.count + 1
    let length = MemoryLayout<sa_family_t>.size + end
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(length))
      }
    }
  }

  // MARK: Reading and writing

  /// The next connection; nil when `stopper` becomes readable, or the listener fails.
  static func accept(_ listener: Int32, orStopAt stopper: Int32) -> Int32? {
    while true {
      var waits = [
        pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
        pollfd(fd: stopper, events: Int16(POLLIN), revents: 0),
      ]
      let count = unsafe poll(&waits, 2, -1)
      if count < 0, errno == EINTR { continue }
      guard count > 0, waits[1].revents == 0 else { return nil }
      let connection = Glibc.accept(listener, nil, nil)
      if connection >= 0 { return connection }
      switch errno {
      case EINTR, ECONNABORTED, EAGAIN: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM:
        // Nothing is left for a connection just now: it waits, and so do we.
        guard unsafe poll(&waits[1], 1, 100) <= 0 else { return nil }
      default: return nil
      }
    }
  }

  /// Reads and writes give up after so long.
  static func limit(_ connection: Int32, milliseconds: Int32) {
    var time = timeval(
      tv_sec: Int(milliseconds) / 1_000, tv_usec: Int(milliseconds) % 1_000 * 1_000)
    for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
      _ = unsafe setsockopt(
        connection, SOL_SOCKET, option, &time, socklen_t(MemoryLayout<timeval>.size))
    }
  }

  /// The bytes before the first line's end; nil when it is longer, or does not come.
  static func readLine(_ connection: Int32, bytesMax: Int) -> [UInt8]? {
    var line: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: min(bytesMax + 1, 4_096))
    // A sender of single bytes gets no more turns than bytes.
    for _ in 0...bytesMax {
      let count = unsafe chunk.withUnsafeMutableBytes {
        unsafe recv(connection, $0.baseAddress, $0.count, 0)
      }
      guard count > 0 else { return nil }
      line += chunk.prefix(count)
      if let end = line.firstIndex(of: UInt8(ascii: "\n")) {
        return end <= bytesMax ? Array(line[..<end]) : nil
      }
      guard line.count <= bytesMax else { return nil }
    }
    return nil
  }

  static func write(_ bytes: [UInt8], to connection: Int32) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return }
      rest = rest.dropFirst(count)
    }
  }
}
