/// What the stages, threads and queues of a node do.
public struct StageMetrics: Sendable {
  let cpu: [Counter]
  let items: [Counter]
  private let threadBusy: MetricFamily<Counter>
  private let threadItems: MetricFamily<Counter>
  private let queueDepth: MetricFamily<Gauge>
  private let queueHighest: MetricFamily<Gauge>
  private let queueDrops: MetricFamily<Counter>

  init(_ list: inout MetricList) {
    let cpu = list.counters(
      "eco2_stage_cpu_seconds_total",
      "CPU time of a stage; api is what the process used and no other stage booked.",
      unit: .secondsFromNanoseconds, labels: ["stage"])
    let items = list.counters(
      "eco2_stage_items_total", "Pieces of work a stage has done.", labels: ["stage"])
    self.cpu = Stage.allCases.map { cpu.child($0.name) }
    self.items = Stage.allCases.map { items.child($0.name) }
    threadBusy = list.counters(
      "eco2_thread_busy_seconds_total",
      "Time a thread was at work, waiting for the disk included; its rate is the busy share.",
      unit: .secondsFromNanoseconds, labels: ["thread"])
    threadItems = list.counters(
      "eco2_thread_items_total", "Pieces of work a thread has finished.", labels: ["thread"])
    queueDepth = list.gauges(
      "eco2_queue_depth", "Pieces of work that wait in front of a thread.", labels: ["queue"])
    queueHighest = list.gauges(
      "eco2_queue_depth_highest", "The most that has waited since the start.",
      labels: ["queue"])
    queueDrops = list.counters(
      "eco2_queue_drops_total", "Pieces of work refused because the queue was full.",
      labels: ["queue", "reason"])
  }

  /// The meter of a thread and the queue in front of it.
  public func lane(_ name: String) -> LaneMeter {
    LaneMeter(
      busy: threadBusy.child(name), items: threadItems.child(name),
      queue: QueueMeter(
        depth: queueDepth.child(name), highest: queueHighest.child(name),
        full: queueDrops.child(name, "full"), sourceFull: queueDrops.child(name, "source_full")))
  }
}

/// Counts what a thread does.
public struct LaneMeter: Sendable {
  private let busy: Counter
  private let items: Counter
  public let queue: QueueMeter

  fileprivate init(busy: Counter, items: Counter, queue: QueueMeter) {
    self.busy = busy
    self.items = items
    self.queue = queue
  }

  /// The thread was at work from a moment of `CPUClock.monotonicNanoseconds` until now.
  public func worked(since start: UInt64, items count: Int) {
    busy.add(CPUClock.monotonicNanoseconds() &- start)
    items.add(UInt64(count))
  }
}

/// Watches a queue.
public struct QueueMeter: Sendable {
  private let depth: Gauge
  private let highest: Gauge
  private let full: Counter
  private let sourceFull: Counter

  fileprivate init(depth: Gauge, highest: Gauge, full: Counter, sourceFull: Counter) {
    self.depth = depth
    self.highest = highest
    self.full = full
    self.sourceFull = sourceFull
    depth.set(0)
    highest.set(0)
  }

  /// So many wait now.
  public func waiting(_ count: Int) {
    depth.set(count)
    highest.raise(to: count)
  }

  /// Something was refused; `fromFullSource` when only its source has too much inside.
  public func refused(fromFullSource: Bool) { (fromFullSource ? sourceFull : full).add() }
}
