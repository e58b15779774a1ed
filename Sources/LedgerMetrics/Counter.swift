import Synchronization

/// A number that only grows, counted from any thread: one atomic addition.
public final class Counter: MetricInstrument {
  private let total = Atomic<UInt64>(0)

  public init() {}

  public func add(_ amount: UInt64 = 1) {
    total.wrappingAdd(amount, ordering: .relaxed)
  }

  /// Takes over a number that is kept elsewhere and only grows there; a smaller one is no news.
  public func follow(_ value: UInt64) { total.max(value, ordering: .relaxed) }

  public var value: UInt64 { total.load(ordering: .relaxed) }

  public func write(_ declaration: MetricDeclaration, labels: String, to text: inout String) {
    text += declaration.name
    if !labels.isEmpty { text += "{\(labels)}" }
    text += " \(declaration.unit.text(value))\n"
  }
}

/// A number that goes up and down, set from any thread; without a value until it is set.
public final class Gauge: MetricInstrument {
  private static let none = Int64.min
  private let current = Atomic<Int64>(Gauge.none)

  public init() {}

  public func set(_ value: Int64) { current.store(value, ordering: .relaxed) }
  public func set(_ value: UInt64) { set(Int64(clamping: value)) }
  public func set(_ value: Int) { set(Int64(value)) }
  public func set(_ value: Bool) { set(value ? 1 : 0) }

  /// Takes the value when it is above what is there.
  public func raise(to value: Int) {
    current.max(Int64(value), ordering: .relaxed)
  }

  public func add(_ change: Int64) {
    let isFirst = current.compareExchange(
      expected: Self.none, desired: change, ordering: .relaxed
    ).exchanged
    if !isFirst { current.wrappingAdd(change, ordering: .relaxed) }
  }

  /// Takes the value away: nothing is known.
  public func clear() { current.store(Self.none, ordering: .relaxed) }

  /// 0 while there is none.
  public var value: Int64 {
    let value = current.load(ordering: .relaxed)
    return value == Self.none ? 0 : value
  }

  public func write(_ declaration: MetricDeclaration, labels: String, to text: inout String) {
    let value = current.load(ordering: .relaxed)
    guard value != Self.none else { return }
    text += declaration.name
    if !labels.isEmpty { text += "{\(labels)}" }
    text += value < 0 ? " -" : " "
    text += "\(declaration.unit.text(value.magnitude))\n"
  }
}
