/// The process and its clock, under the names every exporter uses where there are such.
public struct ProcessMetrics: Sendable {
  public let cpu: Counter
  public let resident: Gauge
  public let virtual: Gauge
  public let openFiles: Gauge
  public let filesMax: Gauge
  public let startTime: Gauge
  public let threads: Gauge
  public let buildInfo: MetricFamily<Gauge>
  public let clockOffset: Gauge
  public let clockSynchronized: Gauge
  public let clockError: Gauge

  init(_ list: inout MetricList) {
    cpu = list.counter(
      "process_cpu_seconds_total", "CPU time of the process, all threads.",
      unit: .secondsFromNanoseconds)
    resident = list.gauge(
      "process_resident_memory_bytes", "Resident memory, mapped state included.", unit: .bytes)
    virtual = list.gauge("process_virtual_memory_bytes", "Address space.", unit: .bytes)
    openFiles = list.gauge("process_open_fds", "Open file descriptors.")
    filesMax = list.gauge("process_max_fds", "The limit of open file descriptors.")
    startTime = list.gauge(
      "process_start_time_seconds", "Start of the process, since 1970.",
      unit: .secondsFromMilliseconds)
    threads = list.gauge("process_threads", "Threads of the process.")
    buildInfo = list.gauges(
      "eco2_build_info", "Always 1; what runs here.",
      labels: ["version", "network", "node"])
    clockOffset = list.gauge(
      "eco2_clock_offset_seconds",
      "This clock against the others', seen in their proposals; travel time included.",
      unit: .secondsFromMilliseconds)
    clockSynchronized = list.gauge(
      "eco2_clock_synchronized", "Whether the kernel says that its clock is disciplined: 1 or 0.")
    clockError = list.gauge(
      "eco2_clock_error_seconds", "The greatest error the kernel admits.",
      unit: .secondsFromNanoseconds)
  }
}
