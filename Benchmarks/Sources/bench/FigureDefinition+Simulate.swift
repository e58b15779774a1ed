import Foundation
import Paired
import Simulation

extension FigureDefinition {
  /// A whole network in one thread, on a seed.
  static let simulate: [FigureDefinition] = [seed21]

  private static let seed21 = FigureDefinition(
    id: "simulate.seed21", bar: .valueAtMost(2, unit: "s"), against: "its bar", cores: 1,
    needs: .nothing
  ) { conditions in
    var options = SimulationOptions()
    options.nodes = 21
    var seconds: [Double] = []
    for seed in 1...UInt64(conditions.isQuick ? 5 : 21) {
      let begun = try processorSeconds()
      let report = try Simulator.run(seed: seed, options: options)
      seconds.append(try processorSeconds() - begun)
      guard report.violations.isEmpty, report.heights >= 45 else {
        throw BenchmarkFault.broken("seed \(seed) broke an invariant")
      }
    }
    return MeasuredFigure(seconds, unit: "s", against: 2)
  }

  /// What this process has used of processors.
  private static func processorSeconds() throws -> Double {
    var time = timespec()
    guard clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time) == 0 else {
      throw BenchmarkFault.system("read the process's clock", errno)
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
