import LedgerClient
import LedgerCore
import NodeAnswers
import RegistryFiles

/// Files an export's eligible credits as requests to the registrars, many at a time. What is on
/// chain or in a pending request of the same document is left out, so that it can be run again.
struct CreditsFiling {
  /// What came of it.
  struct Result: Encodable {
    /// Records of the export that are not sound, such as those whose serials stand in another too.
    var rejected = 0
    /// Sound records that may not be on-boarded.
    var ineligible = 0
    var eligible = 0
    /// They are on chain.
    var onChain = 0
    /// They stand in pending requests of the same document, or partly on chain and partly there.
    var pending = 0
    /// Of a product that the ledger does not know.
    var unknown = 0
    var filed = 0
    /// Of these, ranges for the custodian's buffer; the last of them may be a part of a record's.
    var filedForBuffer = 0
    /// They wait until the registrars have approved requests for the buffer.
    var waiting = 0
    /// The numbers of the requests' transactions, in the order in which they became final.
    var transactions: [String] = []
    var refused: [Refusal] = []
    /// Why it ended early; absent when all was tried.
    var stopped: String?
  }

  /// A request that the chain did not take.
  struct Refusal: Encodable, Error {
    let ranges: Int
    /// The first range's serial, as its registry writes it.
    let serial: String
    let code: String
    let message: String

    fileprivate var fault: TransactionFault? {
      TransactionFault.allCases.first { $0.code == code }
    }
  }

  let ledger: Ledger
  let key: SigningKey
  let owner: AccountID
  let isBuffer: Bool
  /// How many per cent of what the custodian will hold are to be its buffer; nil to leave that to
  /// others.
  let bufferPercent: UInt64?
  /// How long the registrars' word on the buffer is waited for.
  let patience: Duration
  /// SHA-256 of the document that shows custody.
  let document: Digest

  /// How long a run that goes on waits for what the last one left under way.
  private static let settlingMax = Duration.seconds(120)
  /// Blocks in which that comes, where it comes at all: a node that is back sends on what it holds.
  private static let settlingBlocks: UInt64 = 2
  /// Requests under way at a time, and questions to nodes.
  private static let atOnce = 16
  /// How often a request for the buffer is tried without what was at fault in the last one.
  private static let bufferAttemptsMax = 8

  private typealias Item = OnboardingPlan.Item
  private var filer: AccountID { AccountID(key.publicKey) }

  /// - Parameter report: how many of the records have been dealt with, and of how many.
  func run(_ credits: [CreditRecord], report: (Int, Int) -> Void) async throws -> Result {
    var result = Result()
    // What the last run left under way may take two minutes.
    report(0, credits.count)
    let waiting = try await settled()
    var items = try await wanted(credits, waiting, &result)
    let count = items.count
    guard !isBuffer, let bufferPercent else {
      result.refused += await file(items, isBuffer: isBuffer, &result) { report($0, count) }
        .map(\.refusal)
      return result
    }
    let lack = try await bufferLack(bufferPercent, items)
    if lack > 0 {
      let coming = waiting.bufferSerials &* (items.first?.serialMicrograms ?? 0)
      items = await fileBuffer(lack - min(lack, coming), of: items, &result) {
        report($0, count)
      }
      guard result.stopped == nil else { return result }
      guard try await isApproved(bufferPercent, items) else {
        result.waiting = items.count
        return result
      }
    }
    let before = result.filed
    result.refused += await file(items, isBuffer: false, &result) {
      report(before + $0, count)
    }.map(\.refusal)
    return result
  }

  /// Files as many of some items for the buffer as hold an amount; gives the others. What the chain
  /// refuses for what it holds is left out, and the amount is taken from the rest.
  private func fileBuffer(
    _ micrograms: UInt128, of items: [Item], _ result: inout Result, report: (Int) -> Void
  ) async -> [Item] {
    var items = items
    for attempt in 1...Self.bufferAttemptsMax {
      let (buffer, rest) = OnboardingPlan.divide(items, buffer: micrograms, part: Self.part)
      let refused = await file(buffer, isBuffer: true, &result, report: report)
      let atFault = refused.filter { $0.refusal.fault?.isOfCredits == true }
      guard !atFault.isEmpty, result.filed == 0, attempt < Self.bufferAttemptsMax else {
        result.refused += refused.map(\.refusal)
        result.filedForBuffer = result.filed
        return rest
      }
      result.refused += atFault.map(\.refusal)
      let places = Set(atFault.flatMap { $0.items.map(\.place) })
      items.removeAll { places.contains($0.place) }
    }
    return items
  }

  /// A part of a range, with its own serial.
  fileprivate static func part(_ range: CreditRange, _ serials: ClosedRange<UInt64>) -> CreditRange?
  {
    SerialRange(range.serialText)?.part(serials).map { part in
      var range = range
      range.serialText = part.description
      (range.start, range.end) = (serials.lowerBound, serials.upperBound)
      return range
    }
  }

  // MARK: What is to be filed

  /// What stands in pending requests of the same document. Where there are any, an earlier run has
  /// ended: what it left under way would be asked for twice, so its blocks are waited for.
  private func settled() async throws -> PendingRanges {
    let ranges = try await PendingRanges(of: filer, document: document, in: ledger)
    let before = try await ledger.account(filer)
    guard !ranges.isEmpty || before.pendingSequence > before.sequence else { return ranges }
    let deadline = ContinuousClock.now + Self.settlingMax
    while ContinuousClock.now < deadline {
      let account = try await ledger.account(filer)
      let blocks = account.height > before.height ? account.height - before.height : 0
      if blocks >= Self.settlingBlocks, account.pendingSequence <= account.sequence { break }
      try await ContinuousClock().sleep(for: .milliseconds(200))
    }
    return try await PendingRanges(of: filer, document: document, in: ledger)
  }

  /// What of the eligible records is neither on chain nor waiting, with the projects as the chain
  /// has them.
  private func wanted(_ credits: [CreditRecord], _ waiting: PendingRanges, _ result: inout Result)
    async throws -> [Item]
  {
    // A project has one set of facts, whatever an export says in its later rows.
    var facts: [String: CreditProject] = [:]
    var names: [String] = []
    var ranges: [(project: String, range: CreditRange, unit: UInt128)] = []
    for credit in credits where credit.eligibility == .eligible {
      result.eligible += 1
      guard let range = CreditRange(credit) else {
        result.unknown += 1
        continue
      }
      let project = facts[credit.projectID] ?? CreditProject(credit)
      guard OnboardingPlan.isReadable(project, range) else {
        result.refused.append(
          Refusal(
            ranges: 1, serial: range.serialText, code: TransactionFault.malformed.code,
            message: "A text of it is longer than the ledger takes."))
        continue
      }
      if facts.updateValue(project, forKey: credit.projectID) == nil {
        names.append(credit.projectID)
      }
      ranges.append(
        (credit.projectID, range, credit.micrograms / UInt128(range.end - range.start + 1)))
    }
    let projects = names.compactMap { facts[$0] }
    let known = try await concurrently(projects, atOnce: Self.atOnce) { [ledger] project in
      try await ledger.project(registry: project.registry, id: project.id)
    }
    // Of a project that the chain does not know nothing is on it.
    var isKnown: Set<String> = []
    for (project, answer) in zip(projects, known) {
      guard let answer else { continue }
      isKnown.insert(project.id)
      facts[project.id] = CreditProject(answer)
    }
    let asked = ranges.map { (range: $0.range, isKnown: isKnown.contains($0.project)) }
    let places = try await concurrently(asked, atOnce: Self.atOnce) { [ledger] asked in
      try await Place(of: asked.range, waiting, asked.isKnown ? ledger : nil)
    }
    return zip(ranges, places).compactMap { item, place in
      guard let range = place.rest(of: item.range), let project = facts[item.project] else {
        if place.isPending { result.pending += 1 } else { result.onChain += 1 }
        return nil
      }
      return Item(project: project, range: range, serialMicrograms: item.unit)
    }
  }

  /// From where on a range has still to be asked for: chain and requests may have a part of it.
  private struct Place: Sendable {
    /// The first serial that neither has.
    private(set) var next: UInt64
    private(set) var isPending = false

    /// Parts that are looked for, one behind the other.
    private static let partsMax = 256

    /// - Parameter ledger: nil where the chain is known to have nothing of it.
    init(of range: CreditRange, _ waiting: PendingRanges, _ ledger: Ledger?) async throws {
      next = range.start
      for _ in 0..<Self.partsMax {
        guard next <= range.end else { return }
        if let end = waiting.end(from: next, of: range.serialBlock) {
          isPending = true
          next = end &+ 1
          continue
        }
        let serial = CreditQuery.Serial(block: range.serialBlock, number: next)
        guard let lot = try await ledger?.firstLot(CreditQuery(serial: serial)) else { return }
        next = lot.end &+ 1
      }
    }

    /// What is to be asked for; nil when nothing is left.
    func rest(of range: CreditRange) -> CreditRange? {
      if next == range.start { return range }
      return next > range.end ? nil : CreditsFiling.part(range, next...range.end)
    }
  }

  // MARK: The buffer

  /// What the custodian's buffer lacks on chain once it holds these too, µg.
  private func bufferLack(_ percent: UInt64, _ items: [Item]) async throws -> UInt128 {
    guard let custodian = try await ledger.custodian(filer),
      let live = UInt128(custodian.live), let buffer = UInt128(custodian.buffer)
    else { return 0 }
    let coming = items.reduce(UInt128(0)) { $0 &+ $1.micrograms }
    let needed = ((live &+ coming) &* UInt128(percent) + 99) / 100
    return needed - min(needed, buffer)
  }

  /// Whether registrars have approved what the buffer lacks, in the time there is.
  private func isApproved(_ percent: UInt64, _ items: [Item]) async throws -> Bool {
    let deadline = ContinuousClock.now + patience
    while try await bufferLack(percent, items) > 0 {
      guard ContinuousClock.now < deadline else { return false }
      try await ContinuousClock().sleep(for: .seconds(1))
    }
    return true
  }

  // MARK: Filing

  /// What the chain did not take, and why.
  private typealias Refused = (items: [Item], refusal: Refusal)

  /// Files items in as many requests as they need; gives what the chain refuses. A request that is
  /// refused for what it holds is divided until what is at fault stands alone.
  private func file(
    _ items: [Item], isBuffer: Bool, _ result: inout Result, report: (Int) -> Void
  ) async -> [Refused] {
    var queue = Array(OnboardingPlan.requests(of: items).reversed())
    var refused: [Refused] = []
    var dealtWith = 0
    await withTaskGroup(of: ([Item], Outcome).self) { group in
      var underWay = 0
      while true {
        while underWay < Self.atOnce, result.stopped == nil, let next = queue.popLast() {
          group.addTask { (next, await send(next, isBuffer: isBuffer)) }
          underWay += 1
        }
        guard let (items, outcome) = await group.next() else { return }
        underWay -= 1
        switch outcome {
        case .filed(let id):
          result.transactions.append(id.hex)
          result.filed += items.count
        case .unanswered(let error):
          // What is under way ends; what it came to is told, and the next run finds it.
          result.stopped = result.stopped ?? "\(error)"
          continue
        case .refused(let refusal):
          if items.count > 1, refusal.fault?.isOfCredits == true {
            let half = items.count / 2
            queue += [Array(items[half...]), Array(items[..<half])]
            continue
          }
          if refusal.fault?.isOfFiler == true {
            result.stopped = "\(refusal.message) [\(refusal.code)]"
          }
          refused.append((items, refusal))
        }
        dealtWith += items.count
        report(dealtWith)
      }
    }
    return refused
  }

  /// What became of a request.
  private enum Outcome: Sendable {
    case filed(Digest)
    case refused(Refusal)
    /// Nobody knows, or nothing.
    case unanswered(ClientError)
  }

  /// Files one request, and waits until it is final.
  private func send(_ items: [Item], isBuffer: Bool) async -> Outcome {
    let request = OnboardingPlan.request(for: items, owner: owner, isBuffer: isBuffer)
    let draft = TransactionBuilder(from: filer)
      .file(request, proof: CustodyProof(document: document))
    do throws(ClientError) {
      return .filed(try await ledger.send(draft, signedBy: Signers(sender: [key])).id)
    } catch {
      switch error {
      case .transactionRefused(_, let code, let sentence),
        .transactionFailed(_, _, let code, let sentence):
        return .refused(
          Refusal(
            ranges: items.count, serial: items.first?.range.serialText ?? "", code: code,
            message: sentence))
      default: return .unanswered(error)
      }
    }
  }
}

extension TransactionFault {
  /// Some of a request's credits are at fault, and others may not be.
  fileprivate var isOfCredits: Bool {
    switch self {
    case .serialOverlap, .partlyExported, .capExceeded, .projectDiffers, .invalidCredit,
      .invalidDate, .overflow:
      true
    default: false
    }
  }

  /// Whoever files is at fault: no request of the same filer would be taken.
  fileprivate var isOfFiler: Bool {
    switch self {
    case .notCustodian, .bondTooSmall, .custodyLapsed, .insufficientBalance, .chargeUnpayable,
      .feeUnpayable, .unauthorised, .unknownRegistry:
      true
    default: false
    }
  }
}

extension OnboardingPlan.Item {
  /// Where its range begins: no other of an export begins there.
  fileprivate var place: String { "\(range.serialBlock) \(range.start)" }
}
