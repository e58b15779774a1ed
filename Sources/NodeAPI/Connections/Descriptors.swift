import Glibc

/// The process's bound of open files, raised as far as it may be.
enum Descriptors {
  /// What everything but clients needs: the log, the state, peers.
  static let reserved = 512

  /// Raises the bound, and gives it; nil when the system does not say.
  static func raised() -> Int? {
    var limit = rlimit()
    let resource = __rlimit_resource_t(UInt32(RLIMIT_NOFILE.rawValue))
    guard unsafe getrlimit(resource, &limit) == 0 else { return nil }
    if limit.rlim_cur < limit.rlim_max {
      var wanted = limit
      wanted.rlim_cur = limit.rlim_max
      if unsafe setrlimit(resource, &wanted) == 0 { limit = wanted }
    }
    return Int(clamping: limit.rlim_cur)
  }

  /// How many clients there is room for, of those that are allowed.
  static func clients(allowed: Int, descriptors: Int?) -> Int {
    guard let descriptors else { return allowed }
    return max(16, min(allowed, descriptors - reserved))
  }
}
