/// How much room a node's folder takes: for operators.
public struct StoreUsage: Hashable, Sendable {
  /// Bytes of the block log up to its last block; the last segment has disk space beyond that.
  public let logBytes: UInt64
  /// Files of the block log.
  public let logSegments: Int
  /// Files of bundles.
  public let bundleSegments: Int
  /// The bound of the state's file; it doubles when it is reached.
  public let stateMapBytes: Int
  /// The pages of the state's file in use, or free to be used again.
  public let stateUsedBytes: Int
}

extension NodeStore {
  /// How much room the folder takes now. Reads no file; thread safe.
  public func usage() throws(StoreError) -> StoreUsage {
    let (logSegments, logBytes) = log.size
    let state = try records.size()
    return StoreUsage(
      logBytes: logBytes, logSegments: logSegments, bundleSegments: bundles.segmentCount,
      stateMapBytes: state.map, stateUsedBytes: state.used)
  }
}
