/// A gap-free run of one author's bundles, as a proposal names it (protocol §4).
public struct BundleRun: Hashable, Sendable, BCSCodable {
  public let author: AccountID
  public let incarnation: UInt64
  /// The number of the first bundle; the others follow one by one.
  public let firstNumber: UInt64
  /// Digests in order of number, 1 … `Limits.runBundlesMax`.
  public let digests: [Digest]

  public init(author: AccountID, incarnation: UInt64, firstNumber: UInt64, digests: [Digest]) {
    self.author = author
    self.incarnation = incarnation
    self.firstNumber = firstNumber
    self.digests = digests
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    author = try AccountID(from: &reader)
    incarnation = try reader.u64("incarnation")
    let start = reader.offset
    firstNumber = try reader.u64("first number")
    digests = try reader.list(in: 1...Limits.runBundlesMax, "digests")
    guard !firstNumber.addingReportingOverflow(UInt64(digests.count)).overflow else {
      throw BCSError(.invalidValue, field: "first number", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    author.encode(into: &writer)
    writer.u64(incarnation)
    writer.u64(firstNumber)
    writer.list(digests)
  }

  /// RFC 6962 root over the encoded runs: the header's `bundlesRoot`.
  public static func root(_ runs: [BundleRun]) -> Digest {
    MerkleTree.root(leaves: runs.map { $0.bcs[...] })
  }
}
