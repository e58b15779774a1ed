import Glibc
public import LedgerCore

/// Looks at a peer's address from outside a running node: who answers there.
public enum PeerProbe {
  /// Connects, and finishes the TLS handshake; the connection is closed before the hellos.
  ///
  /// - Parameters:
  ///   - seed: the 32-byte seed of the transport key to show.
  ///   - timeoutMilliseconds: for all of it, name resolution excepted.
  /// - Returns: the transport key that is proved there.
  public static func transportKey(
    at address: PeerAddress, seed: [UInt8], timeoutMilliseconds: Int64
  ) throws(PeerProbeError) -> PublicKey {
    let deadline = monotonicMilliseconds() + timeoutMilliseconds
    let descriptor = try connect(address, deadline)
    defer { close(descriptor) }
    do {
      let session = try TLSSession(TLSContext(seed: seed), server: false)
      var buffer = [UInt8](repeating: 0, count: Bounds.stagingBytesMax)
      while true {
        let progress = try session.handshake()
        try flush(session, &buffer, to: descriptor, deadline)
        if progress == .done { return try session.peerKey() }
        try fill(session, &buffer, from: descriptor, deadline)
      }
    } catch let failure as TLSFailure {
      throw .handshake("\(failure)")
    } catch let error as PeerProbeError {
      throw error
    } catch { throw .handshake("\(error)") }
  }

  private static func flush(
    _ session: TLSSession, _ buffer: inout [UInt8], to descriptor: Int32, _ deadline: Int64
  ) throws(PeerProbeError) {
    while session.outgoingCount > 0 {
      let count = unsafe buffer.withUnsafeMutableBytes { unsafe session.drain(into: $0) }
      var start = 0
      while start < count {
        try wait(descriptor, Int16(POLLOUT), deadline)
        let sent = unsafe buffer.withUnsafeBytes { bytes in
          unsafe send(
            descriptor, bytes.baseAddress.map { unsafe $0 + start }, count - start,
            Int32(MSG_NOSIGNAL))
        }
        guard sent > 0 else { throw .handshake("the connection was closed") }
        start += sent
      }
    }
  }

  private static func fill(
    _ session: TLSSession, _ buffer: inout [UInt8], from descriptor: Int32, _ deadline: Int64
  ) throws {
    try wait(descriptor, Int16(POLLIN), deadline)
    let count = unsafe buffer.withUnsafeMutableBytes { bytes in
      unsafe recv(descriptor, bytes.baseAddress, Bounds.recordBytesMax, 0)
    }
    guard count > 0 else { throw PeerProbeError.handshake("the connection was closed") }
    _ = try unsafe buffer.withUnsafeBytes { bytes in
      try unsafe session.feed(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
  }

  /// A connected socket that does not block.
  private static func connect(_ address: PeerAddress, _ deadline: Int64)
    throws(PeerProbeError) -> Int32
  {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var list: UnsafeMutablePointer<addrinfo>?
    let code = unsafe getaddrinfo(address.host, String(address.port), &hints, &list)
    guard code == 0, let list = unsafe list else {
      throw .unreachable("\(address.host) cannot be resolved")
    }
    defer { unsafe freeaddrinfo(list) }
    var reason = "no address"
    var next: UnsafeMutablePointer<addrinfo>? = unsafe list
    while let info = unsafe next {
      let descriptor = unsafe socket(
        info.pointee.ai_family, info.pointee.ai_socktype | Int32(SOCK_NONBLOCK.rawValue), 0)
      if descriptor >= 0 {
        let code = unsafe connected(
          descriptor, info.pointee.ai_addr, info.pointee.ai_addrlen, deadline)
        guard code != 0 else { return descriptor }
        close(descriptor)
        reason = unsafe String(cString: strerror(code))
      }
      unsafe next = info.pointee.ai_next
    }
    throw .unreachable(reason)
  }

  /// 0, or the errno.
  private static func connected(
    _ descriptor: Int32, _ address: UnsafePointer<sockaddr>, _ length: socklen_t,
    _ deadline: Int64
  ) -> Int32 {
    guard unsafe Glibc.connect(descriptor, address, length) != 0 else { return 0 }
    guard errno == EINPROGRESS else { return errno }
    do { try wait(descriptor, Int16(POLLOUT), deadline) } catch { return ETIMEDOUT }
    var code: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    guard unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size) == 0 else {
      return errno
    }
    return code
  }

  private static func wait(_ descriptor: Int32, _ events: Int16, _ deadline: Int64)
    throws(PeerProbeError)
  {
    var entry = pollfd(fd: descriptor, events: events, revents: 0)
    let left = max(0, deadline - monotonicMilliseconds())
    guard unsafe poll(&entry, 1, Int32(clamping: left)) > 0 else { throw .timeout }
  }

  private static func monotonicMilliseconds() -> Int64 {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Int64(time.tv_sec) &* 1_000 &+ Int64(time.tv_nsec) / 1_000_000
  }
}

/// Why nobody was met at a peer's address.
public enum PeerProbeError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No TCP connection.
  case unreachable(String)
  /// A connection, but no TLS as peers speak it.
  case handshake(String)
  case timeout

  public var description: String {
    switch self {
    case .unreachable(let reason): reason
    case .handshake(let reason): "what answers there is no node: \(reason)"
    case .timeout: "no answer in time"
    }
  }
}
