import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

struct SendCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Sends ECO2 or ECC to one or more accounts, in one transaction.",
    discussion: """
      An address is followed by one or more amounts with their token. What is sent to several \
      addresses is applied as a whole or not at all. The sender, or the sponsor who co-signs, pays \
      the carbon charge in ECC and the network fee in ECO2.

      Examples:
        eco2 send --from savings --to eco2t1qqq… 12.5eco2
        eco2 send --key treasury.pem --to eco2t1qqq… 12.5eco2
        eco2 send --from mine.pem --to eco2t1qqq… 1eco2 20ecc --to eco2t1ppp… 3ecc --wait accepted
        eco2 send --from poor.pem --sponsor rich.pem --to eco2t1qqq… 1eco2
      """)

  @Option(parsing: .upToNextOption, help: "An address and the amounts it receives.")
  var to: [String]

  @OptionGroup var sending: SendingOptions

  func validate() throws {
    guard !to.isEmpty else { throw ValidationError("Say to whom: --to ADDRESS AMOUNT…") }
  }

  func run() async throws {
    try await sending.send { draft, ledger in
      try transfers(ledger.facts.network).reduce(draft) {
        $0.transfer($1.token, $1.amount, to: $1.recipient)
      }
    }
  }

  /// Addresses and amounts in the order written.
  private func transfers(_ network: NetworkKind) throws -> [Transfer] {
    var transfers: [Transfer] = []
    var recipient: AccountID?
    var isUsed = true
    for word in to {
      if let amount = TokenAmount(argument: word) {
        guard let recipient else {
          throw ValidationError("Before the amount \(word) must stand an address.")
        }
        guard amount.amount > .zero else {
          throw ValidationError("`\(word)` moves nothing; send more.")
        }
        transfers.append(
          Transfer(token: amount.token, recipient: recipient, amount: amount.amount))
        isUsed = true
        continue
      }
      recipient = try Self.recipient(word, network)
      guard isUsed else { throw ValidationError("No amount stands before \(word).") }
      isUsed = false
    }
    guard isUsed else { throw ValidationError("The last address is followed by no amount.") }
    guard transfers.count <= Limits.operationsMax else {
      throw ValidationError("A transaction holds at most \(Limits.operationsMax) operations.")
    }
    return transfers
  }

  /// The account of an address; what is none says what it may have been meant for.
  private static func recipient(_ word: String, _ network: NetworkKind) throws -> AccountID {
    do { return try AccountID(address: word, network: network) } catch {
      if word.first.map({ $0.isNumber || $0 == "." }) == true {
        let forms = Token.allCases.map {
          "\($0.symbol.lowercased()) with \($0.decimals) decimals at most"
        }
        throw ValidationError(
          "`\(word)` is no amount, such as 12.5eco2: a number and its token, "
            + "\(forms.joined(separator: " or ")).")
      }
      if !word.hasPrefix("eco2") {
        throw ValidationError(
          "`\(word)` is neither an amount such as 12.5eco2 nor an address, which begins with eco2; "
            + "your own accounts' stand in `eco2 key list`.")
      }
      throw ValidationError("`\(word)` is no address: \(error)")
    }
  }
}
