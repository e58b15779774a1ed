import NIOCore

/// Who asks, as far as shares go: an IPv4 address, or the /64 of an IPv6 address.
struct ClientAddress: Hashable, Sendable {
  /// 4 or 8 bytes, and whether it is IPv6.
  private let prefix: UInt64
  private let isIPv6: Bool
  /// A program on this machine, or a peer without an IP address.
  let isLoopback: Bool

  init(_ address: SocketAddress?) {
    // As text and back: the system's structures differ from system to system.
    let text = address?.ipAddress ?? ""
    let bytes = Self.ipv6(text)
    if let bytes, bytes.prefix(12) != [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] {
      prefix = bytes.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
      isIPv6 = true
      isLoopback = bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
      return
    }
    // An IPv6 socket shows its IPv4 clients as ::ffff:a.b.c.d.
    let last = bytes.map { Array($0.suffix(4)) } ?? Self.ipv4(text)
    prefix = (last ?? [127, 0, 0, 1]).reduce(0) { $0 << 8 | UInt64($1) }
    isIPv6 = false
    isLoopback = prefix >> 24 == 127
  }
}
