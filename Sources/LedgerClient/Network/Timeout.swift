/// Runs a call that ends, with an error, when its time is over.
func withTimeout<Value: Sendable>(
  _ milliseconds: Int64, _ body: @escaping @Sendable () async throws(ClientError) -> Value
) async throws(ClientError) -> Value {
  guard milliseconds > 0 else { throw .timedOut(milliseconds: milliseconds) }
  let result = await withTaskGroup(of: Result<Value, ClientError>.self) { group in
    group.addTask {
      do throws(ClientError) { return .success(try await body()) } catch { return .failure(error) }
    }
    group.addTask {
      try? await ContinuousClock().sleep(for: .milliseconds(milliseconds))
      return .failure(.timedOut(milliseconds: milliseconds))
    }
    let first = await group.next() ?? .failure(.cancelled)
    group.cancelAll()
    return first
  }
  if Task.isCancelled, case .failure = result { throw .cancelled }
  return try result.get()
}

extension Duration {
  /// Whole milliseconds, at least 0, at most a century.
  var wholeMilliseconds: Int64 {
    let century: Int64 = 3_155_760_000_000
    let (seconds, attoseconds) = components
    guard seconds >= 0, seconds < century / 1_000 else { return seconds < 0 ? 0 : century }
    return seconds * 1_000 + max(0, attoseconds / 1_000_000_000_000_000)
  }
}
