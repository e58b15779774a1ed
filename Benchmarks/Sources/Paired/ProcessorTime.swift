import Foundation

/// What this process has used of processors: of work that never waits, it is the time that the work
/// takes on a core of its own, also where others share the machine.
public enum ProcessorTime {
  /// Since the process began; zero where the system does not tell.
  public static var used: Duration {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else { return .zero }
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// What the work uses.
  public static func measure(_ work: () throws -> Void) rethrows -> Duration {
    let begun = used
    try work()
    return used - begun
  }
}
