import LedgerCore
import NodeAnswers

extension Call {
  /// A page of a list in the order of keys; cursors are keys in hexadecimal.
  func keyed<Item: Codable & Equatable & Sendable>(
    read: ([UInt8]?, Int) async throws -> [Keyed<Item>]
  ) async throws -> Answer {
    let limit = try limit()
    let after = try query["cursor"].map { text throws(APIError) in
      guard let key = Hex.decode(text), (1...256).contains(key.count) else {
        throw Problem.badCursor.because("This list's cursors are hexadecimal.")
      }
      return key
    }
    let found = try await read(after, limit + 1)
    var page = PageAnswer(items: found.prefix(limit).map(\.item))
    if found.count > limit { page.next = Hex.encode(found[limit - 1].key) }
    return try .json(page)
  }

  /// A page of a list of numbered items, the highest first.
  func newest<Item: Codable & Equatable & Sendable>(
    number: (Item) -> UInt64, read: (UInt64?, Int) async throws -> [Item]
  ) async throws -> Answer {
    let limit = try limit()
    let before = try query["cursor"].map(Paging.index).map(UInt64.init)
    let found = try await read(before, limit + 1)
    var page = PageAnswer(items: Array(found.prefix(limit)))
    if found.count > limit, let last = page.items.last { page.next = "\(number(last))" }
    return try .json(page)
  }
}
