/// The batch messages of ICS-23's `proofs.proto`. A path of a compressed proof is packed, as proto3
/// writes it; the unpacked form, which protobuf also reads, is refused.
extension BatchProof: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    for entry in entries { writer.message(1, entry) }
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(entries: [])
    while let field = try reader.nextField(repeated: 1...1) {
      guard field == 1 else { throw .malformed(offset: reader.fieldOffset) }
      try reader.append(to: &entries, max: ProofLimits.batchEntriesMax)
    }
  }
}

extension BatchEntry: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    switch self {
    case .exist(let proof): writer.message(1, proof)
    case .nonexist(let proof): writer.message(2, proof)
    }
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    self = try bytes.only { field, reader throws(ProofError) in
      switch field {
      case 1: .exist(try ExistenceProof(from: reader.message()))
      case 2: .nonexist(try NonExistenceProof(from: reader.message()))
      default: nil
      }
    }
  }
}

extension CompressedBatchProof: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    for entry in entries { writer.message(1, entry) }
    for step in steps { writer.message(2, step) }
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(entries: [], steps: [])
    while let field = try reader.nextField(repeated: 1...2) {
      switch field {
      case 1: try reader.append(to: &entries, max: ProofLimits.batchEntriesMax)
      case 2: try reader.append(to: &steps, max: ProofLimits.batchStepsMax)
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}

extension CompressedBatchEntry: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    switch self {
    case .exist(let proof): writer.message(1, proof)
    case .nonexist(let proof): writer.message(2, proof)
    }
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    self = try bytes.only { field, reader throws(ProofError) in
      switch field {
      case 1: .exist(try CompressedExistenceProof(from: reader.message()))
      case 2: .nonexist(try CompressedNonExistenceProof(from: reader.message()))
      default: nil
      }
    }
  }
}

extension CompressedExistenceProof: ProtobufMessage {
  func write(to writer: inout ProtobufWriter) {
    writer.bytes(1, key)
    writer.bytes(2, value)
    writer.message(3, leaf)
    writer.numbers(4, path)
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(key: [], value: [], leaf: nil, path: [])
    while let field = try reader.nextField() {
      switch field {
      case 1: key = try reader.bytes(max: ProofLimits.keyBytesMax)
      case 2: value = try reader.bytes(max: Limits.recordValueBytesMax)
      case 3: leaf = try LeafOp(from: reader.message())
      case 4: path = try reader.numbers(max: ProofLimits.pathStepsMax)
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}

extension CompressedNonExistenceProof: ProtobufMessage {
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
      case 2: left = try CompressedExistenceProof(from: reader.message())
      case 3: right = try CompressedExistenceProof(from: reader.message())
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}
