/// Why a figure was not measured.
enum BenchmarkFault: Error, CustomStringConvertible {
  /// This processor has not what the engine needs.
  case unavailable(String)
  /// The subject or its peer gave a wrong result: its time says nothing.
  case broken(String)

  var description: String {
    switch self {
    case .unavailable(let reason): reason
    case .broken(let reason): "wrong result: \(reason)"
    }
  }
}
