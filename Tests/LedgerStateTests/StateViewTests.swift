import LedgerCore
import LedgerState
import Testing

/// A source with fixed records that counts how often it is asked.
private final class FixedSource: RecordSource {
  let records: [StateKey: [UInt8]]
  private(set) var asked = 0

  init(_ records: [StateKey: [UInt8]]) { self.records = records }

  func value(of key: StateKey) -> [UInt8]? {
    asked += 1
    return records[key]
  }
}

@Suite("State view")
struct StateViewTests {
  private let a = StateKey([1, 1])
  private let b = StateKey([1, 2])
  private let c = StateKey([0])

  @Test("a read goes below once, and the view's own writes win")
  func readThrough() throws {
    let source = FixedSource([a: [10]])
    var view = StateView(over: source)
    #expect(try view.value(of: a) == [10])
    #expect(try view.value(of: a) == [10])
    #expect(try view.value(of: b) == nil)
    #expect(try view.value(of: b) == nil)
    #expect(source.asked == 2)
    view.set(a, [11])
    view.set(c, [12])
    #expect(try view.value(of: a) == [11])
    #expect(try view.value(of: c) == [12])
    view.remove(a)
    #expect(try view.value(of: a) == nil)
    #expect(source.asked == 2)
    #expect(view.keysRead == [a, b])
  }

  @Test("changes are ascending by key, once each, without those that changed nothing")
  func changes() throws {
    var view = StateView(over: FixedSource([a: [10], b: [20]]))
    _ = try view.value(of: a)
    view.set(b, [21])
    view.set(a, [11])
    view.set(a, [10])
    view.set(c, [1])
    view.set(c, [2])
    #expect(
      view.changes() == [StateChange(key: c, value: [2]), StateChange(key: b, value: [21])])
    view.remove(b)
    #expect(view.changes().last == StateChange(key: b, value: nil))
  }

  @Test("a rollback takes back exactly what was written since its savepoint, nested ones included")
  func rollback() throws {
    var view = StateView(over: FixedSource([a: [10]]))
    view.set(b, [1])
    let outer = view.mark()
    view.set(a, [11])
    let inner = view.mark()
    view.remove(a)
    view.set(b, [2])
    view.set(c, [3])
    view.rollback(to: inner)
    #expect(try view.value(of: a) == [11])
    #expect(try view.value(of: b) == [1])
    #expect(try view.value(of: c) == nil)
    view.remove(b)
    view.rollback(to: outer)
    #expect(try view.value(of: a) == [10])
    #expect(view.changes() == [StateChange(key: b, value: [1])])
    view.set(c, [4])
    view.rollback(to: outer)
    #expect(view.changes() == [StateChange(key: b, value: [1])])
  }

  @Test("random writes, savepoints and rollbacks agree with copies of a dictionary")
  func randomAgainstCopies() throws {
    var random = SplitMix64(seed: 7)
    let keys = (0..<12).map { StateKey([UInt8($0)]) }
    for _ in 0..<200 {
      let base = Dictionary(
        uniqueKeysWithValues: keys.filter { _ in random.next(below: 2) == 0 }
          .map { ($0, [UInt8(random.next(below: 4) + 1)]) })
      var view = StateView(over: FixedSource(base))
      var model = base
      var saved: [(StateView.Savepoint, [StateKey: [UInt8]])] = []
      for _ in 0..<60 {
        let key = keys[random.next(below: keys.count)]
        switch random.next(below: 8) {
        case 0: saved.append((view.mark(), model))
        case 1:
          guard !saved.isEmpty else { continue }
          saved.removeLast(random.next(below: saved.count))
          view.rollback(to: saved[saved.count - 1].0)
          model = saved[saved.count - 1].1
        case 2, 3:
          view.remove(key)
          model[key] = nil
        case 4:
          #expect(try view.value(of: key) == model[key])
        case 5 where random.next(below: 10) == 0:
          view.settle()
          saved = []
        default:
          let value = [UInt8(random.next(below: 4) + 1)]
          view.set(key, value)
          model[key] = value
        }
      }
      var applied = base
      for change in view.changes() { applied[change.key] = change.value }
      #expect(applied == model)
      for key in keys { #expect(try view.value(of: key) == model[key]) }
    }
  }
}
