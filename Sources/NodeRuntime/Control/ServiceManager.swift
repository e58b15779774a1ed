import Foundation

/// What systemd wants to know of a service of `Type=notify`: datagrams to the socket that
/// `$NOTIFY_SOCKET` names (sd_notify(3)). Without the variable nothing is sent.
public struct ServiceManager: Sendable {
  private let socket: String?
  /// How often a sign of life is due: half of what systemd waits for; nil when it wants none.
  public let watchdogPause: Duration?

  public init(environment: [String: String]) {
    socket = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    let isMeant = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
    let limit = environment["WATCHDOG_USEC"].flatMap { UInt64($0) } ?? 0
    watchdogPause = isMeant && limit > 1 ? .microseconds(limit / 2) : nil
  }

  public func ready() { send("READY=1") }

  public func stopping() { send("STOPPING=1") }

  /// The node is alive, and where it stands in words.
  public func alive(_ status: String) {
    send("WATCHDOG=1\nSTATUS=" + status.replacing("\n", with: " "))
  }

  private func send(_ text: String) {
    if let socket { LocalSocket.send(text, to: socket) }
  }
}
