import CLedgerCore

/// The implementations of signatures and hashes that this process uses, by name. They differ in
/// speed only.
///
/// Each is the fastest that the processor runs, unless the environment names another:
/// `ECO2_ED25519`, `ECO2_SHA256` and `ECO2_SHA512` (which serves Ed25519).
public struct EngineChoice: Hashable, Sendable {
  public let ed25519: String
  public let sha256: String
  public let sha512: String

  /// What was chosen. A program asks at its start, and stops when the environment's choice cannot
  /// be followed; nothing else would tell its operator.
  public static func current() throws(EngineChoiceError) -> EngineChoice {
    EngineChoice(
      ed25519: try Ed25519.implementation(), sha256: try SHA256.implementation(),
      sha512: try sha512())
  }

  private static func sha512() throws(EngineChoiceError) -> String {
    var name: UnsafePointer<CChar>?
    let code = unsafe cl_sha512_engine_chosen(&name)
    guard code == 0, let name = unsafe name else {
      throw .sha512(
        runs: ["avx512", "avx2", "evp"]
          .filter { name in unsafe cl_sha512_engine_named(name) != nil })
    }
    return unsafe String(cString: name)
  }
}

extension SHA256 {
  /// The implementations, best first.
  static let implementations = ["avx512", "shani", "avx2", "evp"]

  /// The name of the implementation that hashes, chosen once: the one that the environment variable
  /// ECO2_SHA256 names, else the best that the processor runs. All give the same digests.
  public static func implementation() throws(EngineChoiceError) -> String {
    var name: UnsafePointer<CChar>?
    let code = unsafe cl_sha256_engine_chosen(&name)
    guard code == 0, let name = unsafe name else {
      throw .sha256(
        runs: implementations.filter { name in unsafe cl_sha256_engine_named(name) != nil })
    }
    return unsafe String(cString: name)
  }
}

/// Why the environment's choice of an implementation cannot be followed: it names none that this
/// processor runs. `runs` are those it does.
public enum EngineChoiceError: Error, Hashable, Sendable, CustomStringConvertible {
  case ed25519(runs: [String])
  case sha256(runs: [String])
  case sha512(runs: [String])

  public var description: String {
    switch self {
    case .ed25519(let names): Self.text("ECO2_ED25519", names)
    case .sha256(let names): Self.text("ECO2_SHA256", names)
    case .sha512(let names): Self.text("ECO2_SHA512", names)
    }
  }

  private static func text(_ variable: String, _ names: [String]) -> String {
    "\(variable) names no implementation that this processor runs; it runs "
      + names.joined(separator: ", ")
  }
}
