import ArgumentParser
import Foundation
import LedgerCore

struct StateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "state",
    abstract: "The state: its records, proofs of them, their tree and indexes.",
    discussion: """
      Examples:
        eco2 state stat --home net/node-00
        eco2 state get account:eco2t1qqq… --proof
        eco2 state verify --home net/node-00
        eco2 state reindex --home net/node-00
      """,
    subcommands: [
      StateStatCommand.self, StateGetCommand.self, StateVerifyCommand.self,
      StateReindexCommand.self,
    ])

  /// A thread for each core of this machine.
  static func workers() throws -> WorkerPool {
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return try WorkerPool(workers: cores > 1 ? min(cores, WorkerPool.workersMax) : 0)
  }
}
