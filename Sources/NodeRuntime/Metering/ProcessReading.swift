import Glibc
import LedgerMetrics

/// What the kernel says of this process, its clock and its disk.
struct ProcessReading {
  /// Milliseconds since 1970 at which the process started; 0 when unknown.
  static let startMilliseconds = readStart()

  /// Reads everything into the metrics.
  static func take(into metrics: ProcessMetrics) {
    if let pages = numbers(in: "/proc/self/statm"), pages.count > 1 {
      let pageBytes = UInt64(sysconf(Int32(_SC_PAGESIZE)))
      metrics.virtual.set(pages[0] &* pageBytes)
      metrics.resident.set(pages[1] &* pageBytes)
    }
    if let count = entries(of: "/proc/self/fd") { metrics.openFiles.set(count) }
    if let count = entries(of: "/proc/self/task") { metrics.threads.set(count) }
    var limit = rlimit()
    if unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
      metrics.filesMax.set(UInt64(limit.rlim_cur))
    }
    metrics.startTime.set(startMilliseconds)
    takeClock(into: metrics)
  }

  private static func takeClock(into metrics: ProcessMetrics) {
    guard let clock = KernelClock.read() else { return }
    metrics.clockSynchronized.set(clock.isSynchronised)
    metrics.clockError.set(UInt64(clamping: clock.errorMaxMicroseconds) &* 1_000)
  }

  /// Free bytes for this process, and the size, of the file system that holds a path.
  static func disk(at path: String) -> (free: UInt64, size: UInt64)? {
    var stat = statvfs()
    guard unsafe statvfs(path, &stat) == 0 else { return nil }
    let block = UInt64(stat.f_frsize)
    return (UInt64(stat.f_bavail) &* block, UInt64(stat.f_blocks) &* block)
  }

  private static func readStart() -> UInt64 {
    // proc(5): of the fields after the name in parentheses, starttime is the twentieth, in ticks
    // since the machine's start.
    guard let text = contents(of: "/proc/self/stat"),
      let after = text.lastIndex(of: ")"),
      let boot = contents(of: "/proc/stat")?.split(separator: "\n")
        .first(where: { $0.hasPrefix("btime ") })?.dropFirst(6),
      let bootSeconds = UInt64(boot)
    else { return 0 }
    let fields = text[after...].split(separator: " ")
    guard fields.count > 20, let ticks = UInt64(fields[20]) else { return 0 }
    let ticksPerSecond = UInt64(max(1, sysconf(Int32(_SC_CLK_TCK))))
    return bootSeconds &* 1_000 &+ ticks &* 1_000 / ticksPerSecond
  }

  private static func numbers(in path: String) -> [UInt64]? {
    contents(of: path)?.split(whereSeparator: \.isWhitespace).compactMap { UInt64($0) }
  }

  private static func contents(of path: String) -> String? {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { _ = close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 64 * 1024)
    var filled = 0
    while filled < bytes.count {
      let count = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe read(descriptor, buffer.baseAddress?.advanced(by: filled), buffer.count - filled)
      }
      guard count > 0 else { break }
      filled += count
    }
    return String(decoding: bytes[..<filled], as: UTF8.self)
  }

  private static func entries(of path: String) -> Int? {
    guard let folder = unsafe opendir(path) else { return nil }
    defer { unsafe closedir(folder) }
    var count = -2
    while unsafe readdir(folder) != nil { count += 1 }
    return max(0, count)
  }
}
