public import LedgerCore

/// Credits that a custodian asks the registrars to bring on chain, put into requests.
public enum OnboardingPlan {
  /// A range of serials with the project it is of.
  public struct Item: Hashable, Sendable {
    public var project: CreditProject
    public var range: CreditRange
    /// µg CO2e of one serial.
    public var serialMicrograms: UInt128

    public init(project: CreditProject, range: CreditRange, serialMicrograms: UInt128) {
      self.project = project
      self.range = range
      self.serialMicrograms = serialMicrograms
    }

    /// Its serials; none where it ends before it begins.
    public var serials: UInt64 { range.start <= range.end ? range.end - range.start &+ 1 : 0 }

    /// µg CO2e, no more than 128 bits hold.
    public var micrograms: UInt128 {
      let (product, overflow) = serialMicrograms.multipliedReportingOverflow(by: UInt128(serials))
      return overflow ? .max : product
    }
  }

  /// Whether the ledger reads these: an export's texts may be longer than it takes, and a request
  /// with one of them is no transaction at all.
  public static func isReadable(_ project: CreditProject, _ range: CreditRange) -> Bool {
    (try? CreditProject(bcs: project.bcs)) != nil && (try? CreditRange(bcs: range.bcs)) != nil
  }

  /// Of a request's ranges and projects: a transaction holds little more.
  static let bytesMax = Limits.transactionBytesMax - 2_048

  /// Items in as many requests as they need, in their order: each within what one request and one
  /// transaction hold.
  public static func requests(of items: [Item]) -> [[Item]] {
    var requests: [[Item]] = []
    var request: [Item] = []
    var projects: Set<CreditProject> = []
    var bytes = 0
    for item in items {
      var more = item.range.bcs.count
      if !projects.contains(item.project) { more += item.project.bcs.count }
      let isFull =
        bytes + more > bytesMax || request.count == CreditLimits.requestRangesMax
        || !projects.contains(item.project) && projects.count == CreditLimits.requestProjectsMax
      if isFull, !request.isEmpty {
        requests.append(request)
        (request, projects, bytes) = ([], [], 0)
        more = item.range.bcs.count + item.project.bcs.count
      }
      request.append(item)
      projects.insert(item.project)
      bytes += more
    }
    return request.isEmpty ? requests : requests + [request]
  }

  /// The request for items, those of a project side by side.
  public static func request(for items: [Item], owner: AccountID, isBuffer: Bool) -> CreditRequest {
    var batches: [CreditRequest.Onboarding.Batch] = []
    for item in items {
      if let same = batches.firstIndex(where: { $0.project == item.project }) {
        batches[same].ranges.append(item.range)
      } else {
        batches.append(
          CreditRequest.Onboarding.Batch(project: item.project, ranges: [item.range]))
      }
    }
    return .onboard(
      CreditRequest.Onboarding(owner: owner, isBuffer: isBuffer, batches: batches))
  }

  /// Divides items into those for a custodian's buffer, which hold `micrograms` or a serial's worth
  /// more, and the others. The largest ranges of the largest projects are taken, and the last of
  /// them is divided: the fewer requests, the better, since the ledger wants the whole buffer from
  /// the first on.
  ///
  /// - Parameter part: a range's serials from `start` to `end`, with their own text; nil where it
  ///   cannot be divided, and then all of it is taken.
  public static func divide(
    _ items: [Item], buffer micrograms: UInt128,
    part: (_ range: CreditRange, _ serials: ClosedRange<UInt64>) -> CreditRange?
  ) -> (buffer: [Item], rest: [Item]) {
    var projects: [CreditProject: (first: Int, micrograms: UInt128)] = [:]
    for (index, item) in items.enumerated() {
      projects[item.project, default: (index, 0)].micrograms &+= item.micrograms
    }
    let places = items.enumerated().map { index, item in
      let project = projects[item.project] ?? (index, 0)
      return (project: project, micrograms: item.micrograms, index: index)
    }
    let bySize = places.sorted {
      if $0.project.first == $1.project.first {
        return ($1.micrograms, $0.index) < ($0.micrograms, $1.index)
      }
      return ($1.project.micrograms, $0.project.first) < ($0.project.micrograms, $1.project.first)
    }.map(\.index)
    var wanted = micrograms
    var rest = items.map(Optional.some)
    var buffer: [Item] = []
    for index in bySize {
      guard wanted > 0 else { break }
      var item = items[index]
      rest[index] = nil
      if item.micrograms > wanted, item.serialMicrograms > 0 {
        // Rounded up: what a buffer lacks is never left a serial short.
        let serials = (wanted - 1) / item.serialMicrograms + 1
        let range = item.range
        if let last = UInt64(exactly: serials - 1).map({ range.start + $0 }), last < range.end,
          let first = part(range, range.start...last),
          let other = part(range, last + 1...range.end)
        {
          rest[index] = Item(
            project: item.project, range: other, serialMicrograms: item.serialMicrograms)
          item.range = first
        }
      }
      buffer.append(item)
      wanted -= min(wanted, item.micrograms)
    }
    return (buffer, rest.compactMap { $0 })
  }
}
