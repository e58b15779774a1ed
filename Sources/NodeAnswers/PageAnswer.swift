/// One page of a list, and how to ask for the next.
public struct PageAnswer<Item: Codable & Equatable & Sendable>: Codable, Equatable, Sendable {
  public var items: [Item]
  /// Give it as `cursor` to get the next page; absent on the last.
  public var next: String?

  public init(items: [Item], next: String? = nil) {
    self.items = items
    self.next = next
  }
}

/// Bounds of a page.
public enum PageFormat {
  /// Items when the request names no `limit`.
  public static let itemsDefault = 50
  /// Items at most.
  public static let itemsMax = 500
}
