import Benchmark
import LedgerCore

// Single figures, for finding out what a change did to one thing: `make bench` is the table with
// peers. What is measured is the Swift face, as the node calls it.
let benchmarks: @Sendable () -> Void = {
  let short = Benchmark.Configuration(
    metrics: [.wallClock, .throughput], scalingFactor: .kilo, maxDuration: .seconds(3))
  let long = Benchmark.Configuration(
    metrics: [.wallClock, .throughput], scalingFactor: .one, maxDuration: .seconds(3))

  Benchmark("SHA-256 of 150 bytes", configuration: short) { benchmark in
    let bytes = [UInt8](repeating: 7, count: 150)
    for _ in benchmark.scaledIterations { blackHole(SHA256.hash(bytes[...])) }
  }

  Benchmark("ids of 1,024 transactions of 200 bytes", configuration: long) { benchmark in
    let messages = (0..<1024).map { [UInt8](repeating: UInt8($0 % 256), count: 200) }
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { blackHole(SHA256.hashes(of: messages)) }
  }

  Benchmark("Merkle root of 4,096 leaf hashes", configuration: long) { benchmark in
    let leaves = (0..<4096).map { SHA256.hash([UInt8($0 % 256), UInt8($0 / 256)]) }
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations { blackHole(MerkleTree.root(leafHashes: leaves)) }
  }

  Benchmark("1,024 signatures through a batch", configuration: long) { benchmark in
    let signed = SignedMessage.make(1024)
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      var batch = SignatureBatch(prefix: [])
      for one in signed {
        batch.append(message: one.message, signature: one.signature, key: one.key)
      }
      let verdicts = batch.verify()
      precondition(verdicts.allValid, "good signatures hold")
    }
  }

  Benchmark("a signature with a prepared key", configuration: long) { benchmark in
    let one = SignedMessage.make(1)[0]
    guard let key = PreparedKey(one.key) else { return benchmark.error("no key was prepared") }
    benchmark.startMeasurement()
    for _ in benchmark.scaledIterations {
      precondition(key.verify(one.signature, prefix: [], message: one.message[...]), "it holds")
    }
  }
}

/// A message of 160 bytes, with a key of its own.
struct SignedMessage {
  let message: [UInt8]
  let signature: Signature
  let key: PublicKey

  static func make(_ count: Int) -> [SignedMessage] {
    (0..<count).compactMap { index in
      let seed = SHA256.hash([UInt8(index % 256), UInt8(index / 256)]).bytes.array
      let message = [UInt8](repeating: UInt8(index % 256), count: 160)
      return SigningKey(seed: seed).map {
        SignedMessage(
          message: message, signature: $0.sign(prefix: [], message: message[...]),
          key: $0.publicKey)
      }
    }
  }
}
