import Foundation
import Glibc
public import LedgerCore

/// The consensus keys in a validator's home: `keys/consensus.pem`, which it began with, and
/// `keys/consensus-*.pem`. The node makes one for each term that it wants to be elected for,
/// `keys/consensus-TERM.pem`, and erases those of earlier terms (protocol §2); under other names
/// its operator brings keys.
public struct KeyRing: Sendable {
  public let home: NodeHome
  private let passphrase: [UInt8]

  public init(home: NodeHome, passphrase: [UInt8]) {
    self.home = home
    self.passphrase = passphrase
  }

  /// With the passphrase that the home holds, if it holds one.
  public init(home: NodeHome) {
    let data = FileManager.default.contents(atPath: home.passphrase) ?? Data()
    self.init(home: home, passphrase: Array(data.prefix { $0 != UInt8(ascii: "\n") }))
  }

  /// Whether a file in the keys folder holds a consensus key, by its name.
  public static func isConsensusKey(_ name: String) -> Bool {
    name == "consensus.pem" || (name.hasPrefix("consensus-") && name.hasSuffix(".pem"))
  }

  /// The key files, those of terms in their order behind the first.
  public var paths: [String] {
    let folder = home.path + "/keys"
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter(Self.isConsensusKey).sorted { left, right in
      (Self.term(of: left) ?? 0, left) < (Self.term(of: right) ?? 0, right)
    }.map { folder + "/" + $0 }
  }

  /// Which term's key a file holds that the node has made; nil for others.
  private static func term(of path: String) -> UInt64? {
    let name = URL(fileURLWithPath: path).lastPathComponent
    guard name.hasPrefix("consensus-"), name.hasSuffix(".pem") else { return nil }
    return UInt64(name.dropFirst("consensus-".count).dropLast(".pem".count))
  }

  /// Reads all keys; at least one.
  func load() throws(NodeStartError) -> [SigningKey] {
    let paths = paths
    guard !paths.isEmpty else {
      throw .missingFile(home.consensusKey, hint: "restore it from its backup")
    }
    var keys: [SigningKey] = []
    for path in paths {
      do throws(KeyFileError) { keys.append(try read(path)) } catch {
        throw .badKey(path, reason: "\(error)")
      }
    }
    return keys
  }

  /// The key for a term: made, and synced, unless it is there.
  func key(for term: UInt64) throws -> SigningKey {
    let path = home.consensusKey(for: term)
    if FileManager.default.fileExists(atPath: path) { return try read(path) }
    var seed = try SystemRandom.bytes(32)
    defer { KeyFile.erase(&seed) }
    try KeyFile.write(
      seed: seed, passphrase: passphrase, to: path, allowUnencrypted: passphrase.isEmpty)
    return try read(path)
  }

  /// Makes a key that the account names, not a declaration: in a file of its own.
  public func makeKey() throws -> (key: SigningKey, path: String) {
    var seed = try SystemRandom.bytes(32)
    defer { KeyFile.erase(&seed) }
    guard let key = SigningKey(seed: seed) else { throw KeyFileError.seedLength(seed.count) }
    // "key": of digits alone, the name would be a term's.
    let path = home.path + "/keys/consensus-key-\(key.publicKey.hex.prefix(8)).pem"
    try KeyFile.write(
      seed: seed, passphrase: passphrase, to: path, allowUnencrypted: passphrase.isEmpty)
    return (key, path)
  }

  /// Erases the keys of earlier terms than `term`, but for the one in use. A key that is gone can
  /// never sign another history.
  func eraseKeys(before term: UInt64, inUse: PublicKey) throws -> [PublicKey] {
    var erased: [PublicKey] = []
    for path in paths {
      guard path == home.consensusKey || Self.term(of: path).map({ $0 < term }) ?? false else {
        continue
      }
      let key = try read(path).publicKey
      guard key != inUse else { continue }
      try DurableFile.erase(path)
      erased.append(key)
    }
    return erased
  }

  private func read(_ path: String) throws(KeyFileError) -> SigningKey {
    var seed = try KeyFile.read(
      path: path, passphrase: passphrase, allowUnencrypted: passphrase.isEmpty)
    defer { KeyFile.erase(&seed) }
    guard let key = SigningKey(seed: seed) else { throw .seedLength(seed.count) }
    return key
  }
}
