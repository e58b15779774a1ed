import Foundation
public import LedgerCore

/// A BIP-39 mnemonic in English: 12, 15, 18, 21 or 24 words that stand for entropy and its
/// checksum.
///
/// It holds the words' numbers and overwrites them when it goes. Texts made of it (`sentence`) and
/// texts it is read from are Swift strings, which nothing can overwrite: they stay in freed memory
/// until it is used again.
public struct Mnemonic: ~Copyable {
  /// The counts of words there are.
  public static let wordCounts = [12, 15, 18, 21, 24]
  /// Rounds of PBKDF2 from words to seed.
  static let rounds: UInt32 = 2_048
  /// Bytes of a seed.
  static let seedByteCount = 64

  /// Each word's number in two bytes, high byte first.
  private let numbers: SecretBytes

  private init(numbers: consuming SecretBytes) { self.numbers = numbers }

  /// A new mnemonic of 12 or 24 words (or the counts between) from the system's CSPRNG.
  public static func generate(wordCount: Int = 24) throws -> Mnemonic {
    guard wordCounts.contains(wordCount) else { throw MnemonicError.wordCount(wordCount) }
    var entropy = try SystemRandom.bytes(wordCount / 3 * 4)
    defer { KeyFile.erase(&entropy) }
    return try Mnemonic(entropy: entropy)
  }

  /// The mnemonic of 16, 20, 24, 28 or 32 bytes of entropy, which the caller erases.
  public init(entropy: [UInt8]) throws(MnemonicError) {
    guard Self.wordCounts.contains(entropy.count / 4 * 3), entropy.count.isMultiple(of: 4) else {
      throw .entropyLength(entropy.count)
    }
    var indices = Self.indices(entropy: entropy)
    defer { Self.erase(&indices) }
    self.init(indices: indices)
  }

  /// Reads words, in any case and with any white space between them.
  ///
  /// - Throws: `wordCount`, `unknownWord` with its place and the nearest words of the list, or
  ///   `checksum` with the words most likely wrong.
  public init(sentence: String) throws(MnemonicError) {
    guard sentence.utf8.count <= WalletLimits.sentenceBytesMax else {
      throw .tooLong(bytes: sentence.utf8.count)
    }
    let words = Self.normalized(sentence).lowercased().split(whereSeparator: \.isWhitespace)
    var indices: [Int] = []
    indices.reserveCapacity(24)
    defer { Self.erase(&indices) }
    for (position, word) in words.enumerated() {
      guard let index = EnglishWords.index(of: String(word)) else {
        throw .unknownWord(
          String(word), position: position + 1, nearest: WordDistance.nearest(to: String(word)))
      }
      indices.append(index)
    }
    guard Self.wordCounts.contains(indices.count) else { throw .wordCount(indices.count) }
    guard Self.checksumHolds(indices) else {
      throw .checksum(words: indices.count, suspects: Suspects.find(indices))
    }
    self.init(indices: indices)
  }

  /// Throws `unknownWord` unless the word, in any case, is on the list: for checking as they are
  /// typed.
  public static func requireWord(_ word: String, position: Int) throws(MnemonicError) {
    let word = normalized(word).lowercased()
    guard EnglishWords.index(of: word) == nil else { return }
    throw .unknownWord(word, position: position, nearest: WordDistance.nearest(to: word))
  }

  private init(indices: [Int]) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(indices.count * 2)
    for index in indices {
      bytes.append(UInt8(truncatingIfNeeded: index >> 8))
      bytes.append(UInt8(truncatingIfNeeded: index))
    }
    self.init(numbers: SecretBytes(taking: &bytes))
  }

  /// How many words.
  public var wordCount: Int { numbers.count / 2 }

  /// The words in order. Not erased by anybody: see the type's comment.
  public var words: [String] {
    var indices = indices
    defer { Self.erase(&indices) }
    return indices.map { EnglishWords.all[$0] }
  }

  /// The words with a space between them. Not erased by anybody: see the type's comment.
  public var sentence: String { words.joined(separator: " ") }

  /// The entropy the words stand for; the caller erases it.
  public var entropy: [UInt8] {
    var indices = indices
    defer { Self.erase(&indices) }
    return Self.entropy(indices: indices)
  }

  /// The 64-byte seed of these words and a passphrase, empty for none (BIP-39).
  public func seed(passphrase: String = "") throws -> SecretBytes {
    try Self.seed(sentence: sentence, passphrase: passphrase)
  }

  /// The 64-byte seed of any sentence, of any language's words: PBKDF2-HMAC-SHA512 of the sentence,
  /// salted with "mnemonic" and the passphrase, both in Unicode form NFKD (BIP-39). Checks no word.
  static func seed(sentence: String, passphrase: String) throws -> SecretBytes {
    let salt = Array(("mnemonic" + normalized(passphrase)).utf8)
    guard salt.count <= WalletLimits.mnemonicPassphraseBytesMax else {
      throw MnemonicError.passphraseTooLong(bytes: salt.count)
    }
    var password = Array(normalized(sentence).utf8)
    defer { KeyFile.erase(&password) }
    return try unsafe KeyDerivation.pbkdf2SHA512(
      password: password.span.bytes, salt: salt.span.bytes, rounds: rounds, count: seedByteCount)
  }

  /// Unicode normalization form NFKD.
  private static func normalized(_ text: String) -> String {
    text.decomposedStringWithCompatibilityMapping
  }
}

// MARK: Bits

extension Mnemonic {
  /// Entropy and the first bits of its SHA-256, 11 bits a word.
  private static func indices(entropy: [UInt8]) -> [Int] {
    var indices: [Int] = []
    indices.reserveCapacity(24)
    var pending = 0
    var bits = 0
    for byte in entropy {
      pending = (pending << 8 | Int(byte)) & 0x7FFFF
      bits += 8
      if bits >= 11 {
        bits -= 11
        indices.append(pending >> bits & 0x7FF)
      }
    }
    // What is left of the entropy and the checksum's bits are one word, for each count of words.
    let count = 11 - bits
    let checksum = Int(SHA256.hash(entropy).bytes[0]) >> (8 - count)
    indices.append((pending << count | checksum) & 0x7FF)
    return indices
  }

  /// The entropy of words' numbers, without the checksum's bits.
  private static func entropy(indices: [Int]) -> [UInt8] {
    var entropy: [UInt8] = []
    entropy.reserveCapacity(33)
    var pending = 0
    var bits = 0
    for index in indices {
      pending = (pending << 11 | index) & 0x7FFFF
      bits += 11
      while bits >= 8 {
        bits -= 8
        entropy.append(UInt8(truncatingIfNeeded: pending >> bits))
      }
    }
    entropy.removeLast(entropy.count - indices.count / 3 * 4)
    return entropy
  }

  /// Whether the last bits are the first of the entropy's SHA-256: one bit for each 32.
  static func checksumHolds(_ indices: [Int]) -> Bool {
    guard let last = indices.last else { return false }
    var entropy = entropy(indices: indices)
    defer { KeyFile.erase(&entropy) }
    let count = indices.count / 3
    let expected = Int(SHA256.hash(entropy).bytes[0]) >> (8 - count)
    return last & ((1 << count) - 1) == expected
  }

  private static func erase(_ indices: inout [Int]) {
    // The compiler may remove this where it sees the array go; nothing better exists for `Int`s.
    for position in indices.indices { indices[position] = 0 }
  }

  /// The words' numbers, for the caller to erase.
  private var indices: [Int] {
    numbers.withBytes { span in
      unsafe span.withUnsafeBytes { bytes in
        stride(from: 0, to: bytes.count, by: 2).map { place in
          unsafe (Int(bytes[place]) << 8 | Int(bytes[place + 1])) & 0x7FF
        }
      }
    }
  }
}
