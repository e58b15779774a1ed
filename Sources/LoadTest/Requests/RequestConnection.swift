import Glibc
import LedgerClient

/// One connection of a run: the request under way on it, and what has come of its answer.
struct RequestConnection {
  private var descriptor: Int32
  private var reader = AnswerReader()
  /// The number of the request under way; nil when there is none.
  private(set) var number: Int?
  private(set) var sentAt: UInt64 = 0

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Open, and nothing under way.
  var isFree: Bool { descriptor >= 0 && number == nil }

  /// Writes a request; false when the connection is broken.
  mutating func send(_ request: PreparedRequest, number: Int, at now: UInt64) -> Bool {
    self.number = number
    sentAt = now
    var rest = request.bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      rest = rest.dropFirst(count)
    }
    return true
  }

  /// Reads what is there; the answer once it is whole.
  mutating func receive() throws(RequestFault) -> AnswerReader.Answer? {
    let count = unsafe withUnsafeTemporaryAllocation(byteCount: 16 * 1_024, alignment: 16) {
      buffer in
      let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { unsafe reader.append(buffer[..<count]) }
      return count
    }
    guard count > 0 else { throw .closed }
    return try reader.next()
  }

  /// What an answer is counted as.
  func name(of answer: AnswerReader.Answer, _ counting: RequestRun.Counting) -> String {
    let status = String(answer.status)
    switch counting {
    case .status: return status
    case .submission:
      let state = reader.text(Self.statusName, in: answer.body)
      let code = reader.text(Self.codeName, in: answer.body)
      return [status, state, code].compactMap { $0 }.joined(separator: " ")
    }
  }

  /// The request under way is answered.
  mutating func end() {
    number = nil
    reader.drop()
  }

  mutating func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
    number = nil
  }

  private static let statusName = Array("status".utf8)
  private static let codeName = Array("code".utf8)
}

/// The few calls on TCP sockets that a run needs.
enum RequestSocket {
  /// A connected socket; what is written leaves at once.
  static func connect(to node: NodeAddress) throws(RequestFault) -> Int32 {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>? = nil
    let code = unsafe getaddrinfo(node.host, String(node.port), &hints, &list)
    guard code == 0 else {
      throw .unreachable("\(node)", reason: unsafe String(cString: gai_strerror(code)))
    }
    defer { unsafe freeaddrinfo(list) }
    var reason = "it has no address"
    var entry = unsafe list
    while let address = unsafe entry {
      let descriptor = unsafe socket(
        address.pointee.ai_family, address.pointee.ai_socktype | Int32(SOCK_CLOEXEC.rawValue),
        address.pointee.ai_protocol)
      if descriptor >= 0 {
        if unsafe Glibc.connect(descriptor, address.pointee.ai_addr, address.pointee.ai_addrlen)
          == 0
        {
          var yes: Int32 = 1
          _ = unsafe setsockopt(
            descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes,
            socklen_t(MemoryLayout<Int32>.size))
          return descriptor
        }
        reason = unsafe String(cString: strerror(errno))
        _ = Glibc.close(descriptor)
      }
      unsafe entry = address.pointee.ai_next
    }
    throw .unreachable("\(node)", reason: reason)
  }
}
