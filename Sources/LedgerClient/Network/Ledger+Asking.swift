import LedgerCore
import NodeAnswers
import Synchronization

/// How one of several nodes is brought to answer.
extension Ledger {
  /// What came of asking one node.
  enum Attempt<Answer: Sendable>: Sendable {
    case answer(Answer)
    /// The node may be ill: it rests.
    case failed(ClientError)
    /// The node is well, and another may know more.
    case elsewhere(ClientError)
  }

  /// Asks the nodes in the order of `NodeStandings` until one answers, in two rounds at most.
  ///
  /// - Parameters:
  ///   - height: the height an answer shows; one below `heightSeen` is only taken when no node has
  ///     a later one, so that what was seen once does not go away again.
  ///   - check: throws why an answer is false; its node is not asked again for a long time.
  func ask<Answer: Sendable>(
    height: @escaping @Sendable (Answer) -> UInt64? = { _ in nil },
    check: @escaping @Sendable (Answer) throws(VerificationError) -> Void = { _ in },
    _ question: @escaping @Sendable (NodeClient) async throws(ClientError) -> Answer
  ) async throws(ClientError) -> Answer {
    try await withTimeout(callTimeout.wholeMilliseconds) { () async throws(ClientError) in
      try await self.askInRounds(height: height, check: check, question)
    }
  }

  private func askInRounds<Answer: Sendable>(
    height: @Sendable (Answer) -> UInt64?,
    check: @Sendable (Answer) throws(VerificationError) -> Void,
    _ question: @Sendable (NodeClient) async throws(ClientError) -> Answer
  ) async throws(ClientError) -> Answer {
    refreshIfStale()
    var failures: [NodeFailure] = []
    var last: ClientError?
    var refusal: ClientError?
    var isLie = false
    var behind: (height: UInt64, answer: Answer)?
    for round in 0..<2 {
      try await waitUntilOneOpens()
      var mayRecover = false
      for index in order() {
        switch await attempt(index, question) {
        case .answer(let answer):
          do { try check(answer) } catch {
            // An old proof is no lie.
            if case .tooOld = error {} else { standings.withLock { $0.lied(index, now: now) } }
            failures.append(NodeFailure(node: nodes[index].node, reason: "\(error)"))
            isLie = true
            continue
          }
          guard let shown = height(answer) else { return answer }
          let seen = heightSeen
          standings.withLock { $0.succeeded(index, height: shown) }
          if shown >= seen { return answer }
          if shown >= behind?.height ?? 0 { behind = (shown, answer) }
        case .failed(let error):
          (last, mayRecover) = (error, true)
          failures.append(NodeFailure(nodes[index].node, error))
        case .elsewhere(let error):
          refusal = refusal ?? error
          failures.append(NodeFailure(nodes[index].node, error))
        }
      }
      if behind != nil || refusal != nil || !mayRecover || round == 1 { break }
      try await pause(ClientLimits.backoffMillisecondsMin)
    }
    if let behind { return behind.answer }
    if isLie { throw .notProved(failures) }
    if let refusal { throw refusal }
    if nodes.count == 1, let last { throw last }
    throw .noNode(failures)
  }

  /// The order in which to ask now.
  func order() -> [Int] { standings.withLock { $0.order(now: now) } }

  /// Asks one node, and notes whether it is well.
  func attempt<Answer: Sendable>(
    _ index: Int, _ question: @Sendable (NodeClient) async throws(ClientError) -> Answer
  ) async -> Attempt<Answer> {
    do throws(ClientError) {
      try await ensureChain(index)
      let answer = try await question(nodes[index])
      standings.withLock { $0.succeeded(index) }
      return .answer(answer)
    } catch {
      switch error {
      case .refused(404, _, _, _), .refused(501, _, _, _), .refused(500, _, _, _), .wrongChain,
        .cancelled, .tooManyRequests:
        return .elsewhere(error)
      case _ where error.isOfNode:
        standings.withLock {
          $0.failed(index, now: now, retryAfterMilliseconds: error.retryAfterMilliseconds)
        }
        return .failed(error)
      default:
        return .elsewhere(error)
      }
    }
  }

  /// A node that was not there at first must be of the chain before anything of it counts.
  private func ensureChain(_ index: Int) async throws(ClientError) {
    guard !standings.withLock({ $0.list[index].isOfChain }) else { return }
    try take(index, try await nodes[index].status())
  }

  private func take(_ index: Int, _ status: StatusAnswer) throws(ClientError) {
    guard status.chain == facts.chain.hex else {
      standings.withLock { $0.lied(index, now: now) }
      throw .wrongChain(
        nodes[index].node, found: String(status.chain.prefix(64)), expected: facts.chain.hex)
    }
    standings.withLock {
      $0.isOfChain(index)
      $0.stands(index, at: status.height)
    }
  }

  /// Learns in the background where all nodes stand, once in a while.
  private func refreshIfStale() {
    guard standings.withLock({ $0.isTimeToAsk(now: now) }) else { return }
    for index in nodes.indices where !standings.withLock({ $0.rests(index, now: now) }) {
      Task { await self.refresh(index) }
    }
  }

  private func refresh(_ index: Int) async {
    do throws(ClientError) {
      try take(index, try await nodes[index].status())
    } catch {
      guard error.isOfNode else { return }
      standings.withLock {
        $0.failed(index, now: now, retryAfterMilliseconds: error.retryAfterMilliseconds)
      }
    }
  }

  /// Where every node has said when it wants to be asked again: waits until the first one does.
  func waitUntilOneOpens(deadline: Int64 = .max) async throws(ClientError) {
    guard let opens = standings.withLock({ $0.opensAt(now: now) }) else { return }
    try await pause(max(1, min(opens, deadline) - now))
  }

  func pause(_ milliseconds: Int64) async throws(ClientError) {
    do {
      try await ContinuousClock().sleep(for: .milliseconds(milliseconds))
    } catch {
      throw .cancelled
    }
  }
}
