/// The batch messages of ICS-23's `proofs.proto`. A path of a compressed proof is packed, as proto3
/// writes it; the unpacked form, which protobuf also reads, is refused.
extension BatchProof {
  func write(to writer: inout ProtobufWriter) {
    for entry in entries {
      writer.message(1) { writer in
        switch entry {
        case .exist(let proof): writer.message(1) { proof.write(to: &$0) }
        case .nonexist(let proof): writer.message(2) { proof.write(to: &$0) }
        }
      }
    }
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(entries: [])
    while let field = try reader.nextField(repeated: 1...1) {
      guard field == 1 else { throw .malformed(offset: reader.fieldOffset) }
      try ProofLimits.checkBatch(entries: entries.count)
      entries.append(try BatchEntry(from: reader.message()))
    }
  }
}

extension ProofLimits {
  /// Checks that one more entry may follow.
  fileprivate static func checkBatch(entries: Int) throws(ProofError) {
    guard entries < batchEntriesMax else {
      throw .tooMany(count: entries + 1, max: batchEntriesMax)
    }
  }
}

extension BatchEntry {
  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    var entry: BatchEntry?
    while let field = try reader.nextField() {
      guard entry == nil else { throw .malformed(offset: reader.fieldOffset) }
      switch field {
      case 1: entry = .exist(try ExistenceProof(from: reader.message()))
      case 2: entry = .nonexist(try NonExistenceProof(from: reader.message()))
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
    guard let entry else { throw .malformed(offset: reader.fieldOffset) }
    self = entry
  }
}

extension CompressedBatchProof {
  func write(to writer: inout ProtobufWriter) {
    for entry in entries {
      writer.message(1) { writer in
        switch entry {
        case .exist(let proof): writer.message(1) { proof.write(to: &$0) }
        case .nonexist(let proof): writer.message(2) { proof.write(to: &$0) }
        }
      }
    }
    for step in steps { writer.message(2) { step.write(to: &$0) } }
  }

  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    self.init(entries: [], steps: [])
    while let field = try reader.nextField(repeated: 1...2) {
      switch field {
      case 1:
        try ProofLimits.checkBatch(entries: entries.count)
        entries.append(try CompressedBatchEntry(from: reader.message()))
      case 2:
        guard steps.count < ProofLimits.batchStepsMax else {
          throw .tooMany(count: steps.count + 1, max: ProofLimits.batchStepsMax)
        }
        steps.append(try InnerOp(from: reader.message()))
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
  }
}

extension CompressedBatchEntry {
  init(from bytes: ProtobufReader) throws(ProofError) {
    var reader = bytes
    var entry: CompressedBatchEntry?
    while let field = try reader.nextField() {
      guard entry == nil else { throw .malformed(offset: reader.fieldOffset) }
      switch field {
      case 1: entry = .exist(try CompressedExistenceProof(from: reader.message()))
      case 2: entry = .nonexist(try CompressedNonExistenceProof(from: reader.message()))
      default: throw .malformed(offset: reader.fieldOffset)
      }
    }
    guard let entry else { throw .malformed(offset: reader.fieldOffset) }
    self = entry
  }
}

extension CompressedExistenceProof {
  func write(to writer: inout ProtobufWriter) {
    writer.bytes(1, key)
    writer.bytes(2, value)
    if let leaf { writer.message(3) { leaf.write(to: &$0) } }
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

extension CompressedNonExistenceProof {
  func write(to writer: inout ProtobufWriter) {
    writer.bytes(1, key)
    if let left { writer.message(2) { left.write(to: &$0) } }
    if let right { writer.message(3) { right.write(to: &$0) } }
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
