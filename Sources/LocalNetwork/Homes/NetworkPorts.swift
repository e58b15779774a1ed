import Foundation
public import LedgerClient
import LedgerCore

/// Where the nodes of a network on one machine listen: the API of node i on `base` + 1 + i, peers
/// of node i on `base` + 101 + i; of full nodes on `base` + 201 + i and `base` + 301 + i.
public struct NetworkPorts: Hashable, Sendable {
  public let base: Int
  /// Where peers reach nodes that have machines of their own, by node.
  public var published: [Int: NodeAddress] = [:]

  /// - Parameter base: 0 … 65,000, so that all ports of `Limits.validatorsMax` nodes exist.
  public init(base: Int) { self.base = base }

  public func api(_ node: Int) -> NodeAddress {
    NodeAddress(host: "127.0.0.1", port: base + 1 + (published[node] == nil ? node : 0))
  }

  public func peers(_ node: Int) -> NodeAddress {
    published[node] ?? NodeAddress(host: "127.0.0.1", port: base + 101 + node)
  }

  /// Where the node itself listens for peers: on every address of its machine, when it has one of
  /// its own.
  public func listen(_ node: Int) -> NodeAddress {
    published[node].map { NodeAddress(host: "0.0.0.0", port: $0.port) } ?? peers(node)
  }

  public func fullAPI(_ node: Int) -> NodeAddress {
    NodeAddress(host: "127.0.0.1", port: base + 201 + node)
  }

  public func fullPeers(_ node: Int) -> NodeAddress {
    NodeAddress(host: "127.0.0.1", port: base + 301 + node)
  }

  /// Throws the first address that something listens on already.
  public func requireFree(nodes: Int, fullNodes: Int = 0) throws(RunError) {
    let wanted =
      (0..<nodes).flatMap { [api($0), peers($0)] }
      + (0..<fullNodes).flatMap { [fullAPI($0), fullPeers($0)] }
    for address in wanted where !Self.isFree(address.port) { throw .portInUse(address) }
  }

  /// A base whose ports are all free now, for tests that run beside others; nil when none is found.
  public static func free(nodes: Int, fullNodes: Int = 0) -> NetworkPorts? {
    for _ in 0..<200 {
      guard let bytes = try? SystemRandom.bytes(2) else { return nil }
      let random = Int(bytes[0]) << 8 | Int(bytes[1])
      let ports = NetworkPorts(base: 20_000 + random % 12_000)
      if (try? ports.requireFree(nodes: nodes, fullNodes: fullNodes)) != nil { return ports }
    }
    return nil
  }

  private static func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var reuse: Int32 = 1
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &reuse, socklen_t(MemoryLayout<Int32>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(UInt16(truncatingIfNeeded: port).bigEndian)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

extension NetworkFolder {
  /// Throws the first address of its nodes that something listens on already.
  public func requireFreePorts() throws(RunError) {
    try ports().requireFree(nodes: nodes.count, fullNodes: description.fullNodes?.count ?? 0)
  }

  /// The ports its nodes listen on.
  public func ports() throws(RunError) -> NetworkPorts {
    guard let first = nodes.first else { throw .noNodes }
    return NetworkPorts(base: first.port - 1)
  }
}
