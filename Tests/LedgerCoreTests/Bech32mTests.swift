import Foundation
import Testing

@testable import LedgerCore

private struct Bech32File: Decodable {
  struct Refused: Decodable { let s, reason: String }
  struct Address: Decodable { let addr, script: String }
  struct RefusedAddress: Decodable { let addr, reason: String }
  let bech32mValid, bech32Valid: [String]
  let bech32mInvalid, bech32Invalid: [Refused]
  let segwitValid: [Address]
  let segwitInvalid: [RefusedAddress]

  static func load() throws -> Bech32File {
    try Ed25519Case.decode(Bech32File.self, "wallet/bech32_vectors.json")
  }
}

/// Reads a segregated-witness address (BIP-350) with the codec under test; nil when it is none.
private func witnessScript(_ address: String) -> [UInt8]? {
  let old = try? Bech32m.decodeDigits(address, .bech32)
  let new = try? Bech32m.decodeDigits(address, .bech32m)
  guard let (prefix, digits) = old ?? new, ["bc", "tb"].contains(prefix),
    let version = digits.first,
    version <= 16, (version == 0) == (old != nil),
    let program = try? Bech32m.bytes(ofDigits: Array(digits.dropFirst())),
    (2...40).contains(program.count), version != 0 || [20, 32].contains(program.count)
  else { return nil }
  return [version == 0 ? 0 : version + 0x50, UInt8(program.count)] + program
}

@Suite("Bech32 and Bech32m")
struct Bech32mTests {
  @Test("published valid texts are read, and written back the same but for case")
  func valid() throws {
    let file = try Bech32File.load()
    #expect(file.bech32mValid.count == 7 && file.bech32Valid.count == 6)
    for (variant, texts) in [
      (Bech32m.Variant.bech32m, file.bech32mValid), (.bech32, file.bech32Valid),
    ] {
      for text in texts {
        let (prefix, digits) = try Bech32m.decodeDigits(text, variant)
        #expect(try Bech32m.encodeDigits(prefix: prefix, digits, variant) == text.lowercased())
      }
    }
  }

  @Test("published invalid texts are refused for the published reason")
  func invalid() throws {
    let file = try Bech32File.load()
    let known: [String: (Bech32mError) -> Bool] = [
      "HRP character out of range": { $0 == .invalidCharacter(at: 0) },
      "overall max length exceeded": { $0 == .tooLong(characters: 91, max: 90) },
      "No separator character": { $0 == .noSeparator },
      "Empty HRP": { $0 == .emptyPrefix },
      "empty HRP": { $0 == .emptyPrefix },
      "Invalid data character": { if case .invalidCharacter = $0 { true } else { false } },
      "Invalid character in checksum": { if case .invalidCharacter = $0 { true } else { false } },
      "Too short checksum": { $0 == .tooShort },
      "checksum calculated with uppercase form of HRP": { $0 == .wrongChecksum },
    ]
    #expect(file.bech32mInvalid.count == 14 && file.bech32Invalid.count == 11)
    for (variant, cases) in [
      (Bech32m.Variant.bech32m, file.bech32mInvalid), (.bech32, file.bech32Invalid),
    ] {
      for entry in cases {
        do {
          _ = try Bech32m.decodeDigits(entry.s, variant)
          Issue.record("\(entry.s) is read")
        } catch {
          #expect(known[entry.reason]?(error) == true, "\(entry.s): \(error), \(entry.reason)")
        }
      }
    }
  }

  @Test("published witness addresses are told apart with their variant, digits and padding")
  func witnessAddresses() throws {
    let file = try Bech32File.load()
    #expect(file.segwitValid.count == 8 && file.segwitInvalid.count == 15)
    for entry in file.segwitValid {
      #expect(witnessScript(entry.addr).map { Hex.encode($0) } == entry.script)
    }
    for entry in file.segwitInvalid { #expect(witnessScript(entry.addr) == nil, "\(entry.reason)") }
  }

  @Test("bytes of any length come back, and padding that is not zero is refused")
  func byteRoundTrips() throws {
    for count in 0..<45 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 89 &+ count) }
      let text = try Bech32m.encode(prefix: "eco2", bytes)
      let (prefix, back) = try Bech32m.decode(text)
      #expect(prefix == "eco2" && back == bytes)
    }
    for digits in [[1], [0], [0, 1], [0, 0, 0]] as [[UInt8]] {
      let text = try Bech32m.encodeDigits(prefix: "a", digits)
      #expect(throws: Bech32mError.invalidPadding) { _ = try Bech32m.decode(text) }
    }
    #expect(throws: Bech32mError.invalidDigit(at: 1)) {
      _ = try Bech32m.encodeDigits(prefix: "a", [0, 32])
    }
    #expect(throws: Bech32mError.invalidCharacter(at: 0)) {
      _ = try Bech32m.encodeDigits(prefix: "A", [])
    }
    #expect(throws: Bech32mError.emptyPrefix) { _ = try Bech32m.encodeDigits(prefix: "", []) }
    #expect(throws: Bech32mError.tooLong(characters: 91, max: 90)) {
      _ = try Bech32m.encodeDigits(prefix: "a", Array(repeating: 0, count: 83))
    }
  }
}

@Suite("Addresses")
struct AddressTests {
  private let account = AccountID((0..<32).map { UInt8($0 * 7) }) ?? AccountID(.zero)

  @Test("an account's address is read back on its own network, in either case")
  func roundTrip() throws {
    for network in NetworkKind.allCases {
      let address = account.address(network: network)
      #expect(address.hasPrefix(network.addressPrefix + "1"))
      #expect(try AccountID(address: address, network: network) == account)
      #expect(try AccountID(address: address.uppercased(), network: network) == account)
    }
  }

  @Test("what is wrong with an address is said in words")
  func errors() throws {
    func error(_ text: String, _ network: NetworkKind = .main) -> AddressError? {
      do {
        _ = try AccountID(address: text, network: network)
        return nil
      } catch { return error }
    }
    let main = account.address(network: .main)
    #expect(error(account.address(network: .test)) == .otherNetwork(wanted: .main))
    #expect(error(account.address(network: .test))?.description.contains("test-network") == true)
    #expect(error(main, .test) == .otherNetwork(wanted: .test))
    #expect(error(main.replacing("eco2", with: "Eco2")) == .notBech32m(.mixedCase))
    #expect(error(String(main.dropLast())) == .notBech32m(.wrongChecksum))
    #expect(error("") == .notBech32m(.noSeparator))
    #expect(error("0x1234") == .notBech32m(.tooShort))
    let other = try Bech32m.encode(prefix: "cosmos", account.bytes.array)
    #expect(error(other) == .wrongPrefix("cosmos", wanted: "eco2"))
    let short = try Bech32m.encode(prefix: "eco2", [1, 2, 3])
    #expect(error(short) == .wrongLength(bytes: 3))
    let old = try Bech32m.encode(prefix: "eco2", account.bytes.array, .bech32)
    #expect(error(old) == .notBech32m(.otherVariant))
  }

  @Test("no single wrong character, and no two swapped, is taken for another account")
  func typingErrors() {
    let address = Array(account.address(network: .main).utf8)
    for index in address.indices {
      for replacement in UInt8(33)...126 where replacement != address[index] {
        var typed = address
        typed[index] = replacement
        let text = String(decoding: typed, as: UTF8.self)
        let isRead = (try? AccountID(address: text, network: .main)) != nil
        #expect(!isRead)
      }
      guard index + 1 < address.count, address[index] != address[index + 1] else { continue }
      var typed = address
      typed.swapAt(index, index + 1)
      let text = String(decoding: typed, as: UTF8.self)
      let isRead = (try? AccountID(address: text, network: .main)) != nil
      #expect(!isRead)
    }
  }
}
