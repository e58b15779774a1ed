import Glibc

extension ClientAddress {
  /// The 4 bytes of a dotted address; nil when the text is none.
  static func ipv4(_ text: String) -> [UInt8]? {
    var address = in_addr()
    let parsed = unsafe inet_pton(AF_INET, text, &address)
    guard parsed == 1 else { return nil }
    return unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
  }

  /// The 16 bytes of an IPv6 address; nil when the text is none.
  static func ipv6(_ text: String) -> [UInt8]? {
    var address = in6_addr()
    // A zone (`fe80::1%eth0`) says which link, not who.
    let parsed = unsafe inet_pton(AF_INET6, String(text.prefix { $0 != "%" }), &address)
    guard parsed == 1 else { return nil }
    return unsafe withUnsafeBytes(of: &address) { unsafe Array($0) }
  }
}
