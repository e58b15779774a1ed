import Glibc
import LedgerClient
import LedgerCore
import NodeAnswers

/// One kept-alive connection, one submission under way at a time. It never blocks: what cannot be
/// written now is written when the socket says so.
struct SubmissionConnection {
  private(set) var descriptor: Int32
  let target: Int
  private(set) var outgoing: Outgoing?
  /// `CPUClock`'s monotonic time.
  private(set) var sentAt: UInt64 = 0
  private var isConnecting: Bool
  private var head: [UInt8] = []
  private var headSent = 0
  private var listedSent = 0
  private var reader = AnswerReader()

  /// Begins to connect.
  init(target: Int, to address: TargetAddress) throws(RequestFault) {
    self.target = target
    descriptor = try address.connect()
    isConnecting = true
  }

  var isOpen: Bool { descriptor >= 0 }
  var isIdle: Bool { isOpen && outgoing == nil }

  /// Whether it waits for the socket to take more.
  var wantsToWrite: Bool {
    isConnecting || outgoing.map { headSent < head.count || listedSent < $0.listed.count } ?? false
  }

  /// Takes a submission and writes what can be written now.
  mutating func begin(_ outgoing: Outgoing, host: String, at now: UInt64)
    throws(RequestFault)
  {
    var count = BCSWriter(reserving: 4)
    count.length(outgoing.numbers.count)
    let length = count.bytes.count + outgoing.listed.count
    head.removeAll(keepingCapacity: true)
    head += Self.requestLine
    head += "Host: \(host)\r\nContent-Length: \(length)\r\n\r\n".utf8
    head += count.bytes
    headSent = 0
    listedSent = 0
    sentAt = now
    self.outgoing = outgoing
    try write()
  }

  /// Writes what the socket takes.
  mutating func write() throws(RequestFault) {
    if isConnecting {
      guard try isConnected() else { return }
      isConnecting = false
    }
    guard let listed = outgoing?.listed else { return }
    if headSent < head.count {
      headSent += try push(head[headSent...], more: !listed.isEmpty)
      guard headSent == head.count else { return }
    }
    while listedSent < listed.count {
      let count = try push(listed.dropFirst(listedSent), more: false)
      guard count > 0 else { return }
      listedSent += count
    }
  }

  /// Reads what is there; the answer once it is whole.
  mutating func receive() throws(RequestFault) -> AnswerReader.Answer? {
    let count = unsafe withUnsafeTemporaryAllocation(byteCount: 64 * 1_024, alignment: 16) {
      buffer in
      let count = unsafe recv(descriptor, buffer.baseAddress, buffer.count, 0)
      if count > 0 { unsafe reader.append(buffer[..<count]) }
      return count
    }
    if count < 0, errno == EAGAIN || errno == EINTR { return nil }
    guard count > 0, outgoing != nil else { throw .closed }
    return try reader.next()
  }

  /// The body of an answer that was received.
  func body(_ answer: AnswerReader.Answer) -> ArraySlice<UInt8> { reader.bytes[answer.body] }

  /// The stable code of an answer that is no success.
  func code(_ answer: AnswerReader.Answer) -> String {
    reader.text(Self.codeName, in: answer.body) ?? "http_\(answer.status)"
  }

  /// The submission under way is answered.
  mutating func end() {
    outgoing = nil
    reader.drop()
  }

  mutating func close() {
    if descriptor >= 0 { _ = Glibc.close(descriptor) }
    descriptor = -1
    outgoing = nil
  }

  private func isConnected() throws(RequestFault) -> Bool {
    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard unsafe poll(&wait, 1, 0) == 1 else { return false }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0, code == 0 else {
      throw .closed
    }
    return true
  }

  private func push(_ bytes: ArraySlice<UInt8>, more: Bool) throws(RequestFault) -> Int {
    let flags = Int32(MSG_NOSIGNAL) | (more ? Int32(MSG_MORE) : 0)
    let count = unsafe bytes.withUnsafeBytes {
      unsafe Glibc.send(descriptor, $0.baseAddress, $0.count, flags)
    }
    if count < 0 {
      guard errno == EAGAIN || errno == EINTR else { throw .closed }
      return 0
    }
    return count
  }

  private static let codeName = Array("code".utf8)
  private static let requestLine = Array(
    ("POST /v1/transactions?wait=accepted HTTP/1.1\r\n"
      + "Content-Type: \(SubmissionFormat.listContentType)\r\n").utf8)
}

/// Where a node's API is, its name resolved once.
struct TargetAddress {
  let host: String
  private let storage: [UInt8]
  private let family: Int32

  init(_ node: NodeAddress) throws(RequestFault) {
    host = "\(node)"
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>? = nil
    let code = unsafe getaddrinfo(node.host, String(node.port), &hints, &list)
    defer { unsafe freeaddrinfo(list) }
    guard code == 0, let first = unsafe list else {
      throw .unreachable(
        "\(node)",
        reason: code == 0 ? "it has no address" : unsafe String(cString: gai_strerror(code)))
    }
    family = unsafe first.pointee.ai_family
    unsafe storage = Array(
      UnsafeRawBufferPointer(
        start: first.pointee.ai_addr, count: Int(first.pointee.ai_addrlen)))
  }

  /// A socket that is being connected; what is written leaves at once.
  func connect() throws(RequestFault) -> Int32 {
    let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let descriptor = socket(family, kind, 0)
    guard descriptor >= 0 else {
      throw .unreachable(host, reason: unsafe String(cString: strerror(errno)))
    }
    var yes: Int32 = 1
    _ = unsafe setsockopt(
      descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    let code = unsafe storage.withUnsafeBytes { bytes in
      unsafe Glibc.connect(
        descriptor, bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self),
        socklen_t(bytes.count))
    }
    guard code == 0 || errno == EINPROGRESS else {
      let reason = unsafe String(cString: strerror(errno))
      _ = Glibc.close(descriptor)
      throw .unreachable(host, reason: reason)
    }
    return descriptor
  }
}
