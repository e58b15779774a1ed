/// Connections to peers.
public struct PeerMetrics: Sendable {
  public let connectedCount: Gauge
  public let knownCount: Gauge
  public let followers: Gauge
  public let connected: MetricFamily<Gauge>
  public let lastHeard: MetricFamily<Gauge>
  public let sentBytes: MetricFamily<Counter>
  public let receivedBytes: MetricFamily<Counter>
  public let queuedBytes: MetricFamily<Gauge>
  public let droppedFrames: MetricFamily<Counter>
  public let reconnects: MetricFamily<Counter>
  public let dialFailures: MetricFamily<Counter>
  public let connectionsRefused: MetricFamily<Counter>
  public let malformed: Counter
  public let refused: Counter
  public let outOfPlace: Counter
  public let queueFull: Counter
  public let serveFull: Counter

  init(_ list: inout MetricList) {
    connectedCount = list.gauge(
      "eco2_peers_connected", "Peers with both their connections standing.")
    knownCount = list.gauge("eco2_peers_known", "Peers this node is told of.")
    followers = list.gauge("eco2_followers", "Full nodes this node serves.")
    connected = list.gauges(
      "eco2_peer_connected", "Whether both connections to the peer stand: 1 or 0.",
      labels: ["member"])
    lastHeard = list.gauges(
      "eco2_peer_last_heard_seconds", "Time since the peer's last frame, of any kind.",
      unit: .secondsFromMilliseconds, labels: ["member"])
    let channel = ["member", "channel"]
    sentBytes = list.counters(
      "eco2_peer_sent_bytes_total", "Payload sent.", unit: .bytes, labels: channel)
    receivedBytes = list.counters(
      "eco2_peer_received_bytes_total", "Payload received.", unit: .bytes, labels: channel)
    queuedBytes = list.gauges(
      "eco2_peer_queued_bytes", "Payload that waits to be sent.", unit: .bytes, labels: channel)
    droppedFrames = list.counters(
      "eco2_peer_frames_dropped_total",
      "Frames not sent: the peer's queue was full, or the connection ended.", labels: channel)
    reconnects = list.counters(
      "eco2_peer_reconnects_total", "Connections after the first.", labels: channel)
    dialFailures = list.counters(
      "eco2_peer_dial_failures_total", "Dials that led to no connection.", labels: channel)
    connectionsRefused = list.counters(
      "eco2_peer_connections_refused_total", "Connections that never became a peer's.",
      labels: ["reason"])
    let dropped = list.counters(
      "eco2_peer_messages_dropped_total", "Messages of peers not acted on.", labels: ["reason"])
    malformed = dropped.child("malformed")
    refused = dropped.child("refused")
    outOfPlace = dropped.child("out_of_place")
    queueFull = dropped.child("queue_full")
    serveFull = dropped.child("serve_full")
  }
}
