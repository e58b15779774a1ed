/// Bounds of proofs that come from outside.
public enum ProofLimits {
  /// Steps from a leaf to the root: one for each bit of a path.
  public static let pathStepsMax = 256
  /// A key.
  public static let keyBytesMax = 4_096
  /// What stands before or after a child's hash.
  public static let affixBytesMax = 1_024
  /// A proof: two neighbours with the longest values, and their paths.
  public static let proofBytesMax = 2 * Limits.recordValueBytesMax + 256 * 1024
  /// A batch of proofs, compressed or not.
  public static let batchBytesMax = 8 * 1024 * 1024
  /// Proofs in a batch.
  public static let batchEntriesMax = 1_024
  /// Steps in the table of a compressed batch: two paths for each entry, none shared.
  public static let batchStepsMax = 2 * batchEntriesMax * pathStepsMax
}

/// A protobuf message of ICS-23's `proofs.proto`.
protocol ProtobufMessage {
  init(from bytes: ProtobufReader) throws(ProofError)
  func write(to writer: inout ProtobufWriter)
}

/// Reads the fields of a protobuf message whose fields are numbers below 32 and of two kinds:
/// varint and length-delimited.
struct ProtobufReader {
  private let bytes: ArraySlice<UInt8>
  private var offset: Int
  private var seen: UInt32 = 0
  private var wireType: UInt64 = 0
  /// Where the current field starts.
  private(set) var fieldOffset: Int

  init(_ bytes: ArraySlice<UInt8>) {
    self.bytes = bytes
    offset = bytes.startIndex
    fieldOffset = bytes.startIndex
  }

  /// The next field's number, or nil at the end. No field but those `repeated` may come twice.
  mutating func nextField(repeated: ClosedRange<Int>? = nil) throws(ProofError) -> Int? {
    guard offset < bytes.endIndex else { return nil }
    fieldOffset = offset
    let tag = try varint()
    wireType = tag & 7
    guard tag >> 3 > 0, tag >> 3 < 32, wireType == 0 || wireType == 2 else {
      throw .malformed(offset: fieldOffset)
    }
    let field = Int(tag >> 3)
    let bit = UInt32(1) << UInt32(field)
    guard seen & bit == 0 || repeated?.contains(field) == true else {
      throw .malformed(offset: fieldOffset)
    }
    seen |= bit
    return field
  }

  /// The current field's bytes.
  mutating func bytes(max: Int) throws(ProofError) -> [UInt8] { Array(try slice(max: max)) }

  /// The current field's bytes, to be read as a message.
  mutating func message() throws(ProofError) -> ProtobufReader {
    ProtobufReader(try slice(max: .max))
  }

  /// Reads a message of which exactly one field is there.
  ///
  /// - Parameter read: makes it of the field's number; nil when no field has it.
  func only<Value>(
    _ read: (Int, inout ProtobufReader) throws(ProofError) -> Value?
  ) throws(ProofError) -> Value {
    var reader = self
    var made: Value?
    while let field = try reader.nextField() {
      guard made == nil, let value = try read(field, &reader) else {
        throw .malformed(offset: reader.fieldOffset)
      }
      made = value
    }
    guard let made else { throw .malformed(offset: reader.fieldOffset) }
    return made
  }

  /// Reads the current field as one more message of a list.
  mutating func append<Message: ProtobufMessage>(to list: inout [Message], max: Int)
    throws(ProofError)
  {
    guard list.count < max else { throw .tooMany(count: list.count + 1, max: max) }
    list.append(try Message(from: message()))
  }

  /// The current field's packed numbers, none above `Int32.max`.
  mutating func numbers(max: Int) throws(ProofError) -> [UInt32] {
    var packed = try message()
    packed.fieldOffset = fieldOffset
    var numbers: [UInt32] = []
    while packed.offset < packed.bytes.endIndex {
      guard numbers.count < max else { throw .tooDeep(steps: numbers.count + 1, max: max) }
      guard let number = Int32(exactly: try packed.varint()) else {
        throw .malformed(offset: fieldOffset)
      }
      numbers.append(UInt32(number))
    }
    return numbers
  }

  /// The current field's number as a case.
  mutating func enumeration<Value: RawRepresentable<UInt8>>() throws(ProofError) -> Value {
    guard wireType == 0, let raw = UInt8(exactly: try varint()), let value = Value(rawValue: raw)
    else { throw .malformed(offset: fieldOffset) }
    return value
  }

  private mutating func slice(max: Int) throws(ProofError) -> ArraySlice<UInt8> {
    guard wireType == 2, let count = Int(exactly: try varint()), count <= max,
      count <= bytes.endIndex - offset
    else { throw .malformed(offset: fieldOffset) }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }

  private mutating func varint() throws(ProofError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 35, by: 7) {
      guard offset < bytes.endIndex else { break }
      let byte = bytes[offset]
      offset += 1
      value |= UInt64(byte & 0x7F) << shift
      guard byte & 0x80 == 0 else { continue }
      guard byte != 0 || shift == 0 else { break }
      return value
    }
    throw .malformed(offset: fieldOffset)
  }
}

/// Writes the fields of a protobuf message, those with their default value left out.
struct ProtobufWriter {
  private(set) var bytes: [UInt8] = []

  mutating func number(_ field: UInt8, _ value: UInt8) {
    guard value != 0 else { return }
    bytes.append(field << 3)
    varint(UInt64(value))
  }

  mutating func bytes(_ field: UInt8, _ value: [UInt8]) {
    guard !value.isEmpty else { return }
    delimited(field, value)
  }

  /// A message; nil is left out.
  mutating func message(_ field: UInt8, _ message: (some ProtobufMessage)?) {
    guard let message else { return }
    var inner = ProtobufWriter()
    message.write(to: &inner)
    delimited(field, inner.bytes)
  }

  /// Numbers one after another in one field, as proto3 packs them.
  mutating func numbers(_ field: UInt8, _ values: [UInt32]) {
    var packed = ProtobufWriter()
    for value in values { packed.varint(UInt64(value)) }
    bytes(field, packed.bytes)
  }

  private mutating func delimited(_ field: UInt8, _ value: [UInt8]) {
    head(field, value.count)
    bytes.append(contentsOf: value)
  }

  /// What stands before so many bytes of a field.
  mutating func head(_ field: UInt8, _ count: Int) {
    bytes.append(field << 3 | 2)
    varint(UInt64(count))
  }

  /// The bytes of a field of so many bytes, with what stands before them.
  static func delimitedBytes(_ count: Int) -> Int {
    let significant = UInt64.bitWidth - UInt64(count | 1).leadingZeroBitCount
    return 1 + (significant + 6) / 7 + count
  }

  mutating func reserve(_ count: Int) { bytes.reserveCapacity(bytes.count + count) }

  /// Fields that are encoded already.
  mutating func raw(_ fields: [UInt8]) { bytes.append(contentsOf: fields) }

  mutating func raw(_ fields: UnsafeRawBufferPointer) {
    unsafe bytes.append(contentsOf: fields)
  }

  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
