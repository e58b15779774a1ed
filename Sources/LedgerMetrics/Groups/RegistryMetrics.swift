/// What has to happen in the registry by a time, as of the last flushed block.
public struct RegistryMetrics: Sendable {
  public let mirrorsPending: Gauge
  public let mirrorsOverdue: Gauge
  public let requestsPending: Gauge
  public let requestsExpiring: Gauge
  public let obligationsOpen: Gauge
  public let attestationsEnding: Gauge

  init(_ list: inout MetricList) {
    mirrorsPending = list.gauge(
      "eco2_registry_mirrors_pending",
      "Retirements that their source does not show yet; counted to 10000, as all of these.")
    mirrorsOverdue = list.gauge(
      "eco2_registry_mirrors_overdue",
      "Retirements that their source does not show after 30 days.")
    requestsPending = list.gauge(
      "eco2_registry_requests_pending", "Requests that registrars have to decide on.")
    requestsExpiring = list.gauge(
      "eco2_registry_requests_expiring", "Of these, those that expire within 3 days.")
    obligationsOpen = list.gauge(
      "eco2_registry_obligations_open", "Obligations that their custodians have not met.")
    attestationsEnding = list.gauge(
      "eco2_registry_attestations_ending",
      "Custodians of live credits whose attestation has ended or ends within 14 days.")
  }
}
