/// Does something for each of many things, so many at a time; answers in their order. The first
/// error ends it.
func concurrently<Item: Sendable, Result: Sendable>(
  _ items: [Item], atOnce: Int, _ body: @escaping @Sendable (Item) async throws -> Result
) async throws -> [Result] {
  try await withThrowingTaskGroup(of: (Int, Result).self) { group in
    var results = [Result?](repeating: nil, count: items.count)
    for (number, item) in items.enumerated() {
      if number >= atOnce, let (done, result) = try await group.next() { results[done] = result }
      group.addTask { (number, try await body(item)) }
    }
    for try await (done, result) in group { results[done] = result }
    return results.compactMap { $0 }
  }
}
