import Foundation
import LedgerCore
import Testing

@testable import Signer

private let roomSeed = [UInt8](repeating: 7, count: 32)

extension Signer {
  /// With the room's key.
  func sign(_ statement: VoteStatement) throws(SignerError) -> Signature {
    try sign(statement, with: ownKey)
  }

  /// With the room's key.
  func sign(_ header: BundleHeader) throws(SignerError) -> Signature {
    try sign(header, with: ownKey)
  }

  private var ownKey: PublicKey { SigningKey(seed: roomSeed)?.publicKey ?? PublicKey(.zero) }
}

/// A folder of its own with one key's watermark file, and what tests do to it.
final class SignerRoom {
  let directory: URL
  let key: SigningKey
  let chain: ChainID

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(
      path: "eco2-signer-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
    key = try #require(SigningKey(seed: roomSeed))
    chain = try #require(ChainID([UInt8](repeating: 1, count: 32)))
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  var file: URL { directory.appending(path: "votes.watermark") }

  var path: String { file.path }

  func create() throws {
    try Signer.create(path: path, account: account, chain: chain)
  }

  /// The node whose key it is.
  var account: AccountID { AccountID(key.publicKey) }

  func open() throws -> Signer {
    try Signer(path: path, account: account, keys: [key], chain: chain)
  }

  var image: [UInt8] {
    get throws { Array(try Data(contentsOf: file)) }
  }

  func setImage(_ bytes: [UInt8]) throws { try Data(bytes).write(to: file) }

  /// Whether a signature holds for a statement on this chain.
  func holds(_ signature: Signature, _ statement: VoteStatement) -> Bool {
    Ed25519.verify(
      signature: signature, key: key.publicKey, domain: statement.kind.domain, chain: chain,
      message: statement.message[...])
  }
}

func digest(_ number: UInt8) -> Digest {
  Digest([UInt8](repeating: number, count: 32)) ?? .zero
}

func prepare(_ height: UInt64, _ view: UInt64 = 0, block: UInt8 = 1) -> VoteStatement {
  VoteStatement(
    height: height, view: view, content: .prepare(block: digest(block), stateRoot: digest(9)))
}

func commit(_ height: UInt64, _ view: UInt64 = 0, block: UInt8 = 1) -> VoteStatement {
  VoteStatement(
    height: height, view: view, content: .commit(block: digest(block), stateRoot: digest(9)))
}

func header(
  _ signer: Signer, _ number: UInt64, root: UInt8 = 1, ahead: UInt64 = 0, run: UInt64 = 0
) -> BundleHeader {
  BundleHeader(
    author: signer.account,
    incarnation: (signer.incarnation + ahead) * Limits.incarnationsPerStart + run, number: number,
    birthHeight: 1, transactionCount: 1, transactionBytes: 150, transactionsRoot: digest(root))
}
