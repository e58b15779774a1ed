public import LedgerState

/// The derived indexes of one state, as lists read them.
public protocol DerivedIndexReader {
  /// The first entry of an index whose key is the given one or above it; nil when there is none.
  func first(_ index: String, from key: [UInt8]) throws(StateReadError)
    -> (key: [UInt8], value: [UInt8])?
}

/// A place in a list, with the value that the index has there.
struct FoundPlace {
  let place: [UInt8]
  let value: [UInt8]
}

/// The places of all entries of an index that begin with one of some prefixes, ascending. It is
/// entered anywhere, and then only goes on.
struct PlaceList {
  private let index: String
  /// Bytes of a place in this index: those of a whole place, or of its beginning, where an entry
  /// stands for all places that begin so.
  private let placeBytes: Int
  private var parts: [Part]

  private struct Part {
    let prefix: [UInt8]
    /// The next entry, as far as is known.
    var head: Head
  }

  private enum Head {
    case unknown
    case at(FoundPlace)
    case end
  }

  init(_ index: String, placeBytes: Int, of facets: [CreditFacet]) {
    self.index = index
    self.placeBytes = placeBytes
    parts = facets.map { Part(prefix: $0.bytes, head: .unknown) }
  }

  /// The first place at or behind one; nil when there is none.
  ///
  /// - Parameter seeks: counts entries that were looked for.
  mutating func first(
    from place: [UInt8], in reader: some DerivedIndexReader, seeks: inout Int
  ) throws(StateReadError) -> FoundPlace? {
    let wanted = Array(place.prefix(placeBytes))
    var first: FoundPlace?
    for number in parts.indices {
      guard let head = try head(of: number, from: wanted, in: reader, &seeks) else { continue }
      if let known = first, !head.place.lexicographicallyPrecedes(known.place) { continue }
      first = head
    }
    guard let first else { return nil }
    if first.place == wanted { return FoundPlace(place: place, value: first.value) }
    let rest = [UInt8](repeating: 0, count: place.count - placeBytes)
    return FoundPlace(place: first.place + rest, value: first.value)
  }

  private mutating func head(
    of number: Int, from wanted: [UInt8], in reader: some DerivedIndexReader, _ seeks: inout Int
  ) throws(StateReadError) -> FoundPlace? {
    switch parts[number].head {
    case .end: return nil
    case .at(let found) where !found.place.lexicographicallyPrecedes(wanted): return found
    case .at, .unknown: break
    }
    seeks += 1
    let prefix = parts[number].prefix
    guard let entry = try reader.first(index, from: prefix + wanted),
      entry.key.count == prefix.count + placeBytes, entry.key.starts(with: prefix)
    else {
      parts[number].head = .end
      return nil
    }
    let found = FoundPlace(place: Array(entry.key.dropFirst(prefix.count)), value: entry.value)
    parts[number].head = .at(found)
    return found
  }
}
