import Glibc

/// CPU time used and time passed, by the kernel's own accounting.
public enum CPUClock {
  /// Nanoseconds of CPU time of the calling thread.
  public static func threadNanoseconds() -> UInt64 { read(CLOCK_THREAD_CPUTIME_ID) }

  /// Nanoseconds of CPU time of the whole process, all threads.
  public static func processNanoseconds() -> UInt64 { read(CLOCK_PROCESS_CPUTIME_ID) }

  /// Nanoseconds that have passed since some moment: for durations.
  public static func monotonicNanoseconds() -> UInt64 { read(CLOCK_MONOTONIC) }

  private static func read(_ clock: clockid_t) -> UInt64 {
    var time = timespec()
    guard unsafe clock_gettime(clock, &time) == 0 else { return 0 }
    return UInt64(time.tv_sec) &* 1_000_000_000 &+ UInt64(time.tv_nsec)
  }
}
