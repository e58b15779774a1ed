import Foundation
import LedgerCore
import Testing

@testable import NodeRuntime

@Suite("Consensus keys of a home")
struct KeyRingTests {
  private let passphrase = Array("a passphrase".utf8)

  /// A home with the key that a validator begins with.
  private func withRing(_ body: (KeyRing, PublicKey) throws -> Void) throws {
    let path = FileManager.default.temporaryDirectory.path + "/eco2-keys-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: path) }
    try FileManager.default.createDirectory(
      atPath: path + "/keys", withIntermediateDirectories: true)
    let home = NodeHome(path)
    let seed = try SystemRandom.bytes(32)
    try KeyFile.write(seed: seed, passphrase: passphrase, to: home.consensusKey)
    let first = try #require(SigningKey(seed: seed)).publicKey
    try body(KeyRing(home: home, passphrase: passphrase), first)
  }

  private func names(_ ring: KeyRing) -> [String] {
    ring.paths.map { URL(fileURLWithPath: $0).lastPathComponent }
  }

  @Test("a term's key is made once, encrypted, and found again after a start")
  func made() throws {
    try withRing { ring, first in
      let key = try ring.key(for: 12).publicKey
      #expect(try ring.key(for: 12).publicKey == key)
      #expect(try ring.key(for: 9).publicKey != key)
      #expect(names(ring) == ["consensus.pem", "consensus-9.pem", "consensus-12.pem"])
      let again = KeyRing(home: ring.home, passphrase: passphrase)
      #expect(try again.load().map(\.publicKey).first == first)
      #expect(try again.load().count == 3)
      let path = ring.home.consensusKey(for: 12)
      let text = try String(contentsOfFile: path, encoding: .utf8)
      #expect(text.contains("ENCRYPTED"))
      let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
      #expect(mode == 0o600)
    }
  }

  @Test("keys of earlier terms are erased, but for the one in use and those an operator brought")
  func erased() throws {
    try withRing { ring, first in
      let keys = try (1...4).map { try ring.key(for: $0).publicKey }
      let brought = ring.home.path + "/keys/consensus-mine.pem"
      try KeyFile.write(seed: try SystemRandom.bytes(32), passphrase: passphrase, to: brought)
      let erased = try ring.eraseKeys(before: 4, inUse: keys[1])
      #expect(Set(erased) == [first, keys[0], keys[2]])
      #expect(names(ring) == ["consensus-mine.pem", "consensus-2.pem", "consensus-4.pem"])
      #expect(try ring.eraseKeys(before: 4, inUse: keys[1]).isEmpty)
    }
  }

  @Test("a home without a key, or with one that does not open, is refused with its name")
  func refused() throws {
    try withRing { ring, _ in
      #expect(throws: NodeStartError.self) {
        try KeyRing(home: ring.home, passphrase: Array("another".utf8)).load()
      }
      try FileManager.default.removeItem(atPath: ring.home.consensusKey)
      #expect(throws: NodeStartError.self) { try ring.load() }
    }
  }
}
