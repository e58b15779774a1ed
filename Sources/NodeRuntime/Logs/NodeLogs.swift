import Foundation
public import Logging
import Synchronization

/// The node's log: a logger for each module, all writing whole lines to one place.
///
/// Warnings and errors that others can provoke are limited: of many in a second from one module the
/// first are written, and how many were not is said in the next second that has one.
public struct NodeLogs: Sendable {
  private let settings: NodeConfiguration.Log
  private let sink: LogSink

  /// - Parameters:
  ///   - settings: format, level, and levels of modules.
  ///   - now: milliseconds since 1970-01-01 UTC.
  ///   - write: takes one line with its end; called by one thread at a time.
  public init(
    _ settings: NodeConfiguration.Log,
    now: @escaping @Sendable () -> UInt64,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.settings = settings
    sink = LogSink(settings, now: now, write: write)
  }

  /// To standard error, by the machine's clock.
  public static func standardError(_ settings: NodeConfiguration.Log) -> NodeLogs {
    NodeLogs(settings, now: NodeClock.milliseconds) { StandardError.write($0) }
  }

  /// The logger of a module, at its level.
  public subscript(module: LogModule) -> Logger {
    let level = settings.levels[module.rawValue] ?? settings.level
    return Logger(label: module.rawValue) { label in
      LineLogHandler(label: label, level: level, sink: sink)
    }
  }
}

/// Writes a module's events as lines.
struct LineLogHandler: LogHandler {
  var metadata: Logger.Metadata = [:]
  var logLevel: Logger.Level
  private let label: String
  private let sink: LogSink

  init(label: String, level: Logger.Level, sink: LogSink) {
    self.label = label
    logLevel = level
    self.sink = sink
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    var fields = metadata
    if let own = event.metadata { fields.merge(own) { _, new in new } }
    if let error = event.error { fields["error"] = "\(error)" }
    sink.write(
      LogLine(
        time: 0, level: event.level, module: label, message: event.message.description,
        fields: fields))
  }
}

/// Where lines go, one at a time, so that no line is torn.
final class LogSink: Sendable {
  private let format: NodeConfiguration.LogFormat
  private let hasPriority: Bool
  private let now: @Sendable () -> UInt64
  private let output: @Sendable (String) -> Void
  private struct Limits {
    var budgets: [String: WarningBudget] = [:]
    var repeated = RepeatedWarnings()
  }

  private let limits = Mutex(Limits())

  init(
    _ settings: NodeConfiguration.Log, now: @escaping @Sendable () -> UInt64,
    write: @escaping @Sendable (String) -> Void
  ) {
    format = settings.format
    hasPriority =
      switch settings.priorityPrefix {
      case .always: true
      case .never: false
      case .auto: StandardError.isJournal
      }
    self.now = now
    output = write
  }

  func write(_ line: LogLine) {
    var line = line
    line.time = now()
    // The lock is held while writing: it is also what keeps lines apart.
    limits.withLock { limits in
      if line.level == .warning || line.level == .error {
        let second = line.time / 1_000
        let said = line.said
        guard !limits.repeated.isQuiet(said, second: second) else { return }
        let (isShown, unshown) = limits.budgets[line.module, default: WarningBudget()]
          .next(second: second)
        if unshown > 0 {
          let note = LogLine(
            time: line.time, level: .warning, module: line.module,
            message: "more warnings were not written", fields: ["count": "\(unshown)"])
          output(note.written(as: format, hasPriority: hasPriority))
        }
        guard isShown else { return }
        let times = limits.repeated.writes(said, second: second)
        if times > 0 { line.fields["repeated"] = "\(times)" }
      }
      output(line.written(as: format, hasPriority: hasPriority))
    }
  }
}

/// The process's standard error.
enum StandardError {
  /// Whether it is the system's journal: `JOURNAL_STREAM` names its device and inode
  /// (systemd.exec(5)).
  static var isJournal: Bool {
    guard let named = ProcessInfo.processInfo.environment["JOURNAL_STREAM"] else { return false }
    var status = stat()
    guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
    return named == "\(status.st_dev):\(status.st_ino)"
  }

  /// Writes all of a line; what cannot be written is lost, since there is nowhere to say so.
  static func write(_ line: String) {
    var bytes = Array(line.utf8)[...]
    while !bytes.isEmpty {
      let written = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Foundation.write(STDERR_FILENO, buffer.baseAddress, buffer.count)
      }
      if written < 0, errno == EINTR { continue }
      guard written > 0 else { return }
      bytes = bytes.dropFirst(written)
    }
  }
}
