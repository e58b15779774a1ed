import Foundation

/// What the kernel knows of its clock's discipline, by adjtimex(2): no network is asked.
public struct KernelClock: Sendable, Equatable {
  /// Whether something (chrony, ntpd, timesyncd) keeps the clock.
  public let isSynchronised: Bool
  /// Microseconds still to be corrected; negative when the clock is ahead.
  public let offsetMicroseconds: Int64
  /// The kernel's bound of the clock's error, microseconds.
  public let errorMaxMicroseconds: Int64

  public init(
    isSynchronised: Bool, offsetMicroseconds: Int64, errorMaxMicroseconds: Int64
  ) {
    self.isSynchronised = isSynchronised
    self.offsetMicroseconds = offsetMicroseconds
    self.errorMaxMicroseconds = errorMaxMicroseconds
  }

  private typealias AdjTimeX = @convention(c) (UnsafeMutableRawPointer) -> Int32

  /// Reads it; nil where the system call is not allowed. The toolchain's Glibc module leaves the
  /// function out. On 64-bit Linux `struct timex` has 208 bytes: `modes` (0: read only) at 0,
  /// `offset` at 8, `maxerror` at 24, `status` at 40; state 5 is TIME_ERROR, status bit 0x2000
  /// (STA_NANO) makes the offset nanoseconds.
  public static func read() -> KernelClock? {
    guard let symbol = unsafe dlsym(nil, "adjtimex") else { return nil }
    let call = unsafe unsafeBitCast(symbol, to: AdjTimeX.self)
    var words = [Int64](repeating: 0, count: 32)
    let state = unsafe words.withUnsafeMutableBytes { buffer in
      unsafe buffer.baseAddress.map { unsafe call($0) } ?? -1
    }
    guard state >= 0 else { return nil }
    let isNano = words[5] & 0x2000 != 0
    return KernelClock(
      isSynchronised: state != 5, offsetMicroseconds: isNano ? words[1] / 1_000 : words[1],
      errorMaxMicroseconds: words[3])
  }
}
