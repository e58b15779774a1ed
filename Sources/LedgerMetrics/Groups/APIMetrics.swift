/// What clients ask.
public struct APIMetrics: Sendable {
  public let connections: Gauge
  public let inFlight: Gauge
  public let accepted: Counter
  public let requests: MetricFamily<Histogram>
  public let refused: MetricFamily<Counter>

  init(_ list: inout MetricList) {
    connections = list.gauge("eco2_api_connections", "Open connections of clients.")
    accepted = list.counter(
      "eco2_api_connections_total", "Connections of clients taken since the start.")
    inFlight = list.gauge("eco2_api_requests_in_flight", "Requests being answered.")
    requests = list.histograms(
      "eco2_api_request_seconds",
      "From a request's head to its answer's, by route and class of status.",
      bounds: .request, labels: ["route", "status"])
    refused = list.counters(
      "eco2_api_refused_total", "Connections and requests refused before any route.",
      labels: ["reason"])
    connections.set(0)
    inFlight.set(0)
  }
}
