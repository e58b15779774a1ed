public import LedgerCore
import Synchronization

/// A bundle as it is kept until it is decided or expired.
public struct StoredBundle: Hashable, Sendable {
  public let digest: Digest
  /// The height at which it was born: what it expires by.
  public let birthHeight: UInt64
  /// The bundle's bytes as they arrived.
  public let bytes: [UInt8]

  public init(digest: Digest, birthHeight: UInt64, bytes: [UInt8]) {
    self.digest = digest
    self.birthHeight = birthHeight
    self.bytes = bytes
  }

  /// A frame's payload: digest, then bytes.
  init?(birthHeight: UInt64, payload: [UInt8]) {
    guard let digest = Digest(payload.prefix(Self.digestBytes)) else { return nil }
    self.init(
      digest: digest, birthHeight: birthHeight, bytes: Array(payload[Self.digestBytes...]))
  }

  fileprivate static let digestBytes = 32
}

/// Received and own bundles: a node that has acknowledged one still holds it after a crash.
///
/// Append what arrives, `sync` once for all of it, then let the acknowledgement leave. Thread
/// safe; callers take turns.
public final class BundleStore: Sendable {
  private struct Segment: Sendable {
    let file: FrameFile
    var digests: [Digest] = []
    var places: [FramePlace] = []
    var birthHeightMax: UInt64 = 0
  }

  private struct State: Sendable {
    var writer: FrameWriter
    var segments: [Segment] = []
    /// Looked up in, never walked.
    var known: Set<Digest> = []

    mutating func add(_ digest: Digest, _ file: FrameFile, _ place: FramePlace) {
      if segments.last?.file.number != file.number { segments.append(Segment(file: file)) }
      let last = segments.count - 1
      segments[last].digests.append(digest)
      segments[last].places.append(place)
      segments[last].birthHeightMax = max(segments[last].birthHeightMax, place.height)
      known.insert(digest)
    }
  }

  private let folder: FrameFolder
  private let readOnly: Bool
  private let state: Mutex<State>

  init(_ path: String, chain: ChainID, options: StoreOptions) throws(StoreError) {
    folder = FrameFolder(folder: Folder(path: path), kind: .bundles, chain: chain)
    readOnly = options.readOnly
    let segments = try folder.open(readOnly: readOnly)
    var state = State(
      writer: try FrameWriter(
        folder, after: readOnly ? nil : segments.last, segmentBytes: options.bundleSegmentBytes,
        dataSync: options.dataSync))
    for (file, scan) in segments {
      for place in scan.frames {
        let payload = try file.payload(place)
        guard let digest = Digest(payload.prefix(StoredBundle.digestBytes)) else {
          throw .damaged(StoreDamage(.frame(path: file.path, offset: place.offset), .badLayout))
        }
        state.add(digest, file, place)
      }
    }
    self.state = Mutex(state)
  }

  /// Appends bundles that are not here yet; durable after `sync`. When it throws, those before the
  /// one that failed are appended.
  public func append(_ bundles: [StoredBundle]) throws(StoreError) {
    guard !readOnly else { throw .readOnly(path: folder.folder.path) }
    try state.withLock { state throws(StoreError) in
      for bundle in bundles where !state.known.contains(bundle.digest) {
        let appended = try state.writer.append(
          height: bundle.birthHeight, [bundle.digest.bytes.array[...], bundle.bytes[...]])
        state.add(bundle.digest, appended.file, appended.place)
      }
    }
  }

  /// Makes all appended bundles durable. A failure is final.
  public func sync() throws(StoreError) {
    guard !readOnly else { throw .readOnly(path: folder.folder.path) }
    try state.withLock { state throws(StoreError) in try state.writer.sync() }
  }

  /// A bundle by its digest, checked; nil when it is not, or no longer, here.
  public func read(_ digest: Digest) throws(StoreError) -> StoredBundle? {
    let found = state.withLock { state -> (file: FrameFile, place: FramePlace)? in
      guard state.known.contains(digest) else { return nil }
      for segment in state.segments {
        if let index = segment.digests.firstIndex(of: digest) {
          return (segment.file, segment.places[index])
        }
      }
      return nil
    }
    guard let (file, place) = found else { return nil }
    do throws(StoreError) {
      return StoredBundle(birthHeight: place.height, payload: try file.payload(place))
    } catch {
      // Removed between the look-up and the read.
      if !contains(digest) { return nil }
      throw error
    }
  }

  /// Whether a bundle is here.
  public func contains(_ digest: Digest) -> Bool { state.withLock { $0.known.contains(digest) } }

  var segmentCount: Int { state.withLock { $0.segments.count } }

  /// How many bundles are here.
  public var count: Int { state.withLock { $0.known.count } }

  /// All bundles born at the height or later that are wanted, in the order they were appended,
  /// checked. Only the wanted ones are in memory together.
  public func load(
    bornFrom height: UInt64 = 0, where isWanted: (StoredBundle) -> Bool = { _ in true }
  ) throws(StoreError) -> [StoredBundle] {
    try state.withLock { state throws(StoreError) in
      var bundles: [StoredBundle] = []
      for segment in state.segments where segment.birthHeightMax >= height {
        for place in segment.places where place.height >= height {
          let payload = try segment.file.payload(place)
          guard let bundle = StoredBundle(birthHeight: place.height, payload: payload) else {
            throw .damaged(
              StoreDamage(.frame(path: segment.file.path, offset: place.offset), .badLayout))
          }
          if isWanted(bundle) { bundles.append(bundle) }
        }
      }
      return bundles
    }
  }

  /// Removes segments all of whose bundles were born below the height, because they are decided or
  /// expired; the segment appended to stays until it is full.
  public func removeSegments(bornBelow height: UInt64) throws(StoreError) {
    guard !readOnly else { throw .readOnly(path: folder.folder.path) }
    try state.withLock { state throws(StoreError) in
      // From the front only: numbers stay without gaps.
      while state.segments.count > 1, let first = state.segments.first,
        first.birthHeightMax < height
      {
        do throws(StoreError) { try folder.remove(first.file) } catch {
          state.writer.stop()
          throw error
        }
        for digest in first.digests { state.known.remove(digest) }
        state.segments.removeFirst()
      }
    }
  }
}
