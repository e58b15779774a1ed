import CLedgerCore
import Glibc

/// Files that hold one Ed25519 secret key (protocol §2): PKCS#8 PEM, encrypted with PBES2/scrypt,
/// so that `openssl pkey -in FILE` opens them; readable by their owner only; made whole or not at
/// all.
///
/// What these functions copy of seeds and passphrases they overwrite; callers overwrite their own
/// with `erase`.
public enum KeyFile {
  /// Bytes of a passphrase at most.
  public static let passphraseBytesMax = Int(CL_KEYFILE_PASSPHRASE_BYTES_MAX)

  private static let textBytesMax = Int(CL_KEYFILE_TEXT_BYTES_MAX)
  private static let seedBytes = Int(CL_KEYFILE_SEED_BYTES)

  /// Makes a new key file of mode 0600; an existing file is never touched.
  ///
  /// - Parameters:
  ///   - seed: 32 bytes (RFC 8032 §5.1.5).
  ///   - passphrase: 1 to 1,024 bytes, used as they are. Empty means not encrypted, and needs
  ///     `allowUnencrypted`.
  ///   - path: in an existing directory.
  ///   - allowUnencrypted: for test networks, whose keys guard nothing.
  public static func write(
    seed: [UInt8], passphrase: [UInt8], to path: String, allowUnencrypted: Bool = false
  ) throws(KeyFileError) {
    guard seed.count == seedBytes else { throw .seedLength(seed.count) }
    guard passphrase.count <= passphraseBytesMax else {
      throw .passphraseLength(passphrase.count)
    }
    guard !passphrase.isEmpty || allowUnencrypted else { throw .passphraseEmpty(path: path) }
    var text = [UInt8](repeating: 0, count: textBytesMax)
    defer { erase(&text) }
    var length = 0
    let status =
      passphrase.isEmpty
      ? unsafe cl_keyfile_encode(seed, &text, &length)
      : unsafe cl_keyfile_encrypt(seed, passphrase, passphrase.count, &text, &length)
    guard status == CL_KEYFILE_OK else { throw error(status, path: path) }
    try create(path, text[..<length])
  }

  /// Opens a key file and returns its 32-byte seed.
  ///
  /// - Parameters:
  ///   - passphrase: empty for a file that is not encrypted, which needs `allowUnencrypted`.
  public static func read(
    path: String, passphrase: [UInt8], allowUnencrypted: Bool = false
  ) throws(KeyFileError) -> [UInt8] {
    guard passphrase.count <= passphraseBytesMax else {
      throw .passphraseLength(passphrase.count)
    }
    var text = try load(path)
    defer { erase(&text) }
    var seed = [UInt8](repeating: 0, count: seedBytes)
    let status = unsafe cl_keyfile_decrypt(
      text, text.count, passphrase, passphrase.count, &seed)
    guard status == CL_KEYFILE_OK else { throw error(status, path: path) }
    guard !passphrase.isEmpty || allowUnencrypted else {
      erase(&seed)
      throw .unencrypted(path: path)
    }
    return seed
  }

  /// Overwrites a secret, in a way that the compiler does not remove.
  public static func erase(_ secret: inout [UInt8]) {
    unsafe secret.withUnsafeMutableBytes { unsafe cl_keyfile_wipe($0.baseAddress, $0.count) }
  }

  private static func error(_ status: Int32, path: String) -> KeyFileError {
    switch status {
    case CL_KEYFILE_ERROR_PASSPHRASE: .wrongPassphrase(path: path)
    case CL_KEYFILE_ERROR_ENCRYPTED: .needsPassphrase(path: path)
    case CL_KEYFILE_ERROR_PLAIN: .unencrypted(path: path)
    case CL_KEYFILE_ERROR_ALGORITHM: .wrongAlgorithm(path: path)
    case CL_KEYFILE_ERROR_MEMORY: .outOfMemory
    default: .notAKeyFile(path: path)
    }
  }
}

// MARK: Files

extension KeyFile {
  /// The bytes go to a file of another name, which gets its own name when they are on the disk:
  /// by `link`, because that, unlike `rename`, never replaces.
  private static func create(_ path: String, _ bytes: ArraySlice<UInt8>) throws(KeyFileError) {
    let temporary = "\(path).\(getpid()).new"
    // A leftover of a process that had this number and was killed.
    _ = unsafe unlink(temporary)
    defer { _ = unsafe unlink(temporary) }
    try fill(temporary, bytes)
    guard unsafe link(temporary, path) == 0 else {
      throw errno == EEXIST ? .exists(path: path) : .file(path: path, doing: "name", errno: errno)
    }
    try syncDirectory(of: path)
  }

  private static func fill(
    _ path: String, _ bytes: ArraySlice<UInt8>
  ) throws(KeyFileError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .file(path: path, doing: "create", errno: errno) }
    defer { close(descriptor) }
    guard fchmod(descriptor, 0o600) == 0 else {
      throw .file(path: path, doing: "protect", errno: errno)
    }
    try write(bytes, to: descriptor, path: path)
    guard fsync(descriptor) == 0 else { throw .file(path: path, doing: "sync", errno: errno) }
  }

  private static func write(
    _ bytes: ArraySlice<UInt8>, to descriptor: Int32, path: String
  ) throws(KeyFileError) {
    var rest = bytes
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw .file(path: path, doing: "write", errno: errno) }
      rest = rest.dropFirst(count)
    }
  }

  /// A name is on the disk when its directory is.
  private static func syncDirectory(of path: String) throws(KeyFileError) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let directory = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let descriptor = unsafe open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, doing: "sync", errno: errno) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw .file(path: path, doing: "sync", errno: errno) }
  }

  private static func load(_ path: String) throws(KeyFileError) -> [UInt8] {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw errno == ENOENT ? .missing(path: path) : .file(path: path, doing: "open", errno: errno)
    }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0 else {
      throw .file(path: path, doing: "look at", errno: errno)
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= off_t(textBytesMax) else {
      throw .notAKeyFile(path: path)
    }
    guard status.st_mode & 0o077 == 0 else {
      throw .permissionsTooOpen(path: path, mode: status.st_mode & 0o777)
    }
    var bytes = [UInt8](repeating: 0, count: textBytesMax + 1)
    var count = 0
    while count < bytes.count {
      let got = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw .file(path: path, doing: "read", errno: errno) }
      if got == 0 { break }
      count += got
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }
}

/// Why a key file could not be made or opened.
public enum KeyFileError: Error, Hashable, Sendable, CustomStringConvertible {
  /// There is a file of this name; it was left as it is.
  case exists(path: String)
  /// There is no file of this name.
  case missing(path: String)
  /// Others than the owner may read or write the file.
  case permissionsTooOpen(path: String, mode: UInt32)
  /// It does not open with this passphrase (or its encrypted part is damaged).
  case wrongPassphrase(path: String)
  /// It is encrypted, and no passphrase was given.
  case needsPassphrase(path: String)
  /// It is not encrypted, where an encrypted one is wanted.
  case unencrypted(path: String)
  /// A key file without a passphrase was asked for, and not allowed.
  case passphraseEmpty(path: String)
  /// It is not a PKCS#8 PEM file, is damaged or cut short.
  case notAKeyFile(path: String)
  /// It holds a key, but not an Ed25519 one.
  case wrongAlgorithm(path: String)
  /// The passphrase is longer than 1,024 bytes.
  case passphraseLength(Int)
  /// The seed is not 32 bytes long.
  case seedLength(Int)
  /// The system refused.
  case file(path: String, doing: String, errno: Int32)
  /// There is not enough memory, or no randomness for the salt.
  case outOfMemory

  public var description: String {
    switch self {
    case .exists(let path): "\(path) exists; choose another name, key files are never overwritten"
    case .missing(let path): "there is no key file \(path); make one or give its path"
    case .permissionsTooOpen(let path, let mode):
      "\(path) can be used by others (mode \(String(mode, radix: 8))); run: chmod 600 \(path)"
    case .wrongPassphrase(let path): "\(path) does not open with this passphrase; try again"
    case .needsPassphrase(let path): "\(path) is encrypted; give its passphrase"
    case .unencrypted(let path):
      "\(path) is not encrypted; encrypt it with: openssl pkcs8 -topk8 -scrypt -in \(path)"
    case .passphraseEmpty(let path):
      "\(path) needs a passphrase; only test networks may do without, and must say so"
    case .notAKeyFile(let path):
      "\(path) is not a private key in PKCS#8 PEM, or it is damaged; restore it from a backup"
    case .wrongAlgorithm(let path): "\(path) holds a key of another kind; an Ed25519 key is needed"
    case .passphraseLength(let count):
      "a passphrase has at most \(KeyFile.passphraseBytesMax) bytes, not \(count)"
    case .seedLength(let count): "a seed has 32 bytes, not \(count)"
    case .file(let path, let doing, let code):
      unsafe "cannot \(doing) \(path): \(String(cString: strerror(code)))"
    case .outOfMemory: "not enough memory or randomness for a key file"
    }
  }
}
