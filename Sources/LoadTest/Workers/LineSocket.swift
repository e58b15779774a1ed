import Foundation
import Glibc
import LedgerClient
import StrictJSON

/// A connection on which each line is one message. Its calls block: each end has a thread of its
/// own for it.
final class LineSocket: Sendable {
  /// A report with its lists is the longest line.
  private static let lineBytesMax = 64 << 20

  private let descriptor: Int32

  init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { _ = Glibc.close(descriptor) }

  /// Connects to a worker.
  convenience init(to address: NodeAddress) throws(RequestFault) {
    self.init(descriptor: try RequestSocket.connect(to: address))
  }

  func send(_ message: WorkerMessage) throws {
    var line = try JSONEncoder().encode(message)
    line.append(UInt8(ascii: "\n"))
    var rest = Array(line)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw RequestFault.closed }
      rest = rest.dropFirst(count)
    }
  }

  /// The next message; waits for it.
  func receive() throws -> WorkerMessage {
    var line: [UInt8] = []
    var room = [UInt8](repeating: 0, count: 64 * 1_024)
    while true {
      // Nothing is sent before the answer to the last message, so no two lines come together but at
      // the end of a run; they are taken apart by looking at what is there first.
      let count = unsafe room.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, $0.count, Int32(MSG_PEEK))
      }
      guard count > 0, line.count < Self.lineBytesMax else { throw RequestFault.closed }
      let end = room[..<count].firstIndex(of: UInt8(ascii: "\n"))
      let taken = end.map { $0 + 1 } ?? count
      let read = unsafe room.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, taken, 0)
      }
      guard read == taken else { throw RequestFault.closed }
      line += room[..<taken]
      if end != nil { break }
    }
    return try JSONValue(line).decode()
  }

  /// Takes one connection after another on a port.
  static func listen(on address: NodeAddress) throws(RequestFault) -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    var yes: Int32 = 1
    _ = unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_port = in_port_t(UInt16(truncatingIfNeeded: address.port).bigEndian)
    guard unsafe inet_pton(AF_INET, address.host, &place.sin_addr) == 1 else {
      _ = Glibc.close(descriptor)
      throw .unreachable("\(address)", reason: "its host is no IPv4 address")
    }
    let code = unsafe withUnsafePointer(to: &place) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard code == 0, Glibc.listen(descriptor, 4) == 0 else {
      let reason = unsafe String(cString: strerror(errno))
      _ = Glibc.close(descriptor)
      throw .unreachable("\(address)", reason: reason)
    }
    return descriptor
  }
}
