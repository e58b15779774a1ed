import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers
import Wallet

struct TransactionBuildCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Builds an unsigned transaction file.",
    discussion: """
      Needs no key: the sender is an address, or an account of the keyring. What is not given is \
      asked of a node: network, chain, sequence, heights, and what it will cost. With --offline \
      nothing is asked, and what is missing is named.

      Examples:
        eco2 transaction build --from savings --transfer eco2t1qqq…:12.5:ECO2 --out pay.json
        eco2 transaction build --from eco2t1ppp… --transfers wages.csv --out wages.json
        eco2 transaction build --offline --network test --chain 5f0c… --from eco2t1ppp… \
      --transfer eco2t1qqq…:1:ECO2 --sequence 7 --valid-until 9000 --charge-max 0.01ecc \
      --fee-max 0.1eco2 --out pay.json
      """)

  @Option(help: "The sender: an address, or an account of the keyring.")
  var from: String

  @Option(help: "Who pays instead and signs as well: an address, or an account of the keyring.")
  var sponsor: String?

  @OptionGroup var operations: OperationOptions

  @Flag(help: "Ask no node.")
  var offline = false

  @Option(help: "main or test.", transform: networkKind)
  var network: NetworkKind?

  @Option(help: "The genesis hash.", transform: chainID)
  var chain: ChainID?

  @Option(help: "The sequence to use; by default the next after those used and waiting.")
  var sequence: UInt64?

  @Option(help: "The last height at which it may enter a block.")
  var validUntil: UInt64?

  @Option(help: "For how many heights from now it may enter a block, instead of --valid-until.")
  var validFor: UInt64 = 1_000

  @Option(help: "The most to pay for carbon, such as 0.01ecc; by default twice the estimate.")
  var chargeMax: TokenAmount?

  @Option(help: "The most to pay as network fee, such as 0.1eco2; by default twice the estimate.")
  var feeMax: TokenAmount?

  @Option(help: "For the author of the block, such as 0.01eco2; none when left out.")
  var tip: TokenAmount?

  @Option(help: "The file to make; standard output when left out.")
  var out: String?

  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var node: NodeOptions
  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard (1...Limits.validityHeightsMax).contains(validFor) else {
      throw ValidationError("--valid-for must lie between 1 and \(Limits.validityHeightsMax).")
    }
    if let chargeMax, chargeMax.token != .ecc { throw ValidationError("--charge-max is in ECC.") }
    if let feeMax, feeMax.token != .eco2 { throw ValidationError("--fee-max is in ECO2.") }
    if let tip, tip.token != .eco2 { throw ValidationError("--tip is in ECO2.") }
    if output.json, out == nil {
      throw ValidationError("Without --out the file itself is printed; it is JSON already.")
    }
    guard offline else { return }
    let missing = [
      ("--network", network == nil), ("--chain", chain == nil), ("--sequence", sequence == nil),
      ("--valid-until", validUntil == nil), ("--charge-max", chargeMax == nil),
      ("--fee-max", feeMax == nil),
    ].filter(\.1).map(\.0)
    guard missing.isEmpty else {
      throw ValidationError("Offline, also give \(missing.joined(separator: ", ")).")
    }
  }

  func run() async throws {
    let file = try await offline ? buildOffline() : buildOnline()
    guard let out else {
      return Printing.line(String(decoding: try file.encoded().dropLast(), as: UTF8.self))
    }
    try WholeFile.create(out, file.encoded(), mode: 0o644)
    let report = TransactionReport(file)
    try output.show(report) { "file".padded(to: 20) + out + "\n" + report.text }
  }

  private func buildOffline() throws -> TransactionFile {
    guard let network, let chain, let sequence, let validUntil, let chargeMax, let feeMax else {
      throw ValidationError("Offline, everything must be given.")
    }
    let body = TransactionBody(
      chain: chain, sender: try account(from, network), sequence: sequence,
      validUntil: validUntil, chargeMax: chargeMax.amount, feeMax: feeMax.amount,
      tip: tip?.amount ?? .zero, sponsor: try sponsor.map { try account($0, network) },
      operations: try operations.read(network))
    return try TransactionFile(body, chain: chain, network: network)
  }

  private func buildOnline() async throws -> TransactionFile {
    let ledger = try await Ledger.connect(to: [node.node])
    let (chain, network) = (ledger.facts.chain, ledger.facts.network)
    if self.chain.map({ $0 != chain }) ?? false || self.network.map({ $0 != network }) ?? false {
      throw ValidationError(
        "The node is of another network: \(ledger.facts.name), \(chain.hex).")
    }
    let sender = try account(from, network)
    let sponsor = try sponsor.map { try account($0, network) }
    var draft = TransactionBuilder(from: sender).sponsored(by: sponsor)
      .paying(chargeMax: chargeMax?.amount, feeMax: feeMax?.amount)
      .tip(tip?.amount ?? .zero).sequence(sequence).valid(forHeights: validFor)
    if let validUntil { draft = draft.valid(until: validUntil) }
    for operation in try operations.read(network) { draft = draft.adding(operation) }
    // As many as must sign; more may.
    var signatures = try await Self.threshold(of: sender, ledger)
    if let sponsor { signatures += try await Self.threshold(of: sponsor, ledger) }
    let body = try await ledger.prepare(draft, signatureCount: signatures)
    await ledger.close()
    return try TransactionFile(body, chain: chain, network: network)
  }

  private static func threshold(of account: AccountID, _ ledger: Ledger) async throws -> Int {
    let threshold = try await ledger.account(account).threshold
    guard (1...Limits.keysMax).contains(threshold) else {
      throw ClientError.malformedAnswer("its threshold is none an account can have")
    }
    return threshold
  }

  private func account(_ text: String, _ network: NetworkKind) throws -> AccountID {
    if NetworkKind.allCases.contains(where: { text.hasPrefix($0.addressPrefix + "1") }) {
      return try AccountID(address: text, network: network)
    }
    return AccountID(try keyring.open().entry(accountName(text)).publicKey)
  }
}

/// What a transaction asks for, as options and files say it.
struct OperationOptions: ParsableArguments {
  @Option(help: "Send: ADDRESS:AMOUNT:TOKEN, such as eco2t1qqq…:12.5:ECO2; any number of times.")
  var transfer: [String] = []

  @Option(
    name: [.customLong("transfers"), .customLong("file")],
    help: "A file of transfers: CSV lines address,amount,token, or a JSON list of these three.")
  var transfers: String?

  @Option(help: "Fill an ER Node's reserve: ADDRESS:AMOUNT, in ECC; any number of times.")
  var topUp: [String] = []

  @Option(
    help: """
      Replace the sender's keys: K:KEY,KEY,…: from then on K of these public keys (hexadecimal) \
      must sign.
      """)
  var setAuthority: String?

  func validate() throws {
    guard !transfer.isEmpty || transfers != nil || !topUp.isEmpty || setAuthority != nil else {
      throw ValidationError("Say what to do: --transfer, --transfers, --top-up or --set-authority.")
    }
  }

  /// In the order: transfers, those of the file, top-ups, keys.
  func read(_ network: NetworkKind) throws -> [Operation] {
    var operations = try transfer.map { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 3 else {
        throw ValidationError("`\(text)` is not ADDRESS:AMOUNT:TOKEN.")
      }
      return Operation.transfer(
        try TransferList.transfer(
          address: parts[0], amount: parts[1], token: parts[2], network: network))
    }
    if let transfers {
      let bytes = try WholeFile.read(transfers, bytesMax: WalletLimits.transferListBytesMax)
      operations += try TransferList.read(bytes, network: network).map { .transfer($0) }
    }
    operations += try topUp.map { text in
      let parts = text.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw ValidationError("`\(text)` is not ADDRESS:AMOUNT.") }
      let transfer = try TransferList.transfer(
        address: parts[0], amount: parts[1], token: "ECC", network: network)
      return .topUpReserve(TopUpReserve(node: transfer.recipient, amount: transfer.amount))
    }
    if let setAuthority { operations.append(.setAuthority(try authority(setAuthority))) }
    guard operations.count <= Limits.operationsMax else {
      throw TransactionFileError.operations(operations.count)
    }
    return operations
  }

  private func authority(_ text: String) throws -> SetAuthority {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    let keys = parts.last?.split(separator: ",").compactMap { PublicKey(hex: String($0)) } ?? []
    guard parts.count == 2, let threshold = UInt8(parts[0]),
      keys.count == parts[1].split(separator: ",", omittingEmptySubsequences: false).count,
      let authority = Authority(threshold: threshold, keys: keys.sorted())
    else {
      throw ValidationError(
        "`\(text)` is not K:KEY,KEY,…, with 1 to \(Limits.keysMax) different public keys in "
          + "hexadecimal and K at most as many.")
    }
    return SetAuthority(authority: authority)
  }
}

/// Parses `main` or `test` for an option of the type.
func networkKind(_ text: String) throws -> NetworkKind {
  guard let kind = NetworkKind(fileName: text) else {
    throw ValidationError("`\(text)` is neither main nor test.")
  }
  return kind
}

/// Parses a genesis hash for an option of the type.
func chainID(_ text: String) throws -> ChainID {
  guard let chain = ChainID(hex: text) else {
    throw ValidationError("`\(text)` is no genesis hash: 64 hexadecimal digits.")
  }
  return chain
}

extension String {
  fileprivate func padded(to width: Int) -> String {
    self + String(repeating: " ", count: max(0, width - count))
  }
}
