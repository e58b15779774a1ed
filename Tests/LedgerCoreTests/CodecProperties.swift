import Testing

@testable import LedgerCore

/// What must hold for every type's canonical bytes (protocol §1): they come back as the same value,
/// no other bytes do, and no bytes trap.
func expectCanonical<Value: BCSCodable & Equatable>(
  _ type: Value.Type, rounds: Int = 20, seed: UInt64 = 1,
  location: SourceLocation = #_sourceLocation,
  _ make: (inout CoreSamples) throws -> Value
) throws {
  try expectCanonical(
    rounds: rounds, seed: seed, location: location, make: make, encode: { $0.bcs },
    decode: { (bytes: [UInt8]) throws(BCSError) -> Value in try Value(bcs: bytes) },
    isEqual: { $0 == $1 })
}

/// The same for types that are views over their bytes.
func expectCanonical<Value>(
  rounds: Int, seed: UInt64, location: SourceLocation = #_sourceLocation,
  make: (inout CoreSamples) throws -> Value, encode: (Value) -> [UInt8],
  decode: ([UInt8]) throws(BCSError) -> Value, isEqual: (Value, Value) -> Bool
) throws {
  var samples = CoreSamples(seed: seed)
  for _ in 0..<rounds {
    let value = try make(&samples)
    let bytes = encode(value)
    let decoded = try decode(bytes)
    #expect(isEqual(decoded, value), sourceLocation: location)
    #expect(encode(decoded) == bytes, sourceLocation: location)

    // Every truncation is refused at an offset within what is there.
    let step = Swift.max(1, bytes.count / 300)
    for count in stride(from: 0, to: bytes.count, by: step) {
      let error = failure { () throws(BCSError) in _ = try decode(Array(bytes[..<count])) }
      #expect(error != nil, "\(count) of \(bytes.count) bytes", sourceLocation: location)
      #expect((error?.offset ?? 0) <= count, sourceLocation: location)
    }
    let trailing = failure { () throws(BCSError) in _ = try decode(bytes + [0]) }
    #expect(trailing?.reason == .trailingBytes(1), sourceLocation: location)

    // Changed bytes are refused, or are the one encoding of another value.
    for _ in 0..<100 {
      var changed = bytes
      for _ in 0...samples.next(below: 2) {
        changed[samples.next(below: changed.count)] ^= UInt8(1 << samples.next(below: 8))
      }
      if samples.next(below: 4) == 0 {
        let at = samples.next(below: changed.count)
        changed[at] = [0, 0x7F, 0x80, 0xFF][samples.next(below: 4)]
      }
      var other: Value?
      if failure({ () throws(BCSError) in other = try decode(changed) }) == nil, let other {
        #expect(encode(other) == changed, sourceLocation: location)
      }
    }
    // Noise is refused or is canonical, too.
    for _ in 0..<20 {
      let noise = (0..<samples.next(below: 200)).map { _ in
        UInt8(truncatingIfNeeded: samples.next())
      }
      var other: Value?
      if failure({ () throws(BCSError) in other = try decode(noise) }) == nil, let other {
        #expect(encode(other) == noise, sourceLocation: location)
      }
    }
  }
}

/// The error that decoding ends in, if any.
func failure(_ body: () throws(BCSError) -> Void) -> BCSError? {
  do {
    try body()
    return nil
  } catch { return error }
}

/// Reads with a reader over bytes, for a test of one of its methods.
func reading<Value>(
  _ bytes: [UInt8], _ body: (inout BCSReader) throws(BCSError) -> Value
) throws(BCSError) -> Value {
  var reader = unsafe BCSReader(bytes.span.bytes)
  return try body(&reader)
}
