import Dispatch
import Foundation
import Glibc

/// A TCP connection on which a test says exactly what it wants, right or wrong. It waits on a
/// thread of its own: the server under test needs those that run tasks.
actor RawConnection {
  private let thread = WaitingThread()
  nonisolated var unownedExecutor: UnownedSerialExecutor { unsafe thread.asUnownedSerialExecutor() }

  private let descriptor: Int32
  private var buffer: [UInt8] = []

  struct Failure: Error { let what: String }

  /// Connects from an address of this machine, 127.0.0.`source`.
  init(port: Int, from source: UInt8 = 1, timeoutSeconds: Int = 20) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var timeout = timeval(tv_sec: timeoutSeconds, tv_usec: 0)
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var own = sockaddr_in()
    own.sin_family = sa_family_t(AF_INET)
    own.sin_addr.s_addr = (UInt32(0x7F00_0000) | UInt32(source)).bigEndian
    let bound = unsafe withUnsafePointer(to: &own) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard bound == 0 else { throw Failure(what: "bind: \(errno)") }
    let connected = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure(what: "connect: \(errno)") }
  }

  func send(_ text: String) throws { try send(Array(text.utf8)) }

  /// Sends all bytes; a connection that the other side has closed is a failure.
  func send(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.send(
          descriptor, bytes.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure(what: "send: \(errno)") }
      sent += count
    }
  }

  /// Some more bytes; empty at the end.
  private func receive() throws -> [UInt8] {
    var piece = [UInt8](repeating: 0, count: 65_536)
    let count = unsafe piece.withUnsafeMutableBytes { bytes in
      unsafe recv(descriptor, bytes.baseAddress, bytes.count, 0)
    }
    guard count >= 0 else {
      guard errno == ECONNRESET else { throw Failure(what: "receive: \(errno)") }
      return []
    }
    return Array(piece.prefix(count))
  }

  /// Bytes up to and with a mark; nil when the connection ends before.
  func upTo(_ mark: String) throws -> String? {
    let mark = Array(mark.utf8)
    var searched = 0
    while true {
      if buffer.count >= mark.count {
        for start in max(0, searched)...(buffer.count - mark.count)
        where buffer[start..<(start + mark.count)].elementsEqual(mark) {
          defer { buffer.removeFirst(start + mark.count) }
          return String(decoding: buffer[..<(start + mark.count)], as: UTF8.self)
        }
        searched = buffer.count - mark.count + 1
      }
      let piece = try receive()
      guard !piece.isEmpty else { return nil }
      buffer += piece
    }
  }

  /// So many bytes; nil when the connection ends before.
  func bytes(_ count: Int) throws -> [UInt8]? {
    while buffer.count < count {
      let piece = try receive()
      guard !piece.isEmpty else { return nil }
      buffer += piece
    }
    defer { buffer.removeFirst(count) }
    return Array(buffer.prefix(count))
  }

  /// Everything until the other side closes.
  func rest() throws -> [UInt8] {
    while true {
      let piece = try receive()
      guard !piece.isEmpty else { return buffer }
      buffer += piece
    }
  }

  /// Whether the other side has closed, at last.
  func isClosed() throws -> Bool {
    while true {
      let piece = try receive()
      if piece.isEmpty { return true }
    }
  }

  /// The next answer's head.
  func head() throws -> (status: Int, headers: [String: String]) {
    guard let text = try upTo("\r\n\r\n") else { throw Failure(what: "no answer") }
    let lines = text.components(separatedBy: "\r\n").filter { !$0.isEmpty }
    let words = lines[0].split(separator: " ")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces)
    }
    return (Int(words[1]) ?? 0, headers)
  }

  /// The next answer, whole.
  func reply(hasBody: Bool = true) throws -> HTTPReply {
    let (status, headers) = try head()
    var body: [UInt8] = []
    if hasBody, status != 304, status != 204 {
      if let length = headers["content-length"].flatMap(Int.init) {
        body = try bytes(length) ?? []
      } else if headers["transfer-encoding"] == "chunked" {
        while let line = try upTo("\r\n"), let size = Int(line.dropLast(2), radix: 16), size > 0 {
          body += try bytes(size) ?? []
          _ = try bytes(2)
        }
        _ = try upTo("\r\n")
      }
    }
    return HTTPReply(status: status, headers: headers, body: body)
  }

  func closeWriting() { shutdown(descriptor, Int32(SHUT_WR)) }

  func close() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

  isolated deinit { Glibc.close(descriptor) }
}

/// Runs an actor's work on a queue of its own, where it may wait.
final class WaitingThread: SerialExecutor {
  private let queue = DispatchQueue(label: "connection")

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { unsafe job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
