import Foundation
import LedgerCore
import Testing

@Suite("Key files")
final class KeyFileTests {
  private let directory: URL
  private let seed: [UInt8] = (0..<32).map { UInt8($0) }
  private let passphrase = Array("correct horse – bâton".utf8)

  init() throws {
    directory = FileManager.default.temporaryDirectory.appending(
      path: "eco2-keyfile-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: false)
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  private func path(_ name: String = "key.pem") -> String {
    directory.appending(path: name).path
  }

  private func openssl(_ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["openssl"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(
      ["ECO2_TEST_PASSPHRASE": String(decoding: passphrase, as: UTF8.self)]) { $1 }
    let pipe = Pipe()
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  @Test("an encrypted key file opens again, has mode 0600, and nothing lies beside it")
  func roundTrip() throws {
    try KeyFile.write(seed: seed, passphrase: passphrase, to: path())
    #expect(try KeyFile.read(path: path(), passphrase: passphrase) == seed)
    #expect(try mode(path()) == 0o600)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["key.pem"])
    let text = try String(contentsOfFile: path(), encoding: .utf8)
    #expect(text.hasPrefix("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"))
  }

  @Test("openssl pkey opens it with the passphrase, finds the same key, and scrypt inside")
  func opensslOpensIt() throws {
    try KeyFile.write(seed: seed, passphrase: passphrase, to: path())
    let opened = try openssl([
      "pkey", "-in", path(), "-passin", "env:ECO2_TEST_PASSPHRASE", "-noout", "-text",
    ])
    #expect(opened.status == 0)
    let digits = opened.output.filter { $0.isHexDigit || $0 == ":" }
      .replacingOccurrences(of: ":", with: "")
    #expect(digits.contains(Hex.encode(seed)))
    let refused = try openssl(["pkey", "-in", path(), "-passin", "pass:wrong", "-noout"])
    #expect(refused.status != 0)
    let structure = try openssl(["asn1parse", "-in", path()])
    #expect(structure.output.contains("scrypt"))
    #expect(structure.output.contains("aes-256-cbc"))
  }

  @Test("a key file that openssl made opens here")
  func opensslMadeIt() throws {
    let plain = path("plain.pem")
    let made = try openssl(["genpkey", "-algorithm", "ed25519", "-out", plain])
    #expect(made.status == 0)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: plain)
    let sealed = path("sealed.pem")
    let encrypted = try openssl([
      "pkcs8", "-topk8", "-scrypt", "-in", plain, "-out", sealed, "-passout",
      "env:ECO2_TEST_PASSPHRASE",
    ])
    #expect(encrypted.status == 0)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: sealed)
    let seed = try KeyFile.read(path: plain, passphrase: [], allowUnencrypted: true)
    #expect(seed.count == 32)
    #expect(try KeyFile.read(path: sealed, passphrase: passphrase) == seed)
  }

  @Test("a wrong passphrase and a missing one are told apart")
  func passphrases() throws {
    try KeyFile.write(seed: seed, passphrase: passphrase, to: path())
    #expect(throws: KeyFileError.wrongPassphrase(path: path())) {
      try KeyFile.read(path: path(), passphrase: Array("wrong".utf8))
    }
    #expect(throws: KeyFileError.needsPassphrase(path: path())) {
      try KeyFile.read(path: path(), passphrase: [])
    }
    let long = [UInt8](repeating: 65, count: 1_025)
    #expect(throws: KeyFileError.passphraseLength(1_025)) {
      try KeyFile.read(path: path(), passphrase: long)
    }
    #expect(throws: KeyFileError.passphraseLength(1_025)) {
      try KeyFile.write(seed: seed, passphrase: long, to: path("other.pem"))
    }
  }

  @Test("an unencrypted key file is made and opened only where that is allowed")
  func unencrypted() throws {
    #expect(throws: KeyFileError.passphraseEmpty(path: path())) {
      try KeyFile.write(seed: seed, passphrase: [], to: path())
    }
    #expect(!FileManager.default.fileExists(atPath: path()))
    try KeyFile.write(seed: seed, passphrase: [], to: path(), allowUnencrypted: true)
    #expect(try mode(path()) == 0o600)
    #expect(throws: KeyFileError.unencrypted(path: path())) {
      try KeyFile.read(path: path(), passphrase: [])
    }
    #expect(throws: KeyFileError.unencrypted(path: path())) {
      try KeyFile.read(path: path(), passphrase: passphrase, allowUnencrypted: true)
    }
    #expect(try KeyFile.read(path: path(), passphrase: [], allowUnencrypted: true) == seed)
  }

  @Test("an existing file is never overwritten")
  func neverOverwrites() throws {
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path()))
    #expect(throws: KeyFileError.exists(path: path())) {
      try KeyFile.write(seed: seed, passphrase: passphrase, to: path())
    }
    #expect(try Data(contentsOf: URL(fileURLWithPath: path())) == Data("precious".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["key.pem"])
  }

  @Test("a file cut short anywhere, or with a flipped bit, gives no key")
  func damaged() throws {
    try KeyFile.write(seed: seed, passphrase: [], to: path(), allowUnencrypted: true)
    let whole = try Data(contentsOf: URL(fileURLWithPath: path()))
    let damaged = path("damaged.pem")
    #expect(
      FileManager.default.createFile(
        atPath: damaged, contents: nil, attributes: [.posixPermissions: 0o600]))
    // The text may lack its last line's end.
    for count in 0..<(whole.count - 1) {
      let file = try FileHandle(forWritingTo: URL(fileURLWithPath: damaged))
      try file.truncate(atOffset: 0)
      try file.write(contentsOf: whole.prefix(count))
      try file.close()
      #expect(throws: KeyFileError.notAKeyFile(path: damaged)) {
        try KeyFile.read(path: damaged, passphrase: [], allowUnencrypted: true)
      }
    }
    try KeyFile.write(seed: seed, passphrase: passphrase, to: path("sealed.pem"))
    var sealed = try Data(contentsOf: URL(fileURLWithPath: path("sealed.pem")))
    sealed.removeLast(sealed.count / 2)
    let file = try FileHandle(forWritingTo: URL(fileURLWithPath: damaged))
    try file.truncate(atOffset: 0)
    try file.write(contentsOf: sealed)
    try file.close()
    #expect(throws: KeyFileError.notAKeyFile(path: damaged)) {
      try KeyFile.read(path: damaged, passphrase: passphrase)
    }
  }

  @Test("a file that others may read is not opened", arguments: [0o640, 0o604, 0o660, 0o601])
  func tooOpen(mode: Int) throws {
    try KeyFile.write(seed: seed, passphrase: [], to: path(), allowUnencrypted: true)
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path())
    let error = #expect(throws: KeyFileError.self) {
      try KeyFile.read(path: path(), passphrase: [], allowUnencrypted: true)
    }
    #expect(error == .permissionsTooOpen(path: path(), mode: UInt32(mode)))
    #expect("\(error as Any)".contains("chmod 600"))
  }

  @Test("a key of another algorithm is called that", arguments: ["x25519", "ed448", "rsa"])
  func otherAlgorithm(name: String) throws {
    let made = try openssl(["genpkey", "-algorithm", name, "-out", path()])
    #expect(made.status == 0)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path())
    #expect(throws: KeyFileError.wrongAlgorithm(path: path())) {
      try KeyFile.read(path: path(), passphrase: [], allowUnencrypted: true)
    }
  }

  @Test("what is no key file is said to be none")
  func noKeyFile() throws {
    #expect(throws: KeyFileError.missing(path: path())) {
      try KeyFile.read(path: path(), passphrase: passphrase)
    }
    #expect(throws: KeyFileError.notAKeyFile(path: directory.path)) {
      try KeyFile.read(path: directory.path, passphrase: passphrase)
    }
    #expect(
      FileManager.default.createFile(
        atPath: path(), contents: Data(repeating: 65, count: 5_000),
        attributes: [.posixPermissions: 0o600]))
    #expect(throws: KeyFileError.notAKeyFile(path: path())) {
      try KeyFile.read(path: path(), passphrase: passphrase)
    }
    #expect(throws: KeyFileError.seedLength(31)) {
      try KeyFile.write(seed: Array(seed.dropLast()), passphrase: passphrase, to: path("short"))
    }
    let nowhere = path("no/such/directory")
    let error = #expect(throws: KeyFileError.self) {
      try KeyFile.write(seed: seed, passphrase: passphrase, to: nowhere)
    }
    #expect("\(error as Any)".contains("No such file or directory"))
  }
}
