import CLedgerCore

/// Bytes from the operating system's CSPRNG (`getrandom(2)`). Never used by state machines or
/// rules.
public enum SystemRandom {
  /// `count` random bytes, or the kernel's refusal.
  public static func bytes(_ count: Int) throws(SystemRandomError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: max(0, count))
    let code = unsafe bytes.withUnsafeMutableBytes { out in
      unsafe cl_random_bytes(out.bytePointer, out.count)
    }
    guard code == 0 else { throw .refused(errno: -code) }
    return bytes
  }
}

/// Why no random bytes came.
public enum SystemRandomError: Error, Hashable {
  /// The kernel refused, with this `errno`.
  case refused(errno: Int32)
}
