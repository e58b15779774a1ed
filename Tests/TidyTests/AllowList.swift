/// Every exception to the rules of this folder, each with its reason. An entry that covers nothing
/// fails a test, so that the list only ever holds what is still needed.
let allowList: [Allowed] = [
  Allowed(
    path: "Sources/LedgerCore/Keys/KeyFile.swift", rule: "import not in the table",
    containing: "import Glibc",
    reason: "key files are made whole or not at all, mode 0600; no rule or state machine calls it"),
  Allowed(
    path: "Sources/LedgerCore/Engines/Ed25519SigningKey.swift", rule: "banned call",
    containing: "private let secret: UnsafeMutablePointer",
    reason: "set once in init, then only read until deinit erases it; sending it is safe"),
  Allowed(
    path: "Sources/LedgerCore/Engines/Ed25519SigningKey.swift", rule: "banned call",
    containing: "a seed has 32 bytes",
    reason: "the seed is our own 32 random bytes; no outside input reaches it"),
  Allowed(
    path: "Sources/LedgerCore/Engines/Ed25519KeyCache.swift", rule: "banned call",
    containing: "let handle: OpaquePointer",
    reason: "set once in init; every C function it is given to locks the cache (cl_ed25519.h)"),
  Allowed(
    path: "Sources/LedgerCore/Engines/Ed25519PreparedKey.swift", rule: "banned call",
    containing: "private let handle: OpaquePointer",
    reason: "set once in init; what it points to never changes until deinit"),
  Allowed(
    path: "Sources/LedgerCore/Engines/WorkerPool.swift", rule: "banned call",
    containing: "let handle: OpaquePointer",
    reason: "set once in init; every C function it is given to is thread safe (cl_workers.h)"),
  Allowed(
    path: "Sources/LedgerState/Tree/StateTree.swift", rule: "banned call",
    containing: "fileprivate let handle: OpaquePointer",
    reason: "set once in init; a delta never changes until deinit (cl_state_tree.h)"),
  Allowed(
    path: "Sources/LedgerState/StateView.swift", rule: "hash order",
    containing: "for (key, entry) in entries",
    reason: "the changes gathered from the table are sorted by key before they are returned"),
  Allowed(
    path: "Sources/eco2/Commands/AccountCommand.swift", rule: "banned call",
    containing: "Date().timeIntervalSince1970",
    reason: "how old the trust in a genesis document is, by the clock of who asks; only shown"),
  Allowed(
    path: "Sources/NodeRuntime/Metering/KernelClock.swift", rule: "banned call",
    containing: "unsafeBitCast(symbol",
    reason: "the C library's adjtimex, which the toolchain's module map leaves out; read only"),
  Allowed(
    path: "Sources/LedgerStore/State/StateFile.swift", rule: "banned call",
    containing: "let handle: OpaquePointer",
    reason: "set once in init; every C function it is given to is thread safe (cl_lmdb.h)"),
]
