import LedgerClient
import LedgerCore
import Testing

@Suite("Credits put into requests")
struct OnboardingPlanTests {
  private typealias Item = OnboardingPlan.Item

  private func item(_ project: Int, _ start: UInt64, _ end: UInt64, name: String = "name") -> Item {
    Item(
      project: CreditProject(
        registry: "gold-standard", id: "GS\(project)", name: name, country: "Kenya", type: "wind"),
      range: CreditRange(
        serialBlock: "gs:\(project)", serialText: "GS-\(project)-\(start)-\(end)", start: start,
        end: end, vintageFrom: 20_210_101, vintageTo: 20_211_231, product: .verified),
      serialMicrograms: 1_000_000_000_000)
  }

  private func part(_ range: CreditRange, _ serials: ClosedRange<UInt64>) -> CreditRange? {
    var range = range
    (range.start, range.end) = (serials.lowerBound, serials.upperBound)
    range.serialText += " part"
    return range
  }

  private func tonnes(_ items: [Item]) -> UInt64 { items.reduce(0) { $0 + $1.serials } }

  @Test("all of them come, in their order, in requests that the ledger's limits allow")
  func limits() throws {
    for (projects, ranges, name) in [
      (1, 300, "n"), (40, 5, "n"), (200, 1, "n"), (3, 90, String(repeating: "long ", count: 100)),
      (30, 20, String(repeating: "x", count: 512)),
    ] {
      let items = (0..<projects).flatMap { project in
        (0..<ranges).map { item(project, UInt64($0) * 10 + 1, UInt64($0) * 10 + 9, name: name) }
      }
      let requests = OnboardingPlan.requests(of: items)
      #expect(requests.flatMap { $0 } == items)
      for request in requests {
        #expect(!request.isEmpty && request.count <= CreditLimits.requestRangesMax)
        #expect(Set(request.map(\.project)).count <= CreditLimits.requestProjectsMax)
        let whole = OnboardingPlan.request(
          for: request, owner: AccountID(.zero), isBuffer: false)
        #expect(whole.bcs.count + 1_024 < Limits.transactionBytesMax)
        // It is read back as it is.
        #expect(try CreditRequest(bcs: whole.bcs) == whole)
      }
      // None but the last has room for the next one's first.
      for (one, next) in zip(requests, requests.dropFirst()) {
        #expect(OnboardingPlan.requests(of: one + next.prefix(1)).count == 2)
      }
    }
    #expect(OnboardingPlan.requests(of: []).isEmpty)
  }

  @Test("texts that no request can hold are told before one is made")
  func readable() {
    let good = item(1, 1, 10, name: String(repeating: "x", count: 512))
    #expect(OnboardingPlan.isReadable(good.project, good.range))
    let long = item(1, 1, 10, name: String(repeating: "x", count: 513))
    #expect(!OnboardingPlan.isReadable(long.project, long.range))
    var serial = good.range
    serial.serialText = String(repeating: "1", count: 255)
    #expect(OnboardingPlan.isReadable(good.project, serial))
    serial.serialText += "1"
    #expect(!OnboardingPlan.isReadable(good.project, serial))
  }

  @Test("a buffer takes the largest ranges, the last to the serial, and nothing is lost")
  func buffer() {
    let items = [item(1, 1, 10), item(2, 1, 100), item(3, 1, 50), item(2, 101, 180)]
    let tonne: UInt128 = 1_000_000_000_000
    for wanted in [UInt64(0), 1, 99, 100, 101, 180, 239, 240, 500] {
      let (buffer, rest) = OnboardingPlan.divide(items, buffer: UInt128(wanted) * tonne, part: part)
      #expect(tonnes(buffer) == min(wanted, 240), "\(wanted)")
      #expect(tonnes(buffer) + tonnes(rest) == 240)
      let serials = (buffer + rest).flatMap { item in
        (item.range.start...item.range.end).map { "\(item.range.serialBlock) \($0)" }
      }
      #expect(Set(serials).count == 240)
    }
    let (buffer, rest) = OnboardingPlan.divide(items, buffer: 120 * tonne, part: part)
    #expect(buffer.map(\.range.end) == [100, 120])
    #expect(rest.map(\.range.start) == [1, 1, 121])
    // A project's small ranges before another's larger one: 16 projects stand in a request.
    let apart = (0..<40).flatMap { project in
      (0..<3).map { item(project, UInt64($0) * 100 + 1, UInt64($0) * 100 + 10) }
    }
    let whole = item(99, 1, 20)
    let few = OnboardingPlan.divide(apart + [whole], buffer: 300 * tonne, part: part).buffer
    #expect(Set(few.map(\.project)).count == 10)
    // Half a serial is one; what cannot be divided is taken whole.
    let half = OnboardingPlan.divide(items, buffer: tonne / 2, part: part)
    #expect(tonnes(half.buffer) == 1)
    let undivided = OnboardingPlan.divide(items, buffer: tonne) { _, _ in nil }
    #expect(tonnes(undivided.buffer) == 100)
  }
}
