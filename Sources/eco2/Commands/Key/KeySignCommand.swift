import ArgumentParser
import LedgerCore
import Wallet

/// What is signed or verified: a text or a file, of a chain or of none.
struct MessageOptions: ParsableArguments {
  @Option(help: "The text itself, as its UTF-8 bytes.")
  var text: String?

  @Option(help: "A file with the bytes; - for standard input.")
  var file: String?

  @Option(help: "The genesis hash of the chain it is for; left out, it belongs to no chain.")
  var chain: String?

  func validate() throws {
    guard (text == nil) != (file == nil) else {
      throw ValidationError("Give either --text or --file.")
    }
    if let chain, ChainID(hex: chain) == nil {
      throw ValidationError("--chain is a genesis hash: 64 hexadecimal digits.")
    }
  }

  var chainID: ChainID { chain.flatMap { ChainID(hex: $0) } ?? SignedMessage.noChain }

  func message() throws -> [UInt8] {
    if let text { return Array(text.utf8) }
    let bytesMax = WalletLimits.messageBytesMax
    guard let file, file != "-" else {
      return try WholeFile.readStandardInput(bytesMax: bytesMax)
    }
    return try WholeFile.read(file, bytesMax: bytesMax)
  }
}

struct KeySignCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sign", abstract: "Signs a text or file; never a transaction.",
    discussion: """
      What is signed begins with the tag eco2/message/v1 and the chain's genesis hash (zeros for \
      none), then the bytes as they are. So nothing signed here moves anything on any chain.

      Examples:
        eco2 key sign savings --text "I run node seven."
        eco2 key sign savings --file statement.pdf --json
      """)

  @Argument(help: "The account's name, or a key file.", transform: keyReference)
  var name: KeyReference

  @OptionGroup var message: MessageOptions
  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  private struct Answer: Encodable {
    let publicKey: String
    let address: String
    let testAddress: String
    let chain: String?
    let signature: String
  }

  func run() throws {
    let bytes = try message.message()
    let key = try KeyAccess.open(name, keyring, passphrase, isTest: true)
    let signature = SignedMessage.sign(bytes, key: key, chain: message.chainID)
    let facts = KeyCommand.Facts(key.publicKey)
    let answer = Answer(
      publicKey: facts.publicKey, address: facts.address, testAddress: facts.testAddress,
      chain: message.chain, signature: Hex.encode(signature.array))
    try output.show(answer) { answer.signature }
  }
}

struct KeyVerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Verifies the signature of a text or file.",
    discussion: """
      Tells whether the key signed these bytes; exits with an error when not. An address stands \
      for the account's first key: whether that still acts for the account only the chain knows.

      Examples:
        eco2 key verify savings --text "I run node seven." --signature 5f0c…
        eco2 key verify eco21qqq… --file statement.pdf --signature 5f0c…
      """)

  @Argument(help: "Who signed: an address, a public key in hexadecimal, an account, a key file.")
  var signer: String

  @Option(help: "The signature, 128 hexadecimal digits.")
  var signature: String

  @OptionGroup var message: MessageOptions
  @OptionGroup var keyring: KeyringOptions
  @OptionGroup var passphrase: PassphraseOptions
  @OptionGroup var output: OutputOptions

  private struct Answer: Encodable {
    let valid: Bool
    let publicKey: String
  }

  func validate() throws {
    guard Hex.decode(signature).flatMap({ Signature($0) }) != nil else {
      throw ValidationError("--signature is 128 hexadecimal digits.")
    }
  }

  func run() throws {
    let key = try Holder.publicKey(signer, keyring, passphrase)
    let bytes = try message.message()
    guard let signature = Hex.decode(signature).flatMap({ Signature($0) }) else { return }
    let isValid = SignedMessage.isSigned(
      bytes, by: key, signature: signature, chain: message.chainID)
    try output.show(Answer(valid: isValid, publicKey: key.hex)) {
      isValid ? "valid: signed by \(key.hex)" : "NOT valid: not signed by \(key.hex)"
    }
    if !isValid { throw ExitCode.failure }
  }
}
