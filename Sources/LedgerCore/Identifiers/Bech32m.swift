/// The text form of byte strings that BIP-173 (Bech32) and BIP-350 (Bech32m) define: a readable
/// prefix, `1`, digits of five bits, and six of checksum that find any four wrong characters.
public enum Bech32m {
  /// Which constant the checksum ends in.
  public enum Variant: Sendable {
    /// BIP-173; read and written for its vectors, used nowhere in this ledger.
    case bech32
    /// BIP-350.
    case bech32m

    fileprivate var constant: UInt32 { self == .bech32 ? 1 : 0x2BC8_30A3 }
    fileprivate var other: Variant { self == .bech32 ? .bech32m : .bech32 }
  }

  /// Characters of a whole text at most.
  public static let textCharactersMax = 90
  private static let checksumDigits = 6
  private static let alphabet = Array("qpzry9x8gf2tvdw0s3jn54khce6mua7l".utf8)

  /// Splits a text into its prefix, in lower case, and its digits (0…31) without the checksum.
  public static func decodeDigits(
    _ text: String, _ variant: Variant = .bech32m
  ) throws(Bech32mError) -> (prefix: String, digits: [UInt8]) {
    let characters = Array(text.utf8)
    if let index = characters.firstIndex(where: { !(33...126).contains($0) }) {
      throw .invalidCharacter(at: index)
    }
    guard characters.count <= textCharactersMax else {
      throw .tooLong(characters: characters.count, max: textCharactersMax)
    }
    let hasUpper = characters.contains { (0x41...0x5A).contains($0) }
    guard !hasUpper || !characters.contains(where: { (0x61...0x7A).contains($0) }) else {
      throw .mixedCase
    }
    let lower = characters.map { (0x41...0x5A).contains($0) ? $0 + 32 : $0 }
    guard let separator = lower.lastIndex(of: UInt8(ascii: "1")) else { throw .noSeparator }
    guard separator > 0 else { throw .emptyPrefix }
    var digits: [UInt8] = []
    for index in (separator + 1)..<lower.count {
      guard let digit = alphabet.firstIndex(of: lower[index]) else {
        throw .invalidCharacter(at: index)
      }
      digits.append(UInt8(digit))
    }
    guard digits.count >= checksumDigits else { throw .tooShort }
    let prefix = lower[..<separator]
    let remainder = polymod(expand(prefix) + digits)
    guard remainder == variant.constant else {
      throw remainder == variant.other.constant ? .otherVariant : .wrongChecksum
    }
    return (String(decoding: prefix, as: UTF8.self), Array(digits.dropLast(checksumDigits)))
  }

  /// Joins a prefix and digits (0…31). The prefix is 1 … 83 characters of ASCII 33…126 without
  /// upper case; the text at most `textCharactersMax` long.
  public static func encodeDigits(
    prefix: String, _ digits: [UInt8], _ variant: Variant = .bech32m
  ) throws(Bech32mError) -> String {
    let head = Array(prefix.utf8)
    guard !head.isEmpty else { throw .emptyPrefix }
    let isUsable = { (byte: UInt8) in (33...126).contains(byte) && !(0x41...0x5A).contains(byte) }
    if let index = head.firstIndex(where: { !isUsable($0) }) { throw .invalidCharacter(at: index) }
    if let index = digits.firstIndex(where: { $0 > 31 }) { throw .invalidDigit(at: index) }
    let count = head.count + 1 + digits.count + checksumDigits
    guard count <= textCharactersMax else {
      throw .tooLong(characters: count, max: textCharactersMax)
    }
    let padded = expand(head[...]) + digits + Array(repeating: 0, count: checksumDigits)
    let checksum = polymod(padded) ^ variant.constant
    let tail = (0..<checksumDigits).map { UInt8(checksum >> UInt32(5 * (5 - $0)) & 31) }
    let text = head + [UInt8(ascii: "1")] + (digits + tail).map { alphabet[Int($0)] }
    return String(decoding: text, as: UTF8.self)
  }

  /// Splits a text into its prefix and its bytes.
  public static func decode(
    _ text: String, _ variant: Variant = .bech32m
  ) throws(Bech32mError) -> (prefix: String, bytes: [UInt8]) {
    let (prefix, digits) = try decodeDigits(text, variant)
    return (prefix, try bytes(ofDigits: digits))
  }

  /// Joins a prefix and bytes.
  public static func encode(
    prefix: String, _ bytes: [UInt8], _ variant: Variant = .bech32m
  ) throws(Bech32mError) -> String {
    try encodeDigits(prefix: prefix, digits(ofBytes: bytes), variant)
  }

  /// Five-bit digits as bytes; at most four bits of padding, all zero.
  static func bytes(ofDigits digits: [UInt8]) throws(Bech32mError) -> [UInt8] {
    var bytes: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for digit in digits {
      bits = bits << 5 | UInt32(digit)
      count += 5
      guard count >= 8 else { continue }
      count -= 8
      bytes.append(UInt8(truncatingIfNeeded: bits >> count))
      bits &= (1 << count) - 1
    }
    guard count < 5, bits == 0 else { throw .invalidPadding }
    return bytes
  }

  private static func digits(ofBytes bytes: [UInt8]) -> [UInt8] {
    var digits: [UInt8] = []
    var bits: UInt32 = 0
    var count: UInt32 = 0
    for byte in bytes {
      bits = bits << 8 | UInt32(byte)
      count += 8
      while count >= 5 {
        count -= 5
        digits.append(UInt8(bits >> count & 31))
        bits &= (1 << count) - 1
      }
    }
    if count > 0 { digits.append(UInt8(bits << (5 - count) & 31)) }
    return digits
  }

  /// The prefix as the checksum sees it (BIP-173).
  private static func expand(_ prefix: ArraySlice<UInt8>) -> [UInt8] {
    prefix.map { $0 >> 5 } + [0] + prefix.map { $0 & 31 }
  }

  /// The BCH code's remainder (BIP-173).
  private static func polymod(_ digits: [UInt8]) -> UInt32 {
    let generator: [UInt32] = [0x3B6A_57B2, 0x2650_8E6D, 0x1EA1_19FA, 0x3D42_33DD, 0x2A14_62B3]
    return digits.reduce(1) { value, digit in
      let top = value >> 25
      let shifted = (value & 0x1FF_FFFF) << 5 ^ UInt32(digit)
      return (0..<5).reduce(shifted) { top >> UInt32($1) & 1 == 1 ? $0 ^ generator[$1] : $0 }
    }
  }
}

/// Why a text is no Bech32 or Bech32m string, or cannot be made one.
public enum Bech32mError: Error, Equatable, Sendable {
  /// A character (counted in UTF-8 bytes from 0) that may not stand there.
  case invalidCharacter(at: Int)
  case mixedCase
  case tooLong(characters: Int, max: Int)
  /// There is no `1` between prefix and data.
  case noSeparator
  case emptyPrefix
  /// Fewer than six characters follow the separator.
  case tooShort
  case wrongChecksum
  /// The checksum is right for Bech32 where Bech32m is asked for, or the other way round.
  case otherVariant
  /// The digits do not fill whole bytes, or the bits left over are not zero.
  case invalidPadding
  /// A digit above 31 is to be encoded.
  case invalidDigit(at: Int)
}
