import ArgumentParser
import LedgerCore
import Wallet

/// Keys as commands use them.
enum KeyAccess {
  /// Opens an account of the keyring, or a key file.
  ///
  /// - Parameter isTest: whether the key is for a test network, whose key files need no passphrase.
  static func open(
    _ reference: KeyReference, _ keyring: KeyringOptions, _ options: PassphraseOptions,
    isTest: Bool
  ) throws -> SigningKey {
    switch reference {
    case .file(let path): return try open(path, options, isTest: isTest)
    case .account(let name):
      let keyring = try keyring.open()
      var passphrase = try options.passphrase(prompt: "Passphrase of the account \(name): ")
      defer { KeyFile.erase(&passphrase) }
      return try keyring.open(name, passphrase: passphrase)
    }
  }

  /// Opens a key file; asks for a passphrase only when it is encrypted.
  ///
  /// - Parameter isTest: whether the key is for a test network, whose keys need no passphrase.
  static func open(_ path: String, _ options: PassphraseOptions, isTest: Bool) throws -> SigningKey
  {
    do {
      return try key(KeyFile.read(path: path, passphrase: [], allowUnencrypted: isTest), path)
    } catch KeyFileError.needsPassphrase {
      var passphrase = try options.passphrase(prompt: "Passphrase of \(path): ")
      defer { KeyFile.erase(&passphrase) }
      return try key(KeyFile.read(path: path, passphrase: passphrase), path)
    }
  }

  /// Writes a new key file, encrypted unless `passphrase` is nil.
  static func write(_ key: SigningKey, to path: String, passphrase: [UInt8]?) throws {
    var seed = key.withSeed { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
    defer { KeyFile.erase(&seed) }
    try KeyFile.write(
      seed: seed, passphrase: passphrase ?? [], to: path, allowUnencrypted: passphrase == nil)
  }

  private static func key(_ seed: [UInt8], _ path: String) throws -> SigningKey {
    var seed = seed
    defer { KeyFile.erase(&seed) }
    guard let key = SigningKey(seed: seed) else { throw KeyFileError.notAKeyFile(path: path) }
    return key
  }
}
