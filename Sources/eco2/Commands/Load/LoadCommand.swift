import ArgumentParser
import Foundation
import LedgerClient
import LoadTest
import NodeAnswers
import NodeRuntime

struct LoadCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "load",
    abstract: "Puts load on a network, follows each transaction to its end, and measures.",
    discussion: """
      Transactions leave on a schedule that does not wait for answers, and latencies count from \
      when each was to be sent until its block's certificate: what a slow network cannot take \
      shows as latency and refusals. The accounts are those that `eco2 genesis --test` and \
      `eco2 testnet --home` fund, derived from one key, and what they send is signed on all cores \
      before the run.

      At the end every block's receipts are held against what was accepted, and all nodes' roots \
      against each other. Fails when something accepted was lost or executed twice, when roots \
      differ, or when something invalid was executed.

      Examples:
        eco2 testnet --nodes 4 --load-accounts 100000 --home net        (in one terminal)
        eco2 load --home net --rate 2000 --duration 60s --warm-up 20s --report load.html
        eco2 load --home net --rate 500 --duration 5m --profile mix --invalid 0.05
        eco2 load --home net --rate 1000 --find-max --report max.html
        eco2 load --worker 10.0.0.7:9200                                (on another machine)
        eco2 load --home net --rate 9000 --duration 60s --workers 10.0.0.7:9200
      """)

  @OptionGroup var target: LoadTargetOptions
  @OptionGroup var traffic: LoadTrafficOptions

  @Flag(
    help: """
      Look for the highest rate that stays final within one interval and two seconds, at 99 %, for \
      a minute or longer; --rate is the first that is tried.
      """)
  var findMax = false

  @Option(
    help: """
      Generators on other machines, host:port with commas: each gets a share of the rate and of \
      the accounts.
      """)
  var workers: String?

  @Option(
    help: """
      Be such a generator, listening here (an IPv4 address and port), until Ctrl-C. Whoever \
      reaches it can make it send: only on networks under test.
      """, transform: nodeAddress)
  var worker: NodeAddress?

  @Option(help: "Write the report as one HTML page with plots.")
  var report: String?

  @Option(help: "Write the report as JSON, each block and second included.")
  var jsonFile: String?

  @OptionGroup var output: OutputOptions

  func validate() throws {
    guard worker == nil else { return }
    try target.requireTarget()
    if workers != nil, traffic.duration == nil {
      throw ValidationError("With --workers a --duration is needed: all end at the same time.")
    }
    if findMax, workers != nil {
      throw ValidationError("--find-max runs on one machine: leave out --workers.")
    }
  }

  func run() async throws {
    if let worker { return try await serve(worker) }
    let (nodes, accounts) = try target.resolve()
    let client = NodeClient(nodes[0])
    let status = try await client.status()
    var plan = try traffic.plan(nodes, accounts, status)
    if [.votes, .mix].contains(plan.profile) {
      plan.candidates = try await LoadTargetOptions.candidates(client, isTest: status.isTest)
    }
    await client.close()
    if [.lots, .mix].contains(plan.profile) { plan.lots = try await target.lots(accounts, nodes) }
    plan.readsMetrics = isatty(STDERR_FILENO) == 1
    // A program that reads JSON wants no lines beside it.
    let stage = LoadStage(isShown: !output.json || plan.readsMetrics)
    let stopper = stage.stopOnSignals()
    defer { stopper.cancel() }
    if findMax { return try await search(plan, status, stage) }
    let result: LoadReport
    if let workers {
      let addresses = try workers.split(separator: ",").map { try nodeAddress(String($0)) }
      result = try await LoadCoordinator(
        plan, workers: addresses, software: NodeRelease.version
      ).run { await stage.begin($0, rate: plan.rate / Double(addresses.count + 1), plan) }
    } else {
      let generator = LoadGenerator(plan, software: NodeRelease.version)
      await stage.begin(generator, rate: plan.rate, plan)
      result = try await generator.run()
    }
    await stage.end()
    try write(result, json: Printing.json(result))
    try output.show(result.withoutDetail) { LoadText.all(result) }
    if !result.isSound { throw ExitCode.failure }
  }

  private func serve(_ address: NodeAddress) async throws {
    let signals = StopSignals()
    let serving = Task {
      try await LoadWorker(address, software: NodeRelease.version) { Printing.line($0) }.run()
    }
    let stopper = Task {
      await signals.wait()
      Foundation.exit(0)
    }
    defer { stopper.cancel() }
    try await serving.value
  }

  private func search(
    _ plan: LoadGenerator.Plan, _ status: StatusAnswer, _ stage: LoadStage
  ) async throws {
    var plan = plan
    let interval = Double(status.intervalMilliseconds) / 1_000
    let shortest = Duration.seconds(MaximumSearch.steadySecondsMin)
    plan.duration = max(plan.duration ?? shortest, shortest)
    plan.warmUp = max(plan.warmUp, .seconds(2 * interval))
    plan.signsAhead = traffic.signAhead
    let steady = plan
    let isJSON = output.json
    let result = try await MaximumSearch(
      plan, intervalSeconds: interval, software: NodeRelease.version
    ).run { generator, rate in
      await stage.begin(generator, rate: rate, steady)
    } show: { step in
      await stage.end()
      let line = LoadText.step(step)
      if isJSON { Printing.complain(line) } else { Printing.line(line) }
    }
    await stage.end()
    let json = try Printing.json(result)
    if let best = result.report { try write(best, json: json) }
    if output.json {
      var short = result
      short.report = result.report?.withoutDetail
      Printing.line(try Printing.json(short))
    } else {
      Printing.line(LoadText.found(result, intervalSeconds: interval))
    }
    if result.maximum == nil || !result.problems.isEmpty { throw ExitCode.failure }
  }

  private func write(_ result: LoadReport, json: String) throws {
    if let report {
      try Data(result.html(json: json).utf8).write(to: URL(fileURLWithPath: report))
    }
    if let jsonFile { try Data(json.utf8).write(to: URL(fileURLWithPath: jsonFile)) }
  }
}

/// The generator at work, its view, and the signals that end it.
actor LoadStage {
  private var generator: LoadGenerator?
  private var showing: Task<Void, Never>?
  private var signalCount = 0
  private let isShown: Bool

  init(isShown: Bool) { self.isShown = isShown }

  /// Shows a generator that is about to run.
  func begin(_ generator: LoadGenerator, rate: Double, _ plan: LoadGenerator.Plan) async {
    await end()
    self.generator = generator
    if signalCount > 0 { await generator.stop() }
    guard isShown else { return }
    let view = LoadView(
      generator, rate: rate,
      total: plan.duration.map { ($0 + plan.warmUp) / .seconds(1) }, onError: true)
    showing = Task { await view.run() }
  }

  func end() async {
    showing?.cancel()
    await showing?.value
    showing = nil
  }

  /// A first signal ends the sending; a second one does not wait for what is under way.
  nonisolated func stopOnSignals() -> Task<Void, Never> {
    let signals = StopSignals()
    return Task {
      while !Task.isCancelled {
        await signals.wait()
        await stop()
      }
    }
  }

  private func stop() async {
    signalCount += 1
    await generator?.stop(patience: signalCount > 1 ? .zero : nil)
  }
}
