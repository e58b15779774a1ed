import Foundation
import LedgerCore

/// Published Ed25519 cases with the verdict ZIP-215 gives (Tests/Vectors/ed25519).
struct Ed25519Case {
  let name: String
  let key: PublicKey
  let signature: Signature
  let message: [UInt8]
  let isValid: Bool

  /// The folder of vectors at the package's root.
  static let vectors = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Vectors")

  static func data(_ path: String) throws -> Data {
    try Data(contentsOf: vectors.appending(path: path))
  }

  /// Reads a file whose keys are in snake case or camel case.
  static func decode<File: Decodable>(_ type: File.Type, _ path: String) throws -> File {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(type, from: data(path))
  }

  /// 196 pairs of encodings of small-order A and R, all valid.
  static func zip215() throws -> [Ed25519Case] {
    struct File: Decodable {
      struct Case: Decodable { let pk, sig: String }
      let messageAscii: String
      let expectedZip215: Bool
      let cases: [Case]
    }
    let file = try decode(File.self, "ed25519/zip215_196.json")
    return try file.cases.enumerated().map { index, entry in
      try make(
        "zip215 \(index)", key: entry.pk, signature: entry.sig,
        message: Array(file.messageAscii.utf8), isValid: file.expectedZip215)
    }
  }

  /// "Taming the many EdDSAs": ZIP-215 accepts 0–5 and 9–11 (the row "Zebra").
  static func speccheck() throws -> [Ed25519Case] {
    struct Case: Decodable { let message, pubKey, signature: String }
    let file = try decode([Case].self, "ed25519/speccheck_12.json")
    return try file.enumerated().map { index, entry in
      try make(
        "speccheck \(index)", key: entry.pubKey, signature: entry.signature,
        message: Hex.decode(entry.message) ?? [], isValid: !(6...8).contains(index))
    }
  }

  /// Wycheproof's cases whose signatures have 64 bytes; ZIP-215 differs on 151 only.
  static func wycheproof() throws -> [Ed25519Case] {
    try wycheproofFile().testGroups.flatMap { group in
      try group.tests.filter { $0.sig.utf8.count == 128 }.map { test in
        try make(
          "wycheproof \(test.tcId)", key: group.publicKey.pk, signature: test.sig,
          message: Hex.decode(test.msg) ?? [],
          isValid: (test.result == "valid") != (test.tcId == 151))
      }
    }
  }

  struct WycheproofFile: Decodable {
    struct Group: Decodable {
      struct Key: Decodable { let pk: String }
      struct Test: Decodable {
        let tcId: Int
        let msg, sig, result: String
      }
      let publicKey: Key
      let tests: [Test]
    }
    let testGroups: [Group]
  }

  static func wycheproofFile() throws -> WycheproofFile {
    try decode(WycheproofFile.self, "ed25519/wycheproof_ed25519.json")
  }

  /// A line of RFC 8032's reference file: secret ‖ public : public : message : signature ‖ message.
  struct SignLine {
    let seed: [UInt8]
    let valid: Ed25519Case
  }

  static func signLines() throws -> [SignLine] {
    let text = String(decoding: try data("ed25519/rfc8032_sign_first256.input"), as: UTF8.self)
    return try text.split(separator: "\n").enumerated().map { index, line in
      let fields = line.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
      guard fields.count >= 4, let secret = Hex.decode(fields[0]) else { throw Malformed() }
      let valid = try make(
        "rfc8032 \(index)", key: fields[1], signature: String(fields[3].prefix(128)),
        message: Hex.decode(fields[2]) ?? [], isValid: true)
      return SignLine(seed: Array(secret.prefix(32)), valid: valid)
    }
  }

  static func all() throws -> [Ed25519Case] {
    try zip215() + speccheck() + wycheproof() + signLines().map(\.valid)
  }

  struct Malformed: Error {}

  private static func make(
    _ name: String, key: String, signature: String, message: [UInt8], isValid: Bool
  ) throws -> Ed25519Case {
    guard let key = PublicKey(hex: key), let bytes = Hex.decode(signature),
      let signature = Signature(bytes)
    else { throw Malformed() }
    return Ed25519Case(
      name: name, key: key, signature: signature, message: message, isValid: isValid)
  }

  /// What single verification says.
  var verifies: Bool {
    Ed25519.verify(signature: signature, key: key, prefix: [], message: message[...])
  }
}

/// A small deterministic generator (SplitMix64), so that a failing batch can be run again.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
