import ArgumentParser
import Foundation
import LedgerClient
import LoadTest
import LocalNetwork

struct TopCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Shows what nodes do now: heights, CPU by stage, queues, and what is saturated.",
    discussion: """
      Drawn every second in its place on a terminal; where the output is a file or a pipe, lines. \
      On the nodes' own machine it shows its cores, too, and its power where the processor has a \
      meter that may be read (RAPL, under /sys/class/powercap).

      Examples:
        eco2 top --home net
        eco2 top --node 127.0.0.1:8101 --node 127.0.0.1:8102
        eco2 top --home net --once
      """)

  @Option(help: "A network's folder: its nodes are shown.")
  var home: String?

  @Option(help: "A node's API, host:port; 127.0.0.1:8101 when left out.", transform: nodeAddress)
  var node: [NodeAddress] = []

  @Flag(help: "Show it once, over two seconds.")
  var once = false

  func run() async throws {
    let sampler = NodeSampler(try nodes(), metricsEvery: 1)
    let signals = StopSignals()
    let showing = Task { await show(sampler) }
    let stopper = Task {
      await signals.wait()
      showing.cancel()
    }
    await showing.value
    stopper.cancel()
    let samples = await sampler.samples
    await sampler.close()
    if !samples.contains(where: \.isUp) {
      throw ValidationError("No node answers; is the network running, and here?")
    }
  }

  private func nodes() throws -> [NodeAddress] {
    if !node.isEmpty { return node }
    if let home { return try NetworkFolder(opening: home).nodes }
    return [NodeAddress(host: "127.0.0.1", port: 8_101)]
  }

  private func show(_ sampler: NodeSampler) async {
    var screen = LiveScreen(onError: false)
    var meter = CoreMeter()
    _ = meter.watts()
    await sampler.sample()
    while !Task.isCancelled {
      let period = Duration.seconds(once || !screen.isTerminal ? 2 : 1)
      guard (try? await ContinuousClock().sleep(for: period)) != nil else { return }
      await sampler.sample()
      let table = NodeTable(nodes: await sampler.samples, cores: meter.look())
      var lines = table.rows + ["", table.limit]
      if let watts = meter.watts() {
        lines.append("processors \(LoadText.micro(watts, " W"))")
      }
      if screen.isTerminal {
        screen.draw(lines)
      } else {
        for line in lines { screen.line(line) }
      }
      if once { return }
    }
  }
}
