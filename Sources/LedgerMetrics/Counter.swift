import Synchronization

/// A number that only grows, counted from any thread.
public final class Counter: Sendable {
  private let total = Atomic<UInt64>(0)

  public init() {}

  public func add(_ amount: UInt64 = 1) {
    total.wrappingAdd(amount, ordering: .relaxed)
  }

  public var value: UInt64 { total.load(ordering: .relaxed) }
}

/// A number that goes up and down, set from any thread.
public final class Gauge: Sendable {
  private let current = Atomic<UInt64>(0)

  public init() {}

  public func set(_ value: UInt64) { current.store(value, ordering: .relaxed) }

  public var value: UInt64 { current.load(ordering: .relaxed) }
}
