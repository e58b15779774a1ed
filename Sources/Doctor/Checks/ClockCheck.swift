import NodeRuntime

/// Whether the machine's clock is kept, by the kernel's word: no network is asked.
enum ClockCheck {
  static func kernel() -> [Finding] { judge(KernelClock.read()) }

  static func judge(_ clock: KernelClock?) -> [Finding] {
    var notes = Notes("clock")
    let keep = "run chrony or systemd-timesyncd; a node refuses proposals 500 ms ahead of its clock"
    guard let clock else {
      notes.warning("the kernel does not say how good its clock is", keep)
      return notes.findings
    }
    let offset = abs(clock.offsetMicroseconds) / 1_000
    if !clock.isSynchronised {
      notes.warning("nothing keeps the machine's clock (not synchronised)", keep)
    } else if offset >= Thresholds.clockProblemMilliseconds {
      notes.problem("the clock is \(offset) ms off", keep)
    } else if offset >= Thresholds.clockWarningMilliseconds {
      notes.warning("the clock is \(offset) ms off", keep)
    } else if clock.errorMaxMicroseconds >= Thresholds.clockErrorWarningMicroseconds {
      notes.warning(
        "the clock may be \(clock.errorMaxMicroseconds / 1_000) ms off",
        "its time servers answer too seldom or are too far; add nearer ones")
    } else {
      notes.ok("the clock is kept: \(clock.offsetMicroseconds) µs to correct")
    }
    return notes.findings
  }
}
