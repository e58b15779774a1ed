import Foundation
import NodeRuntime

/// Whether the node can listen where it is told, or already does.
struct PortsCheck {
  let configuration: NodeConfiguration
  let process: Int32?

  func run() -> [Finding] {
    var notes = Notes("ports")
    check("peers.listen", configuration.peers.listen, &notes)
    check("api.listen", configuration.api.listen, &notes)
    if case .own(let endpoint) = configuration.metrics.listen {
      check("metrics.listen", endpoint, &notes)
    }
    return notes.findings
  }

  private func check(
    _ name: String, _ endpoint: NodeConfiguration.Endpoint, _ notes: inout Notes
  ) {
    let place = "\(name) \(endpoint)"
    guard endpoint.port != 0 else { return notes.ok("\(place) takes any free port") }
    let code = Self.bind(endpoint)
    if let process {
      let sockets = ProcessFiles.listeners(port: endpoint.port)
      switch ProcessFiles.holds(sockets, process: process) {
      case true?: notes.ok("\(place) is held by the node (process \(process))")
      case false? where sockets.isEmpty:
        notes.problem(
          "the node runs (process \(process)), but nothing listens on \(place)",
          "look at its log; settings changed since its start count from the next one")
      case false?:
        notes.problem(
          "\(place) is held by another process than the node's",
          "find it with `ss -ltnp`; settings changed since the start count from the next one")
      case nil:
        notes.ok("\(place) is in use; whether by the node only its user or root can see")
      }
      return
    }
    switch code {
    case 0: notes.ok("\(place) is free")
    case EADDRINUSE:
      let holder = Self.holder(of: endpoint.port)
      notes.problem(
        "\(place) is in use by " + (holder ?? "another process"),
        (holder == nil ? "find it with `ss -ltnp`" : "stop it") + ", or take another port")
    case EADDRNOTAVAIL, nil:
      notes.problem(
        "\(place) is no address of this machine", "take one of `ip address`, or 0.0.0.0")
    case EACCES:
      notes.problem("\(place) needs rights this user lacks", "take a port above 1023")
    case let code?:
      notes.problem("\(place) cannot be used (error \(code))", "take another address")
    }
  }

  /// Who listens on a port. The kernel's list of sockets is read piece by piece, and one that
  /// stands in it can be passed over while others come and go.
  private static func holder(of port: Int) -> String? {
    for _ in 0..<10 {
      let sockets = ProcessFiles.listeners(port: port)
      if !sockets.isEmpty { return ProcessFiles.holder(of: sockets) }
    }
    return nil
  }

  /// Binds and lets go at once: 0, or the errno; nil when the name is none.
  private static func bind(_ endpoint: NodeConfiguration.Endpoint) -> Int32? {
    var hints = unsafe addrinfo()
    unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    unsafe hints.ai_flags = Int32(AI_PASSIVE)
    var list: UnsafeMutablePointer<addrinfo>?
    guard unsafe getaddrinfo(endpoint.host, String(endpoint.port), &hints, &list) == 0,
      let first = unsafe list
    else { return nil }
    defer { unsafe freeaddrinfo(first) }
    let descriptor = unsafe socket(first.pointee.ai_family, first.pointee.ai_socktype, 0)
    guard descriptor >= 0 else { return errno }
    defer { close(descriptor) }
    var yes: Int32 = 1
    unsafe setsockopt(
      descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
    let bound = unsafe Foundation.bind(descriptor, first.pointee.ai_addr, first.pointee.ai_addrlen)
    return bound == 0 ? 0 : errno
  }
}
