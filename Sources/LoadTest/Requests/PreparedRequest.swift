import LedgerClient
import LedgerCore
import NodeAnswers

/// A request's bytes as they go over the wire, made before the clock runs.
struct PreparedRequest: Sendable {
  let bytes: [UInt8]

  static func get(_ path: String, from node: NodeAddress) -> PreparedRequest {
    PreparedRequest(bytes: Array("GET \(path) HTTP/1.1\r\nHost: \(node)\r\n\r\n".utf8))
  }

  /// A submission of one transaction.
  static func submission(_ transaction: ArraySlice<UInt8>, to node: NodeAddress)
    -> PreparedRequest
  {
    let head =
      "POST /v1/transactions HTTP/1.1\r\nHost: \(node)\r\n"
      + "Content-Type: \(SubmissionFormat.oneContentType)\r\n"
      + "Content-Length: \(transaction.count)\r\n\r\n"
    return PreparedRequest(bytes: Array(head.utf8) + transaction)
  }
}

/// What a connection sends, one request after another.
enum RequestSource: Sendable {
  /// The same again and again.
  case same(PreparedRequest)
  /// Each once, on whichever connection is free.
  case each([PreparedRequest])

  /// The request of this number; nil behind the last.
  func request(_ number: Int) -> PreparedRequest? {
    switch self {
    case .same(let request): request
    case .each(let list): number < list.count ? list[number] : nil
    }
  }
}
