public import LedgerCore
public import Logging

/// Everything that is set about one node beside the genesis document: `node.toml` in its home, with
/// what the environment and the command line say over it. The values here are the defaults; their
/// meanings, units and ranges stand in `Setting.all`.
public struct NodeConfiguration: Sendable, Equatable {
  public var role = Role.validator
  /// The ER Node's account; a full node needs none.
  public var account: AccountID?
  /// Threads that share large batches of signatures; nil: as many as there are cores beyond two, at
  /// most 8.
  public var workers: Int?
  public var peers = Peers()
  public var api = API()
  public var store = Store()
  public var log = Log()
  public var metrics = Metrics()

  public init() {}

  /// What the node does for the network.
  public enum Role: String, Sendable, CaseIterable {
    /// Votes with the consensus key of an account of the validator set.
    case validator
    /// Follows, verifies, serves and relays; has no consensus key.
    case full
  }

  /// Connections to other nodes.
  public struct Peers: Sendable, Equatable {
    /// Where other nodes reach this one.
    public var listen = Endpoint(host: "127.0.0.1", port: 8_201)
    public var known: [Peer] = []
    /// Full nodes connected at a time; 0 accepts none.
    public var fullNodesMax = 8
    /// Transport keys of the full nodes that may connect; empty: any.
    public var fullNodesAllowed: [PublicKey] = []

    public init() {}
  }

  /// Another node: who it is, the transport key it must show, and where it listens.
  public struct Peer: Sendable, Equatable {
    /// Its account; nil for a full node.
    public var account: AccountID?
    public var transportKey: PublicKey
    public var endpoint: Endpoint

    public init(account: AccountID?, transportKey: PublicKey, endpoint: Endpoint) {
      self.account = account
      self.transportKey = transportKey
      self.endpoint = endpoint
    }
  }

  /// What clients get, and how much of it.
  public struct API: Sendable, Equatable {
    /// Where clients reach the node; port 0 takes a free one.
    public var listen = Endpoint(host: "127.0.0.1", port: 8_101)
    /// Names under which the API is reached, beside the address it listens on.
    public var publicNames: [String] = []
    /// Origins of web pages that may read answers; `*` for any.
    public var allowedOrigins: [String] = []
    public var connectionsMax = 1_024
    public var connectionsPerAddressMax = 256
    /// 0: no limit.
    public var requestsPerSecondMax = 500
    public var requestsBurst = 2_000
    /// Transactions submitted; 0: no limit.
    public var submissionsPerSecondMax = 500
    public var submissionsBurst = 8_192
    /// Whether shares by address hold for this machine's own programs, too.
    public var limitsLoopback = false
    public var bodyBytesMax = 4 * 1024 * 1024
    public var headerBytesMax = 16 * 1024
    public var headersMax = 64
    public var headerTimeoutSeconds = 10
    public var bodyTimeoutSeconds = 30
    /// 0: no limit but the time.
    public var bodyBytesPerSecondMin = 1_024
    public var writeTimeoutSeconds = 30
    public var idleTimeoutSeconds = 60
    /// Event streams, server-sent and WebSocket together.
    public var subscribersMax = 256

    public init() {}
  }

  /// What is kept on disk.
  public struct Store: Sendable, Equatable {
    /// Whether accounts' histories are indexed.
    public var history = true
    public var freeDiskMinMiB = 512
    public var freeDiskWarnMiB = 4_096
    public var stateMapGiB = 16
    public var logSegmentMiB = 64
    /// Blocks that stay in the log below the flushed height; 0: all.
    public var keepBlocks = 0

    public init() {}
  }

  /// What is written to standard error.
  public struct Log: Sendable, Equatable {
    public var level = Logger.Level.notice
    public var format = LogFormat.text
    /// Whether lines start with `<N>`, which the system's journal reads as their priority.
    public var priorityPrefix = PriorityPrefix.auto
    /// Levels of single modules, by the module's name.
    public var levels: [String: Logger.Level] = [:]

    public init() {}
  }

  /// How log lines are written.
  public enum LogFormat: String, Sendable, CaseIterable {
    case text, json
  }

  /// When log lines start with their priority.
  public enum PriorityPrefix: String, Sendable, CaseIterable {
    /// When systemd says that standard error is its journal.
    case auto
    case always, never
  }

  /// Where `/metrics` is served.
  public struct Metrics: Sendable, Equatable {
    public var listen = Place.api

    public init() {}

    /// An address, or none.
    public enum Place: Sendable, Equatable {
      /// On the API's address.
      case api
      case off
      case own(Endpoint)
    }
  }

  /// A host and a TCP port.
  public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public var host: String
    /// 0 … 65,535.
    public var port: Int

    public init(host: String, port: Int) {
      self.host = host
      self.port = port
    }

    /// `host:port`; an IPv6 address stands in brackets.
    public init?(_ text: String) {
      guard let colon = text.lastIndex(of: ":") else { return nil }
      let digits = text[text.index(after: colon)...]
      guard (1...5).contains(digits.count), digits.allSatisfy({ $0.isASCII && $0.isNumber }),
        let port = Int(digits), port <= 65_535
      else { return nil }
      var host = String(text[..<colon])
      if host.hasPrefix("["), host.hasSuffix("]") {
        host = String(host.dropFirst().dropLast())
        guard host.contains(":") else { return nil }
      } else if host.contains(":") {
        return nil
      }
      let isPlain = host.unicodeScalars.allSatisfy {
        switch $0 {
        case "a"..."z", "A"..."Z", "0"..."9", ".", "-", "_", ":", "%": true
        default: false
        }
      }
      guard !host.isEmpty, isPlain else { return nil }
      self.host = host
      self.port = port
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
  }
}
