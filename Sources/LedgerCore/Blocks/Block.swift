/// What a primary proposes and the log keeps: a header and the bundles it names, by digest.
///
/// One reference in size: a header takes half a kilobyte, and blocks stand in votes' books,
/// messages and effects, which are moved far more often than a block is looked at.
public struct Block: Hashable, Sendable {
  @usableFromInline
  final class Contents: Sendable {
    @usableFromInline let header: BlockHeader
    @usableFromInline let runs: [BundleRun]

    init(header: BlockHeader, runs: [BundleRun]) {
      self.header = header
      self.runs = runs
    }
  }

  @usableFromInline let contents: Contents

  /// What is hashed and signed.
  @inlinable
  public var header: BlockHeader {
    _read { yield contents.header }
  }

  /// In order of execution; no author twice; `Limits.blockBundlesMax` bundles at most.
  @inlinable
  public var runs: [BundleRun] {
    _read { yield contents.runs }
  }

  public init(header: BlockHeader, runs: [BundleRun]) {
    contents = Contents(header: header, runs: runs)
  }

  public static func == (left: Block, right: Block) -> Bool {
    left.contents === right.contents || left.header == right.header && left.runs == right.runs
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(header)
    hasher.combine(runs)
  }

  /// Digests of all bundles, in order of execution.
  public var bundleDigests: [Digest] { runs.flatMap(\.digests) }

  /// Whether the header's root is that of the runs, no author stands twice, and the bundles are
  /// within their limit.
  public var isConsistent: Bool {
    header.bundlesRoot == BundleRun.root(runs) && Set(runs.map(\.author)).count == runs.count
      && runs.reduce(0) { $0 + $1.digests.count } <= Limits.blockBundlesMax
  }
}

extension Block: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let header = try BlockHeader(from: &reader)
    self.init(
      header: header, runs: try reader.list(in: 0...Limits.validatorsMax * 2, "runs"))
  }

  public func encode(into writer: inout BCSWriter) {
    header.encode(into: &writer)
    writer.list(runs)
  }
}

/// A final block, whole: what the log keeps and peers hand to one that catches up.
public struct DecidedBlock: Sendable {
  public let block: Block
  /// The commit certificate that decided it.
  public let certificate: QuorumCertificate
  /// The bundles the block names, in its order.
  public let bundles: [Bundle]

  public init(block: Block, certificate: QuorumCertificate, bundles: [Bundle]) {
    self.block = block
    self.certificate = certificate
    self.bundles = bundles
  }

  /// The block's height.
  public var height: UInt64 { block.header.height }

  /// All transactions, in order of execution.
  public var transactions: [Transaction] { bundles.flatMap(\.transactions) }

  /// Decodes bytes that must be one decided block, the bundles as views over them. The certificate
  /// and the bundles' signatures are not checked here, nor that bundles and digests agree.
  public init(decoding bytes: ArraySlice<UInt8>) throws(BCSError) {
    var reader = unsafe BCSReader(bytes.span.bytes)
    block = try Block(from: &reader)
    certificate = try QuorumCertificate(from: &reader)
    let count = try reader.length(in: 0...Limits.blockBundlesMax, "bundles")
    var list: [Bundle] = []
    for _ in 0..<count {
      let length = try reader.length(in: 1...2 * Limits.bundleBytesMax, "bundle")
      let range = try reader.skip(length, "bundle")
      let base = bytes.startIndex
      list.append(
        try Bundle(decoding: bytes[base + range.lowerBound..<base + range.upperBound]))
    }
    try reader.finish("decided block")
    bundles = list
  }

  /// The canonical bytes; each bundle as it arrived.
  public var bcs: [UInt8] {
    var writer = BCSWriter(reserving: 8192 + bundles.reduce(0) { $0 + $1.bytes.count + 4 })
    block.encode(into: &writer)
    certificate.encode(into: &writer)
    writer.length(bundles.count)
    for bundle in bundles { writer.byteString(bundle.bytes) }
    return writer.bytes
  }
}
