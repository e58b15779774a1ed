import NIOCore

/// The connections to one node: a bounded number, each with one request at a time; those that find
/// none free wait in the order they came.
actor ConnectionPool {
  private struct Waiter {
    let number: UInt64
    let continuation: CheckedContinuation<Bool, Never>
  }

  private let node: NodeAddress
  private let group: any EventLoopGroup
  private let connectionsMax: Int
  private var idle: [HTTPConnection] = []
  private var busy: [ObjectIdentifier: HTTPConnection] = [:]
  /// Requests that hold one of the places, with or without a connection yet.
  private var placesTaken = 0
  private var waiters: [Waiter] = []
  private var nextNumber: UInt64 = 0

  init(
    node: NodeAddress, group: any EventLoopGroup,
    connectionsMax: Int = ClientLimits.connectionsPerNodeMax
  ) {
    self.node = node
    self.group = group
    self.connectionsMax = connectionsMax
  }

  /// Sends a request over a free connection, a new one where none is; waits for one at the bound.
  func send(_ request: HTTPRequest) async throws(ClientError) -> HTTPResponse {
    let clock = ContinuousClock()
    let deadline = clock.now + .milliseconds(request.timeoutMilliseconds)
    func left() throws(ClientError) -> Int64 {
      guard !Task.isCancelled else { throw .cancelled }
      let left = Int64((deadline - clock.now) / .milliseconds(1))
      guard left > 0 else { throw .timedOut(milliseconds: request.timeoutMilliseconds) }
      return left
    }
    try await takePlace(timeoutMilliseconds: request.timeoutMilliseconds)
    defer { leavePlace() }
    while true {
      let reused = takeIdle()
      let connection: HTTPConnection
      if let reused {
        connection = reused
      } else {
        connection = try await HTTPConnection.open(
          node, on: group, timeoutMilliseconds: try left())
      }
      busy[ObjectIdentifier(connection)] = connection
      defer { busy[ObjectIdentifier(connection)] = nil }
      do {
        let response = try await connection.send(request, timeoutMilliseconds: try left())
        // Not when `close` has come in between.
        let isKept = busy[ObjectIdentifier(connection)] != nil && response.keepsAlive
        if isKept, connection.isOpen { idle.append(connection) } else { connection.close() }
        return response
      } catch ClientError.connectionClosed where reused != nil {
        // The node had closed it meanwhile, as it may, and others with it. Everything asked can be
        // asked twice.
        for connection in idle { connection.close() }
        idle = []
        continue
      } catch {
        connection.close()
        if case .timedOut = error {
          throw .timedOut(milliseconds: request.timeoutMilliseconds)
        }
        throw error
      }
    }
  }

  /// Closes every connection; requests under way fail.
  func close() {
    for connection in idle { connection.close() }
    idle = []
    for connection in busy.values { connection.close() }
    busy = [:]
  }

  private func takeIdle() -> HTTPConnection? {
    while let connection = idle.popLast() {
      if connection.isOpen { return connection }
    }
    return nil
  }

  private func takePlace(timeoutMilliseconds: Int64) async throws(ClientError) {
    guard placesTaken >= connectionsMax else {
      placesTaken += 1
      return
    }
    guard waiters.count < ClientLimits.requestsQueuedMax else { throw .tooManyRequests }
    nextNumber += 1
    let number = nextNumber
    let timer = group.next().scheduleTask(in: .milliseconds(timeoutMilliseconds)) {
      Task { await self.giveUp(number) }
    }
    defer { timer.cancel() }
    let hasPlace = await withTaskCancellationHandler {
      await withCheckedContinuation {
        waiters.append(Waiter(number: number, continuation: $0))
      }
    } onCancel: {
      Task { await self.giveUp(number) }
    }
    // A cancellation before the continuation stood in the list leaves it there: it gets its turn,
    // and the request is found cancelled then.
    guard hasPlace else {
      throw Task.isCancelled ? .cancelled : .timedOut(milliseconds: timeoutMilliseconds)
    }
  }

  private func giveUp(_ number: UInt64) {
    guard let index = waiters.firstIndex(where: { $0.number == number }) else { return }
    waiters.remove(at: index).continuation.resume(returning: false)
  }

  /// Hands the place to the next that waits.
  private func leavePlace() {
    if waiters.isEmpty {
      placesTaken -= 1
    } else {
      waiters.removeFirst().continuation.resume(returning: true)
    }
  }
}
