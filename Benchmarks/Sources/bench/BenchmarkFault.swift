import Foundation

/// Why a figure was not measured.
enum BenchmarkFault: Error, CustomStringConvertible {
  /// This machine has not what the figure needs.
  case unavailable(String)
  /// The subject or its peer gave a wrong result: its time says nothing.
  case broken(String)

  /// A system call failed.
  static func system(_ operation: String, _ code: Int32) -> BenchmarkFault {
    .unavailable("\(operation): \(String(cString: strerror(code)))")
  }

  var description: String {
    switch self {
    case .unavailable(let reason): reason
    case .broken(let reason): "wrong result: \(reason)"
    }
  }
}
