/// Where the chain stands, and how this node stands to it.
public struct ChainMetrics: Sendable {
  public let height: Gauge
  /// Milliseconds since 1970.
  public let timestamp: Gauge
  /// Milliseconds.
  public let interval: Gauge
  public let blocksFinal: Counter
  public let blocksCaughtUp: Counter
  public let blocksAuthored: Counter
  public let transactionsFinal: Counter
  public let transactionsFailed: Counter
  public let transactionsSubmitted: Counter
  public let transactionsRefused: Counter
  public let certificate: Histogram
  public let finality: Histogram
  public let execution: Histogram
  public let transactionAccepted: Histogram
  public let transactionFinal: Histogram
  private let mode: MetricFamily<Gauge>

  init(_ list: inout MetricList) {
    height = list.gauge("eco2_height", "Height of the last final block.")
    timestamp = list.gauge(
      "eco2_block_timestamp_seconds", "Timestamp of the last final block, since 1970.",
      unit: .secondsFromMilliseconds)
    interval = list.gauge(
      "eco2_block_interval_seconds", "The chain's interval between two blocks.",
      unit: .secondsFromMilliseconds)
    mode = list.gauges(
      "eco2_node_mode", "Whether the node is in the mode, 1 or 0: following, catching-up, halted.",
      labels: ["mode"])
    blocksFinal = list.counter("eco2_blocks_final_total", "Blocks made final.")
    blocksCaughtUp = list.counter(
      "eco2_blocks_caught_up_total", "Of the final blocks, those that a peer handed out.")
    blocksAuthored = list.counter(
      "eco2_blocks_authored_total", "Of the final blocks, those this node first proposed.")
    transactionsFinal = list.counter(
      "eco2_transactions_final_total", "Transactions in final blocks.")
    transactionsFailed = list.counter(
      "eco2_transactions_failed_total",
      "Of the final transactions, those that failed or were skipped.")
    transactionsSubmitted = list.counter(
      "eco2_transactions_submitted_total", "Transactions this node's clients sent.")
    transactionsRefused = list.counter(
      "eco2_transactions_refused_total", "Of the submitted transactions, those refused.")
    certificate = list.histogram(
      "eco2_block_certificate_seconds", "From a slot's start to the commit certificate.")
    finality = list.histogram(
      "eco2_block_final_seconds", "From a slot's start until the block was synced in the log.")
    execution = list.histogram(
      "eco2_block_execution_seconds", "Execution of one block on its parent's state.")
    transactionAccepted = list.histogram(
      "eco2_transaction_accepted_seconds",
      "From pending to accepted, of a sample of those submitted here.")
    transactionFinal = list.histogram(
      "eco2_transaction_final_seconds",
      "From pending to final, of a sample of those submitted here.")
  }

  /// Shows the mode the node is in.
  public func show(mode current: String) {
    for name in ["following", "catching-up", "halted"] { mode.child(name).set(name == current) }
  }
}
