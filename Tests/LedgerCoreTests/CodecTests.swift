import Testing

@testable import LedgerCore

@Suite("Canonical encoding")
struct CodecTests {
  private func error<Value>(
    _ bytes: [UInt8], _ body: (inout BCSReader) throws(BCSError) -> Value
  ) -> BCSError? {
    do {
      _ = try reading(bytes, body)
      return nil
    } catch { return error }
  }

  @Test("integers are little-endian and fixed in width")
  func integers() throws {
    var writer = BCSWriter()
    writer.u8(1)
    writer.u16(0x0203)
    writer.u32(0x0405_0607)
    writer.u64(0x0809_0A0B_0C0D_0E0F)
    writer.u128(0x10)
    writer.bool(true)
    let expected: [UInt8] =
      [1, 3, 2, 7, 6, 5, 4, 15, 14, 13, 12, 11, 10, 9, 8, 16] + Array(repeating: 0, count: 15) + [1]
    #expect(writer.bytes == expected)
    try reading(writer.bytes) { reader throws(BCSError) in
      let values =
        (try reader.u8("a"), try reader.u16("b"), try reader.u32("c"), try reader.u64("d"))
      #expect(values == (1, 0x0203, 0x0405_0607, 0x0809_0A0B_0C0D_0E0F))
      let rest = (try reader.u128("e"), try reader.bool("f"))
      #expect(rest == (0x10, true))
      try reader.finish("all")
    }
  }

  @Test("ULEB128 has one form for each number, and none beyond 32 bits")
  func uleb128() throws {
    let edges: [(UInt32, [UInt8])] = [
      (0, [0]), (1, [1]), (127, [127]), (128, [0x80, 1]), (16_383, [0xFF, 0x7F]),
      (16_384, [0x80, 0x80, 1]), (.max, [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]),
    ]
    for (value, bytes) in edges {
      var writer = BCSWriter()
      writer.uleb128(value)
      #expect(writer.bytes == bytes)
      let read = try reading(bytes) { reader throws(BCSError) in try reader.uleb128("n") }
      #expect(read == value)
    }
    let refused: [[UInt8]] = [
      [0x80, 0], [0xFF, 0], [0x80, 0x80, 0], [0x81, 0x80, 0x80, 0x80, 0],
      [0xFF, 0xFF, 0xFF, 0xFF, 0x10], [0xFF, 0xFF, 0xFF, 0xFF, 0x8F, 0],
      [0x80, 0x80, 0x80, 0x80, 0x80, 1], Array(repeating: 0xFF, count: 9),
    ]
    for bytes in refused {
      let error = error([9] + bytes) { reader throws(BCSError) in
        _ = try reader.u8("first")
        return try reader.uleb128("n")
      }
      #expect(error == BCSError(.nonCanonicalLength, field: "n", offset: 1))
    }
    #expect(
      error([0x80]) { reader throws(BCSError) in try reader.uleb128("n") }?.reason == .truncated)
  }

  @Test("a length outside its bounds is refused before anything is read or allocated")
  func lengths() {
    let longest: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
    let list = error(longest) { reader throws(BCSError) in
      try reader.list(of: Digest.self, in: 0...10, "list")
    }
    #expect(
      list?.reason == .lengthOutOfRange(length: UInt64(UInt32.max), min: 0, max: 10))
    let bytes = error([5, 1, 2]) { reader throws(BCSError) in try reader.bytes(max: 9, "bytes") }
    #expect(bytes?.reason == .truncated)
    let short = error([0]) { reader throws(BCSError) in
      try reader.list(of: Digest.self, in: 1...2, "list")
    }
    #expect(
      short == BCSError(.lengthOutOfRange(length: 0, min: 1, max: 2), field: "list", offset: 0))
    let negative = error([1]) { reader throws(BCSError) in try reader.skip(-1, "skip") }
    #expect(negative?.reason == .truncated)
  }

  @Test("booleans, options and text have one form")
  func booleansAndText() throws {
    #expect(
      error([2]) { reader throws(BCSError) in try reader.bool("b") }
        == BCSError(.invalidBoolean(2), field: "b", offset: 0))
    #expect(
      error([255]) { reader throws(BCSError) in
        try reader.optional(of: Digest.self, "o")
      }?.reason == .invalidBoolean(255))
    for bytes in [[2, 0xC3, 0x28], [1, 0xFF], [3, 0xED, 0xA0, 0x80], [2, 0xC0, 0x80]] as [[UInt8]] {
      #expect(
        error(bytes) { reader throws(BCSError) in try reader.text(max: 9, "t") }
          == BCSError(.invalidText, field: "t", offset: 0))
    }
    let text = try reading([4, 0xF0, 0x9F, 0x8C, 0x8D]) { reader throws(BCSError) in
      try reader.text(max: 4, "t")
    }
    #expect(text == "🌍")
  }

  @Test("an error says field, offset and what is wrong")
  func description() {
    let error = BCSError(.trailingBytes(3), field: "vote", offset: 17)
    #expect(error.description == "vote at byte 17 is followed by 3 bytes that do not belong")
  }

  @Test("identifiers order bytewise and print as hexadecimal")
  func identifiers() throws {
    var samples = CoreSamples(seed: 3)
    for _ in 0..<300 {
      let left: Digest = samples.id()
      var bytes = left.bytes
      bytes[samples.next(below: 32)] = UInt8(samples.next(below: 256))
      let right = Digest(bytes)
      #expect((left < right) == left.bytes.array.lexicographicallyPrecedes(right.bytes.array))
      #expect(Digest(hex: left.hex) == left)
      #expect(Digest(left.bytes.array) == left)
      let leading = left.bytes.array.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      #expect(left.bytes.leadingBits == leading)
      for depth in [0, 7, 8, 100, 255] {
        #expect(left.bytes.bit(depth) == (left.bytes[depth / 8] & (0x80 >> UInt8(depth % 8)) != 0))
      }
    }
    #expect(Digest(hex: "00") == nil)
    #expect(Digest(hex: String(repeating: "g", count: 64)) == nil)
    #expect(Digest([1, 2]) == nil)
    #expect(Signature([1]) == nil)
    try expectCanonical(Digest.self) { $0.id() }
    try expectCanonical(Signature.self) { $0.signature() }
  }
}
