/// Who counts what clients do. Called on the server's threads: it counts, and never waits.
public protocol APIMeter: Sendable {
  func connectionOpened()
  func connectionClosed()
  /// A request's head is complete.
  func requestBegan()
  /// It is answered, or its connection has gone.
  ///
  /// - Parameter route: the pattern, such as `/v1/blocks/{height}`; never the path itself: the
  ///   number of routes is bounded. `other` where there is none.
  func requestEnded(route: String, status: Int, nanoseconds: UInt64)
  /// A connection or request refused before any route, for a reason out of a bounded set.
  func refused(_ reason: String)
}

/// Counts nothing.
public struct NoAPIMeter: APIMeter {
  public init() {}
  public func connectionOpened() {}
  public func connectionClosed() {}
  public func requestBegan() {}
  public func requestEnded(route: String, status: Int, nanoseconds: UInt64) {}
  public func refused(_ reason: String) {}
}
