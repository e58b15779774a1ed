import Foundation
import LedgerClient
import Synchronization

/// Answers every request without a body as a node answers a submission it takes, on real sockets; a
/// thread for each connection.
final class TinyServer: Sendable {
  struct Failed: Error {}

  let address: NodeAddress
  private let listener: Int32
  private let asked = Mutex<[String]>([])

  /// The paths asked for, in no order.
  var paths: [String] { asked.withLock { $0 } }

  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let descriptor = listener
    let isBound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        unsafe bind(descriptor, pointer, length) == 0 && listen(descriptor, 16) == 0
          && getsockname(descriptor, pointer, &length) == 0
      }
    }
    guard isBound else { throw Failed() }
    self.address = NodeAddress(
      host: "127.0.0.1", port: Int(UInt16(bigEndian: address.sin_port)))
    Thread.detachNewThread { [self] in
      while case let connection = accept(listener, nil, nil), connection >= 0 {
        Thread.detachNewThread { [self] in serve(connection) }
      }
    }
  }

  func stop() {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  private func serve(_ connection: Int32) {
    defer { close(connection) }
    let body = #"{"transactions":[{"status":"pending"}]}"#
    let answer = Array(
      "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)".utf8)
    var buffer = [UInt8](repeating: 0, count: 4_096)
    var text = ""
    while case let count = unsafe recv(connection, &buffer, buffer.count, 0), count > 0 {
      text += String(decoding: buffer[..<count], as: UTF8.self)
      guard text.hasSuffix("\r\n\r\n") else { continue }
      let path = text.split(separator: " ").dropFirst().first.map(String.init) ?? ""
      asked.withLock { $0.append(path) }
      text = ""
      // In two pieces, as networks do.
      for part in [answer[..<20], answer[20...]] {
        _ = unsafe part.withUnsafeBytes {
          unsafe send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
      }
    }
  }
}
