import LedgerCore
import Testing

@testable import Wallet

@Suite("Derivation")
struct DerivationTests {
  private struct Vector: Decodable {
    struct Node: Decodable {
      let path: String
      let chainCode: String
      let `private`: String
      let `public`: String

      private enum CodingKeys: String, CodingKey {
        case path, `private`, `public`
        case chainCode = "chain_code"
      }
    }
    let name: String
    let seed: String
    let chain: [Node]
  }

  private func root(_ hex: String) throws -> ExtendedKey {
    var seed = try #require(Hex.decode(hex))
    return try ExtendedKey(seed: SecretBytes(taking: &seed))
  }

  @Test("keys and chain codes at every path are those of SLIP-0010's Ed25519 vectors")
  func vectors() throws {
    let vectors = try Vectors.json("slip0010_ed25519.json", as: [Vector].self)
    #expect(vectors.count == 2)
    for vector in vectors {
      let root = try root(vector.seed)
      #expect(vector.chain.count == 6)
      for node in vector.chain {
        let path = try #require(DerivationPath(node.path), "\(node.path)")
        #expect(path.description == node.path)
        let key = try root.descendant(path)
        #expect(Hex.encode(key.chainCode()) == node.chainCode)
        let signing = try key.signingKey()
        #expect("00" + signing.publicKey.hex == node.public)
        let seed = signing.withSeed { span in
          unsafe span.withUnsafeBytes { unsafe Array($0) }
        }
        #expect(Hex.encode(seed) == node.private)
      }
    }
  }

  @Test("accounts lie at m/44'/1701015346'/INDEX', and each index has a key of its own")
  func accounts() throws {
    #expect(DerivationPath(account: 7)?.description == "m/44'/1701015346'/7'")
    #expect(DerivationPath(account: WalletLimits.indexMax) != nil)
    #expect(DerivationPath(account: WalletLimits.indexMax + 1) == nil)
    let mnemonic = try Mnemonic(
      sentence: String(repeating: "abandon ", count: 11) + "about")
    let keys = try [
      mnemonic.account(0), mnemonic.account(1), mnemonic.account(0, passphrase: "x"),
    ]
    #expect(Set(keys.map(\.publicKey)).count == 3)
    // Found with another implementation (HMAC of Python's standard library); a wallet that finds
    // another key has lost its user's money.
    #expect(
      keys[0].publicKey.hex
        == "f197588dad9a664aa400d5494948d252b52ddfd16b7046bfa49ca25811e91604")
    #expect(
      keys[1].publicKey.hex
        == "f4f5c68d967276245a3a0a99a71d7135579804e4eb16e8c701d6519617fc8ada")
  }

  @Test("paths are read strictly: only hardened steps, each below 2^31")
  func paths() {
    #expect(DerivationPath("m")?.steps == [])
    #expect(DerivationPath("m/0h/2147483647H")?.steps == [0, 2_147_483_647])
    let wrong = [
      "", "M/0'", "m/", "m/0", "m/0/1'", "m/2147483648'", "m/-1'", "m/+1'", "m//0'", "m/'",
      "m/0x1'", "m/99999999999'", "m/0''", "m/ 0'", "/0'",
      "m" + String(repeating: "/0'", count: WalletLimits.pathStepsMax + 1),
    ]
    for text in wrong { #expect(DerivationPath(text) == nil, "\(text)") }
  }

  @Test("a seed of less than 16 or more than 64 bytes, and an index with the top bit, are refused")
  func bounds() throws {
    for count in [0, 15, 65] {
      #expect(throws: DerivationError.seedLength(count)) {
        var seed = [UInt8](repeating: 1, count: count)
        let key = try ExtendedKey(seed: SecretBytes(taking: &seed))
        #expect(key.chainCode().isEmpty)
      }
    }
    let root = try root("000102030405060708090a0b0c0d0e0f")
    #expect(throws: DerivationError.index(0x8000_0000)) {
      let key = try root.child(0x8000_0000)
      #expect(key.chainCode().isEmpty)
    }
  }
}
