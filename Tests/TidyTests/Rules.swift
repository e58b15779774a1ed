/// The rules of the house that a machine can check.
enum Rules {
  /// The same input gives the same result on every machine: no clock, no randomness, no I/O.
  static let deterministicTargets: Set<String> = [
    "LedgerCore", "LedgerState", "LedgerRules", "Consensus", "Dissemination", "CatchUp", "Replica",
  ]

  /// The only targets that touch C.
  static let cImporters: Set<String> = ["LedgerCore", "LedgerState", "LedgerStore", "PeerNetwork"]

  /// Modules of the toolchain that edges and tests may import beside what Package.swift names.
  static let toolchainModules: Set<String> = [
    "Foundation", "FoundationEssentials", "Glibc", "Dispatch", "Synchronization",
  ]

  /// For the targets at the bottom: all of this package's targets that they may import. What stands
  /// above them is free to grow, downwards only (no cycles).
  static let imports: [String: Set<String>] = [
    "CLedgerCore": [],
    "LedgerCore": ["CLedgerCore"],
    "LedgerState": ["CLedgerCore", "LedgerCore"],
    "LedgerStore": ["CLedgerCore", "LedgerCore", "LedgerState"],
    "LedgerRules": ["LedgerCore", "LedgerState"],
    "Consensus": ["LedgerCore"],
    "Dissemination": ["LedgerCore"],
    "CatchUp": ["LedgerCore"],
    "Replica": [
      "LedgerCore", "LedgerState", "LedgerRules", "Consensus", "Dissemination", "CatchUp",
    ],
    "Signer": ["LedgerCore"],
    "LedgerMetrics": [],
    "PeerNetwork": ["CLedgerCore", "LedgerCore"],
    "RegistryFiles": [],
    "StrictJSON": [],
    "NodeAnswers": ["LedgerCore"],
    "LedgerClient": ["LedgerCore", "LedgerState", "LedgerRules", "StrictJSON", "NodeAnswers"],
    "Wallet": ["LedgerCore", "StrictJSON", "NodeAnswers"],
  ]

  /// Who may import a target, where not everybody above it may.
  static let importers: [String: Set<String>] = [
    "CLedgerCore": cImporters,
    "Replica": ["NodeRuntime", "Simulation"],
    "PeerNetwork": ["NodeRuntime", "Doctor"],
    "NodeAPI": ["NodeRuntime"],
    "NodeRuntime": ["LocalNetwork", "Doctor", "eco2"],
  ]

  static let fileLinesMax = 500
  static let fileLinesAim = 400
  static let functionLinesMax = 100
  static let functionLinesAim = 70
  static let lineColumnsMax = 100

  /// Calls that trap, guess, wait or differ from run to run.
  static let bannedInProduct = [
    "try!", "as!", "fatalError(", "preconditionFailure(", "Date()", ".random(", ".hashValue",
    "Thread.sleep", "usleep", "String(format:", "@unchecked Sendable", "nonisolated(unsafe)",
    "unsafeBitCast",
    // JSON is read with `StrictJSON` alone: these take what is no JSON.
    "JSONDecoder", "JSONSerialization",
  ]
  static let bannedInTests = ["Thread.sleep", "usleep", "Task.sleep"]
  static let bannedInDeterministic = [
    "JSONEncoder", "SystemRandomNumberGenerator", "ContinuousClock", "SuspendingClock", "UUID(",
    "Task {", "Task.detached", "Float", "Double",
  ]
  static let unfinishedWork = ["TODO", "FIXME", "HACK", "XXX"]
  static let vagueNames = [
    "Common", "Utils", "Util", "Manager", "Helper", "Helpers", "Shared", "Misc",
  ]
}
