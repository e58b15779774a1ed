import Foundation
public import LedgerCore

/// An account of a keyring, as far as it shows without a passphrase.
public struct KeyringEntry: Hashable, Sendable {
  public let name: AccountName
  public let publicKey: PublicKey
  /// Where the key lies below its mnemonic's seed; nil for a key made without words.
  public let path: DerivationPath?

  public init(name: AccountName, publicKey: PublicKey, path: DerivationPath?) {
    self.name = name
    self.publicKey = publicKey
    self.path = path
  }
}

/// A folder of accounts by name: `NAME.pem` for each, an encrypted key file that
/// `openssl pkey -in NAME.pem` opens, and `index.json` with their public keys.
///
/// The key files are the truth: they hold the keys, and nothing else does. The index only spares
/// asking for passphrases; it is derived and repaired (`KeyringIndex`). The folder has mode 0700,
/// its files 0600; each is made whole or not at all, and none is replaced unless asked for.
public struct Keyring: Sendable {
  /// The folder.
  public let path: String

  private var indexPath: String { path + "/index.json" }

  /// Opens the folder, which only its owner may use, or makes it.
  public init(path: String) throws(KeyringError) {
    self.path = path
    do {
      try FileManager.default.createDirectory(
        atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    } catch { throw .folder(path: path, reason: error.localizedDescription) }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      throw .file(WholeFileError(path, doing: "look at"))
    }
    guard status.st_mode & 0o077 == 0 else {
      throw .permissionsTooOpen(path: path, mode: status.st_mode & 0o777)
    }
  }

  /// The key file of a name.
  public func keyFile(_ name: AccountName) -> String { "\(path)/\(name).pem" }

  /// An account of the index; asks no passphrase.
  public func entry(_ name: AccountName) throws(KeyringError) -> KeyringEntry {
    if let entry = try index()[name] { return entry }
    if unsafe access(keyFile(name), F_OK) == 0 { throw .notIndexed(name) }
    throw .noAccount(name, path: path)
  }

  /// What the folder holds, by name; asks no passphrase.
  public func listing() throws(KeyringError) -> Listing {
    let index = try index()
    let files: [String]
    do { files = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
      throw .folder(path: path, reason: error.localizedDescription)
    }
    let names = files.filter { $0.hasSuffix(".pem") }
      .compactMap { AccountName(String($0.dropLast(4))) }.sorted()
    guard names.count <= WalletLimits.accountsMax else { throw .full(path: path) }
    let present = Set(names)
    let indexed = Set(index.entries.map(\.name))
    return Listing(
      accounts: index.entries.filter { present.contains($0.name) },
      notIndexed: names.filter { !indexed.contains($0) },
      missing: index.entries.map(\.name).filter { !present.contains($0) })
  }

  /// A keyring's accounts, and where index and key files differ.
  public struct Listing: Hashable, Sendable {
    /// Ascending by name.
    public let accounts: [KeyringEntry]
    /// Key files that the index does not know; opening one enters it.
    public let notIndexed: [AccountName]
    /// Names whose key file is gone: only a backup has the key.
    public let missing: [AccountName]
  }

  /// Puts a key into the keyring: first its file, whole and synced, then the index.
  ///
  /// - Parameters:
  ///   - passphrase: 1 to 1,024 bytes; the caller erases them.
  ///   - path: where the key lies below its mnemonic's seed.
  ///   - replacing: whether a key of this name may be replaced. It is gone then.
  public func add(
    _ name: AccountName, _ key: SigningKey, passphrase: [UInt8], path: DerivationPath?,
    replacing: Bool = false
  ) throws(KeyringError) {
    var seed = key.withSeed { span in unsafe span.withUnsafeBytes { unsafe Array($0) } }
    defer { KeyFile.erase(&seed) }
    try locked { () throws(KeyringError) in
      let count = try listing().accounts.count
      guard replacing || count < WalletLimits.accountsMax else { throw .full(path: self.path) }
      try write(seed, passphrase, name: name, replacing: replacing)
      try enter(KeyringEntry(name: name, publicKey: key.publicKey, path: path))
    }
  }

  private func write(
    _ seed: [UInt8], _ passphrase: [UInt8], name: AccountName, replacing: Bool
  ) throws(KeyringError) {
    let file = keyFile(name)
    let written = replacing ? "\(file).\(getpid()).replacing" : file
    // A leftover of a process that had this number and was killed.
    if replacing { _ = unsafe unlink(written) }
    do { try KeyFile.write(seed: seed, passphrase: passphrase, to: written) } catch {
      if case .exists = error { throw .accountExists(name, path: path) }
      throw .keyFile(error)
    }
    guard replacing else { return }
    do { try WholeFile.rename(written, to: file) } catch { throw .file(error) }
  }

  /// Opens an account's key, and enters it into the index when that did not know it.
  public func open(
    _ name: AccountName, passphrase: [UInt8]
  ) throws(KeyringError) -> SigningKey {
    var seed: [UInt8]
    do { seed = try KeyFile.read(path: keyFile(name), passphrase: passphrase) } catch {
      if case .missing = error { throw .noAccount(name, path: path) }
      throw .keyFile(error)
    }
    defer { KeyFile.erase(&seed) }
    guard let key = SigningKey(seed: seed) else {
      throw .keyFile(.notAKeyFile(path: keyFile(name)))
    }
    let known = try index()[name]
    if known?.publicKey != key.publicKey {
      try locked { () throws(KeyringError) in
        try enter(KeyringEntry(name: name, publicKey: key.publicKey, path: nil))
      }
    }
    return key
  }

  private func enter(_ entry: KeyringEntry) throws(KeyringError) {
    var index = try index()
    index.enter(entry)
    do { try WholeFile.replace(indexPath, index.encoded(), mode: 0o600) } catch {
      throw .file(error)
    }
  }

  private func index() throws(KeyringError) -> KeyringIndex {
    let bytes: [UInt8]
    do { bytes = try WholeFile.read(indexPath, bytesMax: WalletLimits.indexBytesMax) } catch {
      if case .missing = error { return KeyringIndex() }
      throw .file(error)
    }
    do { return try KeyringIndex(decoding: bytes) } catch {
      throw .index(path: indexPath, error)
    }
  }

  /// Only one process at a time changes a keyring; the system ends the lock with the process.
  private func locked(_ body: () throws(KeyringError) -> Void) throws(KeyringError) {
    let lock = path + "/.lock"
    let descriptor = unsafe Foundation.open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(WholeFileError(lock, doing: "open")) }
    defer { close(descriptor) }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw .file(WholeFileError(lock, doing: "lock")) }
    }
    try body()
  }
}

/// Why a keyring does not do as asked.
public enum KeyringError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The folder cannot be made or listed.
  case folder(path: String, reason: String)
  /// Others than the owner may use the folder.
  case permissionsTooOpen(path: String, mode: UInt32)
  /// There is an account of this name; it was left as it is.
  case accountExists(AccountName, path: String)
  case noAccount(AccountName, path: String)
  /// There is a key file of this name, but the index does not know it.
  case notIndexed(AccountName)
  /// It has `WalletLimits.accountsMax` accounts.
  case full(path: String)
  case index(path: String, KeyringIndexFault)
  case keyFile(KeyFileError)
  case file(WholeFileError)

  public var description: String {
    switch self {
    case .folder(let path, let reason): "the keyring \(path) cannot be used: \(reason)"
    case .permissionsTooOpen(let path, let mode):
      "the keyring \(path) can be used by others (mode \(String(mode, radix: 8))); run: "
        + "chmod 700 \(path)"
    case .accountExists(let name, let path):
      "the keyring \(path) has an account \(name); choose another name (--force replaces its key, "
        + "which is gone then)"
    case .noAccount(let name, let path):
      "the keyring \(path) has no account \(name); see: eco2 key list"
    case .notIndexed(let name):
      "the account \(name) is not in the keyring's index yet; enter it by opening its key: "
        + "eco2 key show \(name) --check"
    case .full(let path):
      "the keyring \(path) has \(WalletLimits.accountsMax) accounts; use another folder"
    case .index(let path, let fault):
      "\(path) cannot be read: \(fault). The key files beside it are the truth: remove it, and "
        + "each account is entered again when its key is opened (eco2 key show NAME --check)"
    case .keyFile(let error): error.description
    case .file(let error): error.description
    }
  }
}
