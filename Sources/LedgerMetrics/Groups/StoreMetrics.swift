/// The disk.
public struct StoreMetrics: Sendable {
  public let logBytes: Gauge
  public let logSegments: Gauge
  public let logAppend: Histogram
  public let lastAppend: Gauge
  public let bundleSync: Histogram
  public let voteSync: Histogram
  public let flush: Histogram
  public let unflushedBlocks: Gauge
  public let unflushedMax: Gauge
  public let mapBytes: Gauge
  public let usedBytes: Gauge
  public let diskFree: Gauge
  public let diskSize: Gauge
  public let bundleSegments: Gauge

  init(_ list: inout MetricList) {
    logBytes = list.gauge(
      "eco2_log_bytes", "Disk space of the block log's segments.", unit: .bytes)
    logSegments = list.gauge("eco2_log_segments", "Files of the block log.")
    logAppend = list.histogram(
      "eco2_log_append_seconds", "A block written to the log and synced.", bounds: .sync)
    lastAppend = list.gauge(
      "eco2_log_last_append_seconds", "The same, of the last block.",
      unit: .secondsFromNanoseconds)
    bundleSync = list.histogram(
      "eco2_bundle_store_seconds", "Bundles written and synced, as they came together.",
      bounds: .sync)
    voteSync = list.histogram(
      "eco2_vote_sign_seconds", "A vote's watermark written and synced, and the vote signed.",
      bounds: .sync)
    flush = list.histogram(
      "eco2_flush_seconds", "Final blocks written to LMDB and synced.", bounds: .sync)
    unflushedBlocks = list.gauge(
      "eco2_unflushed_blocks", "Final blocks that LMDB does not have yet.")
    unflushedMax = list.gauge(
      "eco2_unflushed_blocks_bound", "At so many unflushed blocks the node waits for the disk.")
    mapBytes = list.gauge(
      "eco2_state_map_bytes", "The LMDB file's bound; it doubles when reached.", unit: .bytes)
    usedBytes = list.gauge("eco2_state_used_bytes", "The LMDB file's pages.", unit: .bytes)
    bundleSegments = list.gauge("eco2_bundle_segments", "Files of bundles.")
    diskFree = list.gauge(
      "eco2_disk_free_bytes", "Free space where the node's data is.", unit: .bytes)
    diskSize = list.gauge(
      "eco2_disk_size_bytes", "Size of the file system there.", unit: .bytes)
  }

  /// A block was written to the log and synced.
  public func appended(nanoseconds: UInt64) {
    logAppend.observe(nanoseconds: nanoseconds)
    lastAppend.set(nanoseconds)
  }
}
