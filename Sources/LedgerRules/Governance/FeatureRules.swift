public import LedgerCore

/// Rule changes that governance has decided on (protocol §8), as this release knows them.
public enum Features {
  /// The names of those that this release knows. There is none yet.
  public static let known: [String] = []

  /// The first of those that hold at a height which is not among the known; nil for none.
  static func unknown(
    of features: [FeatureActivation], at height: UInt64, known: [String] = known
  ) -> FeatureActivation? {
    features.first { $0.height <= height && !known.contains($0.name) }
  }
}

/// Every feature that was activated, in the order of the motions. Absent until there is one.
public struct FeatureList: SingleRecord {
  public static var kind: RecordKind { .featureList }

  /// At most `MotionLimits.featuresMax`.
  public var features: [FeatureActivation]

  init() { features = [] }

  public init(from reader: inout BCSReader) throws(BCSError) {
    features = try reader.list(in: 0...MotionLimits.featuresMax, "features")
  }

  public func encode(into writer: inout BCSWriter) { writer.list(features) }
}

extension ExecutionContext {
  /// A node must not execute by rules that it does not know: it would diverge from those who do.
  mutating func requireKnownFeatures() throws(ExecutionError) {
    let list: FeatureList?
    do { list = try view.find(FeatureList.key) } catch { throw .record(error) }
    if let list, let feature = Features.unknown(of: list.features, at: height) {
      throw .unknownFeature(feature)
    }
  }
}
