import LedgerCore
import Logging

extension Setting {
  /// Every setting there is, in the file's order.
  public static let all: [Setting] = node + peers + api + store + log + metrics

  private static let node: [Setting] = [
    written(
      choice(
        "node.role", \.role,
        """
        What this node does: a validator votes with its consensus key; a full node follows, \
        verifies, serves the API and relays transactions.
        """)),
    written(
      text(
        "node.account", \.account, expected: hexExpected,
        "Account of this ER Node, as the genesis names it. A full node has none.",
        parse: { text in AccountID(hex: text).map { .some($0) } }, write: { $0?.hex ?? "" })),
    text(
      "node.workers", \.workers,
      expected: #""auto" or a number, "0" to "\#(WorkerPool.workersMax)""#,
      """
      Threads that share large computations: signatures of many transactions, the hashes of the \
      state; "0": none, whoever needs them computes them; "auto": one for each core beyond two, \
      at most 8.
      """,
      parse: SettingText.workers, write: { $0.map(String.init) ?? "auto" }),
  ]

  private static let peers: [Setting] = [
    written(
      text(
        "peers.listen", \.peers.listen, expected: SettingText.endpointExpected,
        "Where other nodes reach this one.",
        parse: { NodeConfiguration.Endpoint($0) }, write: \.description)),
    integer(
      "peers.full-nodes-max", \.peers.fullNodesMax, 0...1_024, "nodes",
      "Full nodes that may be connected at a time; 0 accepts none."),
    texts(
      "peers.full-nodes-allowed", \.peers.fullNodesAllowed, expected: hexExpected,
      "Transport keys of the full nodes that may connect; an empty list lets any.",
      parse: { PublicKey(hex: $0) }, write: \.hex),
    Setting(
      path: "peers.known", form: .peers,
      expected: "one [[peers.known]] table a node: account, transport-key, address",
      comment: """
        The nodes to connect to. An ER Node finds the others through these, and learns from the \
        chain who has come since and where they are; a full node follows them. `account` is the \
        ER Node's account (left out for a full node), `transport-key` the key it must show (both \
        64 hexadecimal digits), `address` its peers.listen as reached from here.
        """,
      get: { .peers($0.peers.known) },
      set: { configuration, value in
        if case .peers(let peers) = value { configuration.peers.known = peers }
        return nil
      }),
  ]

  private static let api: [Setting] =
    [
      written(
        text(
          "api.listen", \.api.listen, expected: SettingText.endpointExpected,
          "Where clients reach this node. Port 0 takes a free one.",
          parse: { NodeConfiguration.Endpoint($0) }, write: \.description)),
      texts(
        "api.public-names", \.api.publicNames, expected: "host names or addresses without port",
        """
        Names under which clients reach the API, beside the address it listens on, localhost and \
        127.0.0.1: requests with another Host are refused. Set it when a proxy or a DNS name \
        stands before the node.
        """, parse: SettingText.host, write: { $0 }),
      texts(
        "api.allowed-origins", \.api.allowedOrigins,
        expected: #""scheme://host[:port]" or "*""#,
        "Origins of web pages whose scripts may read answers; an empty list lets none.",
        parse: SettingText.origin, write: { $0 }),
      integer(
        "api.connections-max", \.api.connectionsMax, 1...65_536, "connections",
        "Client connections at a time."),
      integer(
        "api.connections-per-address-max", \.api.connectionsPerAddressMax, 1...65_536,
        "connections",
        "Client connections at a time from one address (IPv6: one /64)."),
    ] + apiRates + apiBounds

  private static let apiRates: [Setting] = [
    integer(
      "api.requests-per-second-max", \.api.requestsPerSecondMax, 0...1_000_000,
      "requests a second",
      "Requests from one address over time; 0 sets no limit."),
    integer(
      "api.requests-burst", \.api.requestsBurst, 1...1_000_000, "requests",
      "Requests that one address may make at once after a pause."),
    integer(
      "api.submissions-per-second-max", \.api.submissionsPerSecondMax, 0...1_000_000,
      "transactions a second",
      "Transactions that one address may submit over time; 0 sets no limit."),
    integer(
      "api.submissions-burst", \.api.submissionsBurst, 4_096...1_000_000, "transactions",
      "Transactions that one address may submit at once after a pause."),
    flag(
      "api.limits-loopback", \.api.limitsLoopback,
      """
      Whether the shares of one address hold for this machine's own programs, too. A proxy on it \
      is one program for all its clients.
      """),
  ]

  private static let apiBounds: [Setting] = [
    integer(
      "api.body-bytes-max", \.api.bodyBytesMax, 65_536...4_194_304, "bytes",
      "The longest request body."),
    integer(
      "api.header-bytes-max", \.api.headerBytesMax, 1_024...65_536, "bytes",
      "All headers of a request together."),
    integer(
      "api.headers-max", \.api.headersMax, 16...1_024, "headers", "Headers of a request."),
    integer(
      "api.header-timeout-seconds", \.api.headerTimeoutSeconds, 1...300, "seconds",
      "How long a request's headers may take to arrive."),
    integer(
      "api.body-timeout-seconds", \.api.bodyTimeoutSeconds, 1...300, "seconds",
      "How long a request's body may take to arrive."),
    integer(
      "api.body-bytes-per-second-min", \.api.bodyBytesPerSecondMin, 0...1_048_576,
      "bytes a second",
      "How fast a body must come, on average over every 5 seconds; 0 sets no limit."),
    integer(
      "api.write-timeout-seconds", \.api.writeTimeoutSeconds, 1...300, "seconds",
      "How long an answer may wait for a client that does not read."),
    integer(
      "api.idle-timeout-seconds", \.api.idleTimeoutSeconds, 1...3_600, "seconds",
      "A connection on which nothing is asked ends after this."),
    integer(
      "api.subscribers-max", \.api.subscribersMax, 0...65_536, "streams",
      "Event streams at a time, server-sent and WebSocket together."),
  ]

  private static let store: [Setting] = [
    flag(
      "store.history", \.store.history,
      """
      Whether accounts' histories and transactions by id are indexed. It may be switched off at \
      any start; what was not indexed meanwhile stays unknown.
      """),
    integer(
      "store.free-disk-min-mib", \.store.freeDiskMinMiB, 64...16_777_216, "MiB",
      "With less free on the disk of data/ the node stops cleanly."),
    integer(
      "store.free-disk-warn-mib", \.store.freeDiskWarnMiB, 64...16_777_216, "MiB",
      "With less free on the disk of data/ the node warns."),
    integer(
      "store.state-map-gib", \.store.stateMapGiB, 1...16_384, "GiB",
      """
      Address space for the files of state and history at first, each; it doubles when one is \
      full. Neither memory nor disk; lower it only where address space is limited.
      """),
    integer(
      "store.log-segment-mib", \.store.logSegmentMiB, 1...1_024, "MiB",
      "Size of new files of the block log; those that exist keep theirs."),
    integer(
      "store.keep-blocks", \.store.keepBlocks, 0...1_000_000_000, "blocks",
      """
      How many of the last blocks stay in the log, at least; 0 keeps all, otherwise 1,000 or more. \
      Older files are removed whole. Somebody must keep all: who is further behind than all keep \
      cannot catch up.
      """),
  ]

  private static let log: [Setting] = [
    choice("log.level", \.log.level, "The least severe lines that are written."),
    choice("log.format", \.log.format, "Text for people, or one JSON object a line."),
    choice(
      "log.priority-prefix", \.log.priorityPrefix,
      """
      Whether lines start with <N>, from which systemd's journal takes their priority; auto: when \
      standard error is the journal.
      """),
    Setting(
      path: "log.levels", form: .table,
      expected: "table of module = level; modules: " + LogModule.names.joined(separator: ", "),
      comment: "Levels of single modules, over log.level.",
      get: { configuration in
        .table(
          configuration.log.levels.map { NamedText(name: $0.key, text: $0.value.rawValue) }
            .sorted { $0.name < $1.name })
      }, set: setLevels),
  ]

  private static let metrics: [Setting] = [
    text(
      "metrics.listen", \.metrics.listen, expected: #""api", "off" or "HOST:PORT""#,
      """
      Where /metrics is served: on the API's address, nowhere, or on an address of its own, which \
      keeps it from clients.
      """, parse: SettingText.place, write: SettingText.write)
  ]

  @Sendable private static func setLevels(
    _ configuration: inout NodeConfiguration, _ value: SettingValue
  ) -> String? {
    guard case .table(let pairs) = value else { return nil }
    var levels: [String: Logger.Level] = [:]
    for pair in pairs {
      guard LogModule.names.contains(pair.name) else {
        let names = LogModule.names.joined(separator: ", ")
        return "\(pair.name) is no module" + Spelling.hint(pair.name, LogModule.names)
          + "; modules are \(names)"
      }
      guard let level = Logger.Level(rawValue: pair.text) else {
        let all = Logger.Level.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: ", ")
        return "\(pair.name) must be one of \(all)"
      }
      levels[pair.name] = level
    }
    configuration.log.levels = levels
    return nil
  }

  private static func written(_ setting: Setting) -> Setting {
    var setting = setting
    setting.isAlwaysWritten = true
    return setting
  }
}

/// The parts of a node that log under a name of their own.
public enum LogModule: String, Sendable, CaseIterable {
  /// Start, stop, faults and what fits nowhere else.
  case node
  /// Consensus, dissemination and catching up.
  case replica
  /// Connections to other nodes.
  case peers
  case api
  case store

  static let names = allCases.map(\.rawValue)
}
