import ArgumentParser
import LedgerCore
import Wallet

struct TransactionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "transaction",
    abstract: "Builds, shows, signs and submits transactions, each on a machine of its own.",
    discussion: """
      A transaction file holds the exact bytes that are signed and what they say, for people; one \
      whose two parts differ is refused. It holds no secret. Keys stay where they sign: build \
      where the network is, carry the file to the machine with the key, and submit it anywhere.

      Examples:
        eco2 transaction build --from savings --transfer eco2t1qqq…:12.5:ECO2 --out pay.json
        eco2 transaction show pay.json
        eco2 transaction sign pay.json --key savings
        eco2 transaction submit pay.json --node 127.0.0.1:8101
      """,
    subcommands: [
      TransactionBuildCommand.self, TransactionShowCommand.self, TransactionSignCommand.self,
      TransactionMergeCommand.self, TransactionSubmitCommand.self,
    ])
}

/// A transaction file's bytes and name, wherever one is read.
struct NamedTransactionFile {
  let path: String
  var file: TransactionFile

  init(_ path: String) throws {
    self.path = path
    file = try TransactionFile(
      decoding: WholeFile.read(path, bytesMax: WalletLimits.transactionFileBytesMax))
  }

  /// Writes it, whole: in place, or to a new file.
  func write(to out: String?) throws {
    if let out {
      try WholeFile.create(out, file.encoded(), mode: 0o644)
    } else {
      try WholeFile.replace(path, file.encoded(), mode: 0o644)
    }
  }
}
