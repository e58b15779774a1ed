import CLedgerCore
import LedgerCore

/// Signed messages as the engines take them: one buffer, and offsets into it. Every message has a
/// key of its own, so that no verifier gains by having seen a key before.
struct SignedMessages {
  /// The length the figures are stated for: about a transfer's.
  static let length = 160

  let count: Int
  /// Messages, then signatures, then keys, one after the other.
  let bytes: [UInt8]
  let items: [cl_ed25519_item]

  /// `count` messages, each with a valid signature, but for the one at `bad`.
  init(count: Int, bad: Int? = nil) throws {
    self.count = count
    var messages: [UInt8] = []
    var signatures: [UInt8] = []
    var keys: [UInt8] = []
    for index in 0..<count {
      let message = Self.numbers(index, count: Self.length)
      guard let key = SigningKey(seed: SHA256.hash(message[...]).bytes.array) else {
        throw BenchmarkFault.broken("a seed of 32 bytes makes no key")
      }
      let signature = key.sign(prefix: [], message: message[...])
      messages += message
      signatures += signature.r.array + signature.s.array
      keys += key.publicKey.bytes.array
    }
    if let bad { messages[bad * Self.length] ^= 1 }
    bytes = messages + signatures + keys
    let (firstSignature, firstKey) = (messages.count, messages.count + signatures.count)
    items = (0..<count).map { index in
      cl_ed25519_item(
        message_offset: UInt32(index * Self.length), message_length: UInt32(Self.length),
        signature_offset: UInt32(firstSignature + 64 * index),
        key_offset: UInt32(firstKey + 32 * index))
    }
  }

  /// Where the signatures and the keys begin in `bytes`.
  var signatureStart: Int { count * Self.length }
  var keyStart: Int { count * (Self.length + 64) }

  /// Bytes that differ from message to message, the same in every run.
  private static func numbers(_ index: Int, count: Int) -> [UInt8] {
    var state = UInt64(index) &* 0x9E37_79B9_7F4A_7C15 &+ 1
    return (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return UInt8(truncatingIfNeeded: state >> 56)
    }
  }
}
