import HTTPTypes
import Hummingbird
import NIOCore

/// Reads bodies, each bounded, and all together.
struct RequestBodies: Sendable {
  let bytesMax: Int
  private let budget: ByteBudget

  init(_ settings: APISettings) {
    bytesMax = settings.bodyBytesMax
    budget = ByteBudget(
      bytesMax: settings.bodiesBytesMax, bindsLoopback: settings.limitsLoopback)
  }

  /// A request's whole body.
  func read(_ call: Call) async throws -> [UInt8] {
    if let length = call.header(.contentLength).flatMap({ Decimal.parse($0) }),
      length > UInt64(bytesMax)
    {
      throw Problem.bodyTooLarge.error
    }
    guard let lease = budget.lease(0, for: call.client) else { throw Problem.busy.error }
    defer { lease.end() }
    var body: [UInt8] = []
    for try await piece in call.request.body {
      guard body.count + piece.readableBytes <= bytesMax else {
        throw Problem.bodyTooLarge.error
      }
      guard lease.grow(piece.readableBytes) else {
        throw Problem.busy.because("Too many bodies are being read.", retryAfterSeconds: 1)
      }
      body.append(contentsOf: piece.readableBytesView)
    }
    return body
  }
}
