/// The way from a seed to a key: hardened steps, as Ed25519 has no others (SLIP-0010).
public struct DerivationPath: Hashable, Sendable, CustomStringConvertible {
  /// The second step of BIP-44: the ASCII bytes "eco2" as a big-endian number, 1701015346. Not
  /// registered in SLIP-0044, where nothing else has it (decision 0020).
  public static let coinType: UInt32 = 0x6563_6F32

  /// Each step without the hardening bit, 0 … `WalletLimits.indexMax`.
  public let steps: [UInt32]

  /// Nil when a step is over 2^31 − 1, or there are more than `WalletLimits.pathStepsMax`.
  public init?(_ steps: [UInt32]) {
    guard steps.count <= WalletLimits.pathStepsMax,
      steps.allSatisfy({ $0 <= WalletLimits.indexMax })
    else { return nil }
    self.steps = steps
  }

  /// The path of the account of an index: `m/44'/1701015346'/INDEX'`; nil when the index is over
  /// 2^31 − 1. The same on main and test networks: what is signed names its chain.
  public init?(account index: UInt32) {
    self.init([44, Self.coinType, index])
  }

  /// Reads `m/44'/0'`, with `'`, `h` or `H` after each number; nil for anything else.
  public init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.first == "m", parts.count <= WalletLimits.pathStepsMax + 1 else { return nil }
    var steps: [UInt32] = []
    for part in parts.dropFirst() {
      guard let mark = part.last, "'hH".contains(mark), part.utf8.count <= 11,
        part.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }),
        let step = UInt32(part.dropLast())
      else { return nil }
      steps.append(step)
    }
    self.init(steps)
  }

  public var description: String {
    "m" + steps.map { "/\($0)'" }.joined()
  }
}
