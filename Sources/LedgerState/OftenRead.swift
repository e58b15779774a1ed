import LedgerCore

/// Records of the flushed state that most blocks read, such as the upper pages of ordered indexes,
/// as they were read and checked once.
///
/// Invariant: each is what the reader shows, unless a layer above it writes the key; when the layer
/// is flushed, the record is forgotten. So whoever asks looks into the layers first.
struct OftenRead {
  private var values: [StateKey: [UInt8]] = [:]

  /// Records that are kept.
  var count: Int { values.count }

  /// What is kept of a record; nil when it is not.
  func value(_ key: StateKey) -> [UInt8]? { values[key] }

  /// Keeps a record. Where there are too many, all others go: those that are read come back.
  mutating func keep(_ key: StateKey, _ value: [UInt8]) {
    guard value.count <= StateLimits.oftenReadBytesMax else { return }
    if values.count >= StateLimits.oftenReadMax { values.removeAll(keepingCapacity: true) }
    values[key] = value
  }

  /// Forgets what a layer writes. Of a layer that writes more than is kept, everything goes: to ask
  /// for each of its keys would take longer than to read again what is read often.
  mutating func forget(_ layer: StateLayer) {
    guard !values.isEmpty else { return }
    guard layer.count <= StateLimits.oftenReadMax else {
      return values.removeAll(keepingCapacity: true)
    }
    for index in 0..<layer.count { values[layer.change(at: index).key] = nil }
  }
}
