import LedgerCore
import LedgerMetrics
import Testing

@testable import NodeRuntime

@Suite("Signatures are verified alone or together, with the same verdict")
struct SignatureVerifierTests {
  private let chain = ChainID(bytes(9))
  private let metrics = NodeMetrics()
  private let keys: [SigningKey] = (1...12).compactMap {
    SigningKey(seed: [UInt8](repeating: $0, count: 32))
  }

  private func verifier(workers: Int? = nil) -> SignatureVerifier {
    SignatureVerifier(
      chain: chain, workers: workers.flatMap { try? WorkerPool(workers: $0) }, metrics: metrics)
  }

  /// One check a key, over a message of its own; the ones at `bad` have another message's.
  private func checks(
    _ keys: [SigningKey], domain: SigningDomain = .prepare, bad: Set<Int> = []
  ) -> [SignatureCheck] {
    keys.enumerated().map { index, key in
      let message = [UInt8](repeating: UInt8(index), count: 160)
      let signature = key.sign(prefix: domain.prefix(chain), message: message[...])
      return SignatureCheck(
        domain: domain, message: (bad.contains(index) ? [1] + message : message)[...],
        key: key.publicKey, signature: signature)
    }
  }

  private func line(_ start: String) -> Substring? {
    metrics.text().split(separator: "\n").first { $0.hasPrefix(start) }
  }

  @Test("few of known keys are verified alone, many or unknown ones together", arguments: [0, 2])
  func ways(workers: Int) {
    let verifier = verifier(workers: workers)
    verifier.prepare(keys[..<9].map(\.publicKey))
    for (members, way) in [(keys[..<7], "prepared"), (keys[..<8], "batch"), (keys[8...], "batch")] {
      for bad in [[], [0], [2, 3], [0, 1, 2, 3]] as [Set<Int>] {
        let before = line("eco2_signatures_total{way=\"\(way)\"}")
        let verdicts = verifier.verify(checks(Array(members), bad: bad))
        #expect(verdicts == members.indices.map { !bad.contains($0 - members.startIndex) })
        #expect(line("eco2_signatures_total{way=\"\(way)\"}") != before)
      }
    }
    #expect(verifier.verify([]).isEmpty)
  }

  @Test("a bundle's header is verified alone, the transactions with it together")
  func bundles() {
    let verifier = verifier(workers: 0)
    verifier.prepare(keys[..<2].map(\.publicKey))
    let transactions = checks(keys, domain: .transaction, bad: [4])
    for bad in [[], [0]] as [Set<Int>] {
      let header = checks([keys[1]], domain: .bundle, bad: bad)
      let verdicts = verifier.verify(header + transactions)
      #expect(verdicts == [bad.isEmpty] + (0..<12).map { $0 != 4 })
    }
    #expect(line("eco2_signatures_total{way=\"prepared\"}")?.hasSuffix(" 2") == true)
    #expect(line("eco2_signatures_total{way=\"batch\"}")?.hasSuffix(" 24") == true)
  }

  @Test("a known key's signature of another domain or chain is invalid")
  func domains() {
    let verifier = verifier(workers: 0)
    verifier.prepare(keys.map(\.publicKey))
    let check = checks([keys[0]])[0]
    let other = SignatureCheck(
      domain: .commit, message: check.message, key: check.key, signature: check.signature)
    #expect(verifier.verify([check, other]) == [true, false])
    let foreign = SignatureVerifier(
      chain: ChainID(bytes(8)), workers: nil, metrics: metrics)
    foreign.prepare(keys.map(\.publicKey))
    #expect(foreign.verify([check]) == [false])
  }

  @Test("keys of a set that is no more are not kept; those that stay are")
  func sets() {
    let verifier = verifier()
    verifier.prepare(keys[..<2].map(\.publicKey))
    verifier.prepare(keys[1..<3].map(\.publicKey))
    #expect(verifier.verify(checks([keys[1], keys[2]])) == [true, true])
    #expect(line("eco2_signatures_total{way=\"prepared\"}")?.hasSuffix(" 2") == true)
    #expect(verifier.verify(checks([keys[0]])) == [true])
    #expect(line("eco2_signatures_total{way=\"batch\"}")?.hasSuffix(" 1") == true)
  }

  @Test("senders seen before are found decoded, and that is counted")
  func senders() {
    let verifier = verifier(workers: 0)
    for _ in 0..<3 { _ = verifier.verify(checks(keys, domain: .transaction)) }
    verifier.count()
    #expect(line("eco2_sender_keys_total{result=\"decoded\"}")?.hasSuffix(" 12") == true)
    #expect(line("eco2_sender_keys_total{result=\"found\"}")?.hasSuffix(" 24") == true)
  }
}
