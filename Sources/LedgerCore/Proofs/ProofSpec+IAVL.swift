/// The extra rules ICS-23 has for IAVL trees, whose prefixes hold numbers: without them a leaf of
/// one could pass for an inner node.
extension ProofSpec {
  /// Whether the tree hashes as ICS-23's `IavlSpec` does (depths aside).
  var isIAVL: Bool {
    leaf.hash == .sha256 && leaf.prehashKey == .none && leaf.prehashValue == .sha256
      && leaf.length == .varProto && inner.hash == .sha256 && inner.prefixBytesMin == 4
      && inner.prefixBytesMax == 12 && inner.childBytes == 33 && inner.childOrder.count == 2
  }
}

extension LeafOp {
  /// The prefix holds height 0, size and version, and nothing more.
  var isIAVLLeaf: Bool {
    var reader = IAVLPrefix(prefix[...])
    guard let height = reader.number(), let size = reader.number(), let version = reader.number()
    else { return false }
    return height == 0 && size >= 0 && version >= 0 && reader.bytes.isEmpty
  }
}

extension InnerOp {
  /// The prefix holds a height of at least the layer, size and version, and then one length byte
  /// (from the left child), or length, sibling and length (from the right one).
  func isIAVLInner(layer: Int) -> Bool {
    var reader = IAVLPrefix(prefix[...])
    guard let height = reader.number(), let size = reader.number(), let version = reader.number()
    else { return false }
    return height >= layer && size >= 0 && version >= 0
      && (reader.bytes.count == 1 || reader.bytes.count == 34)
  }
}

/// Zigzag varints, as Go's `binary.ReadVarint` reads them.
private struct IAVLPrefix {
  private(set) var bytes: ArraySlice<UInt8>

  init(_ bytes: ArraySlice<UInt8>) { self.bytes = bytes }

  mutating func number() -> Int64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      if shift == 63 && byte > 1 { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 {
        let magnitude = Int64(bitPattern: value >> 1)
        return value & 1 == 0 ? magnitude : ~magnitude
      }
    }
    return nil
  }
}
