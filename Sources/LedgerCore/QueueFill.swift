/// How full something is that a machine keeps on behalf of others.
public struct QueueFill: Hashable, Sendable {
  public let name: String
  public let count: Int
  /// It never holds more.
  public let limit: Int

  public init(_ name: String, _ count: Int, of limit: Int) {
    self.name = name
    self.count = count
    self.limit = limit
  }
}
