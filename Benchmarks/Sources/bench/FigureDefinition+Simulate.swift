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
      let time = try ProcessorTime.measure {
        let report = try Simulator.run(seed: seed, options: options)
        guard report.violations.isEmpty, report.heights >= 45 else {
          throw BenchmarkFault.broken("seed \(seed) broke an invariant")
        }
      }
      seconds.append(time / .seconds(1))
    }
    return MeasuredFigure(seconds, unit: "s", against: 2)
  }
}
