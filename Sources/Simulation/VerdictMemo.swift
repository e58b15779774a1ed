import LedgerCore

/// Verdicts on signatures, each worked out once: every node of a simulation asks for the same ones.
struct VerdictMemo {
  private let chain: ChainID
  private var verdicts: [SignatureCheck: Bool] = [:]

  init(chain: ChainID) { self.chain = chain }

  /// How many are known.
  var count: Int { verdicts.count }

  mutating func verdict(_ check: SignatureCheck) -> Bool {
    if let known = verdicts[check] { return known }
    let verdict = Ed25519.verify(check, chain: chain)
    verdicts[check] = verdict
    return verdict
  }
}
