/// ICS-23's protobuf messages, written by hand: the few fields there are, in ascending order, those
/// with their default value left out. Decoding is stricter than protobuf asks: no unknown field, no
/// field twice, no number longer than it needs; so a proof has few encodings, and none surprises.
extension CommitmentProof {
  /// The proof as protobuf bytes.
  public var protobuf: [UInt8] {
    var writer = ProtobufWriter()
    switch self {
    case .exist(let proof): writer.message(1, proof)
    case .nonexist(let proof): writer.message(2, proof)
    case .batch(let proof): writer.message(3, proof)
    case .compressed(let proof): writer.message(4, proof)
    }
    return writer.bytes
  }

  /// Decodes bytes that must be one proof: at most `ProofLimits.proofBytesMax` of a single one, at
  /// most `ProofLimits.batchBytesMax` of a batch.
  public init(protobuf bytes: [UInt8]) throws(ProofError) {
    // The first byte tells the kind: field 3 or 4, length-delimited.
    let isBatch = bytes.first == 0x1A || bytes.first == 0x22
    let most = isBatch ? ProofLimits.batchBytesMax : ProofLimits.proofBytesMax
    guard bytes.count <= most else { throw .tooLarge(bytes: bytes.count, max: most) }
    self = try ProtobufReader(bytes[...]).only { field, reader throws(ProofError) in
      switch field {
      case 1: .exist(try ExistenceProof(from: reader.message()))
      case 2: .nonexist(try NonExistenceProof(from: reader.message()))
      case 3: .batch(try BatchProof(from: reader.message()))
      case 4: .compressed(try CompressedBatchProof(from: reader.message()))
      default: nil
      }
    }
  }
}

extension ExistenceProof: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    writer.bytes(1, key)
    writer.bytes(2, value)
    writer.message(3, leaf)
    for step in path { writer.message(4, step) }
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(key: [], value: [], leaf: nil, path: [])
    while let field = try reader.nextField(repeated: 4...4) {
      switch field {
      case 1: key = try reader.bytes(max: ProofLimits.keyBytesMax)
      case 2: value = try reader.bytes(max: Limits.recordValueBytesMax)
      case 3: leaf = try LeafOp(from: reader.message())
      case 4:
        guard path.count < ProofLimits.pathStepsMax else {
          throw .tooDeep(steps: path.count + 1, max: ProofLimits.pathStepsMax)
        }
        path.append(try InnerOp(from: reader.message()))
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}

extension NonExistenceProof: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    writer.bytes(1, key)
    writer.message(2, left)
    writer.message(3, right)
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(key: [], left: nil, right: nil)
    while let field = try reader.nextField() {
      switch field {
      case 1: key = try reader.bytes(max: ProofLimits.keyBytesMax)
      case 2: left = try ExistenceProof(from: reader.message())
      case 3: right = try ExistenceProof(from: reader.message())
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}

extension LeafOp: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    writer.number(1, hash.rawValue)
    writer.number(2, prehashKey.rawValue)
    writer.number(3, prehashValue.rawValue)
    writer.number(4, length.rawValue)
    writer.bytes(5, prefix)
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(hash: .none, prehashKey: .none, prehashValue: .none, length: .none, prefix: [])
    while let field = try reader.nextField() {
      switch field {
      case 1: hash = try reader.enumeration()
      case 2: prehashKey = try reader.enumeration()
      case 3: prehashValue = try reader.enumeration()
      case 4: length = try reader.enumeration()
      case 5: prefix = try reader.bytes(max: ProofLimits.affixBytesMax)
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}

extension InnerOp: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    writer.number(1, hash.rawValue)
    writer.bytes(2, prefix)
    writer.bytes(3, suffix)
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(hash: .none, prefix: [], suffix: [])
    while let field = try reader.nextField() {
      switch field {
      case 1: hash = try reader.enumeration()
      case 2: prefix = try reader.bytes(max: ProofLimits.affixBytesMax)
      case 3: suffix = try reader.bytes(max: ProofLimits.affixBytesMax)
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}
