import Benchmark
import LedgerCore

// Single figures, for finding out what a change did to one thing: `make bench` is the table.
let benchmarks: @Sendable () -> Void = {
  let configuration = Benchmark.Configuration(
    metrics: [.wallClock, .throughput], scalingFactor: .kilo, maxDuration: .seconds(3))

  Benchmark("SHA-256 of 150 bytes", configuration: configuration) { benchmark in
    let bytes = [UInt8](repeating: 7, count: 150)
    for _ in benchmark.scaledIterations { blackHole(SHA256.hash(bytes[...])) }
  }
}
