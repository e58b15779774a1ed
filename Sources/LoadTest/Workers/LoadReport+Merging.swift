extension LoadReport {
  /// Takes over what another generator of the same run has measured at the same time.
  mutating func merge(_ other: LoadReport) {
    let (own, others) = (final, other.final)
    problems += other.problems
    offered += other.offered
    accepted += other.accepted
    final += other.final
    applied += other.applied
    expired += other.expired
    lost += other.lost
    open += other.open
    unanswered += other.unanswered
    executedTwice += other.executedTwice
    rejected.merge(other.rejected, uniquingKeysWith: +)
    skipped.merge(other.skipped, uniquingKeysWith: +)
    invalid.sent.merge(other.invalid.sent, uniquingKeysWith: +)
    invalid.answers.merge(other.invalid.answers, uniquingKeysWith: +)
    invalid.executed.merge(other.invalid.executed, uniquingKeysWith: +)
    offeredPerSecond += other.offeredPerSecond
    acceptedPerSecond += other.acceptedPerSecond
    finalPerSecond += other.finalPerSecond
    drainSeconds = max(drainSeconds, other.drainSeconds)
    rootsEqual = rootsEqual && other.rootsEqual
    // Percentiles of percentiles say nothing: latencies are counted together anew. Of what has no
    // distribution here, the worse of the two is told.
    let all = Self.histogram(latencyDistribution).merged(Self.histogram(other.latencyDistribution))
    latencyDistribution = all.buckets.map {
      .init(milliseconds: Double($0.upper) / 1_000, count: $0.count)
    }
    latencyMilliseconds = .init(all)
    acceptedMilliseconds = .worse(acceptedMilliseconds, other.acceptedMilliseconds)
    lateMilliseconds = .worse(lateMilliseconds, other.lateMilliseconds)
    merge(costs: other, own: own, others: others)
    merge(blocks: other)
    merge(timeline: other)
  }

  /// Both have watched the same nodes: their figures for each transaction were of a part of these.
  private mutating func merge(costs other: LoadReport, own: Int, others: Int) {
    guard own + others > 0 else { return }
    let share = Double(own) / Double(own + others)
    var cpu = cpuMicrosecondsPerTransaction
    let generator = cpu.generator
    cpu.perNode = cpu.perNode.mapValues { $0 * share }
    cpu.ofNodes = cpu.ofNodes.map { $0 * share }
    cpu.generator =
      generator * share + other.cpuMicrosecondsPerTransaction.generator * (1 - share)
    cpu.signing =
      cpu.signing * share + other.cpuMicrosecondsPerTransaction.signing * (1 - share)
    cpu.all = cpu.ofNodes.reduce(0, +) + cpu.generator
    cpuMicrosecondsPerTransaction = cpu
    carbonGramsPerTransaction *= share
  }

  private mutating func merge(blocks other: LoadReport) {
    let own = Dictionary(
      (other.blockList ?? []).map { ($0.height, $0.own) }, uniquingKeysWith: { one, _ in one })
    blockList = blockList?.map { block in
      var block = block
      block.own += own[block.height] ?? 0
      return block
    }
  }

  private mutating func merge(timeline other: LoadReport) {
    let others = other.timeline ?? []
    timeline = timeline?.map { slice in
      guard let match = others.first(where: { abs($0.at - slice.at) < 0.01 }) else { return slice }
      var slice = slice
      slice.offered += match.offered
      slice.accepted += match.accepted
      slice.final += match.final
      slice.rejected += match.rejected
      slice.p50 = [slice.p50, match.p50].compactMap(\.self).max()
      slice.p99 = [slice.p99, match.p99].compactMap(\.self).max()
      return slice
    }
  }

  private static func histogram(_ buckets: [Bucket]?) -> LatencyHistogram {
    let list = (buckets ?? []).map {
      (upper: UInt64($0.milliseconds * 1_000 + 0.5), count: $0.count)
    }
    return LatencyHistogram(
      buckets: list, maximum: list.last?.upper ?? 0,
      sum: list.reduce(0) { $0 + $1.upper * $1.count })
  }
}

extension LatencyHistogram {
  fileprivate func merged(_ other: LatencyHistogram) -> LatencyHistogram {
    var all = self
    all.merge(other)
    return all
  }
}

extension LoadReport.Percentiles {
  /// Each percentile of the one that has the higher.
  fileprivate static func worse(_ one: Self, _ other: Self) -> Self {
    var worse = one
    worse.p50 = Swift.max(one.p50, other.p50)
    worse.p90 = Swift.max(one.p90, other.p90)
    worse.p95 = Swift.max(one.p95, other.p95)
    worse.p99 = Swift.max(one.p99, other.p99)
    worse.p999 = Swift.max(one.p999, other.p999)
    worse.max = Swift.max(one.max, other.max)
    worse.mean = Swift.max(one.mean, other.mean)
    return worse
  }
}
