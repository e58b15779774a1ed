/// Pending transactions and bundles.
public struct DisseminationMetrics: Sendable {
  public let poolTransactions: Gauge
  public let poolBytes: Gauge
  public let bundlesHeld: Gauge
  public let bundlesHeldBytes: Gauge
  public let bundlesWanted: Gauge
  public let peersBehind: Gauge
  public let peersCongested: Gauge
  public let admitted: Counter
  public let forwarded: Counter
  public let returned: Counter
  public let sealed: Counter
  public let received: Counter
  public let expired: Counter
  public let served: Counter
  public let resent: Counter
  public let fetches: Counter
  public let drops: MetricFamily<Counter>
  public let acknowledgement: Histogram

  init(_ list: inout MetricList) {
    poolTransactions = list.gauge(
      "eco2_pool_transactions", "Transactions that wait for a bundle.")
    poolBytes = list.gauge("eco2_pool_bytes", "Bytes of these.", unit: .bytes)
    bundlesHeld = list.gauge("eco2_bundles_held", "Undecided bundles held.")
    bundlesHeldBytes = list.gauge(
      "eco2_bundles_held_bytes", "Bytes of undecided bundles.", unit: .bytes)
    bundlesWanted = list.gauge(
      "eco2_bundles_missing", "Bundles a proposal names that are not here yet.")
    peersBehind = list.gauge(
      "eco2_peers_behind", "Peers that are sent no more own bundles until they acknowledge some.")
    peersCongested = list.gauge(
      "eco2_peers_congested", "Peers whose connection holds more than they take.")
    admitted = list.counter(
      "eco2_pool_admitted_total", "Transactions that entered the pool.")
    forwarded = list.counter(
      "eco2_pool_forwarded_total", "Transactions sent to the node that bundles them first.")
    returned = list.counter(
      "eco2_pool_returned_total", "Transactions whose bundle expired before a block named it.")
    sealed = list.counter("eco2_bundles_sealed_total", "Bundles this node made.")
    received = list.counter(
      "eco2_bundles_received_total", "Bundles of others that arrived and were verified.")
    expired = list.counter("eco2_bundles_expired_total", "Bundles that no block named in time.")
    served = list.counter("eco2_bundles_served_total", "Bundles sent to peers that asked.")
    resent = list.counter(
      "eco2_bundles_resent_total", "Own bundles sent again to peers that do not acknowledge.")
    fetches = list.counter(
      "eco2_bundle_fetches_total", "Requests for missing bundles.")
    drops = list.counters(
      "eco2_dissemination_drops_total",
      "Transactions, bundles and requests not taken or not kept.", labels: ["reason"])
    acknowledgement = list.histogram(
      "eco2_bundle_acknowledged_seconds",
      "From asking for an own bundle's signature until f + 1 nodes hold it.")
  }
}
