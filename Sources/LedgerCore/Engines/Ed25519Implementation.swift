import CLedgerCore

extension Ed25519 {
  /// The implementations, best first.
  static let implementations = ["avx512ifma", "avx2", "portable"]

  /// The name of the implementation that verifies, chosen once: the one that the environment
  /// variable ECO2_ED25519 names, else the best that the processor runs. All give the same
  /// verdicts. A program asks at its start, and stops when the environment's choice cannot be
  /// followed; nothing else would tell its operator.
  public static func implementation() throws(EngineChoiceError) -> String {
    var name: UnsafePointer<CChar>?
    let code = unsafe cl_ed25519_engine_chosen(&name)
    guard code == 0, let name = unsafe name else {
      throw .ed25519(
        runs: implementations.filter { name in unsafe cl_ed25519_engine_named(name) != nil })
    }
    return unsafe String(cString: name)
  }
}
