import LedgerCore
import LedgerState
import Testing

@testable import LedgerRules

@Suite("Places of records by their ids")
struct RecordSlotsTests {
  @Test("each id has its place, also where many have the same number", arguments: [1, 7, 1 << 40])
  func places(spread: UInt64) {
    var slots = RecordSlots()
    var ids: [UInt64] = []
    func place(_ id: UInt64) -> Int? { slots.place(id % spread) { ids[$0] == id } }
    #expect(place(0) == nil)
    for number in 0..<UInt64(500) {
      let id = number &* 0x9E37_79B9_7F4A_7C15
      #expect(place(id) == nil)
      slots.add(id % spread, ids.count)
      ids.append(id)
      if number % 97 == 0 { #expect(ids.indices.allSatisfy { place(ids[$0]) == $0 }) }
    }
    #expect(ids.indices.allSatisfy { place(ids[$0]) == $0 })
    #expect(place(1) == nil && slots.count == 500)
  }

  @Test("equal ids have equal numbers, and hardly any others have")
  func mixed() throws {
    let mixer = IdentifierMixer.process
    // Each kind has tables of its own.
    var numbers: [ObjectIdentifier: Set<UInt64>] = [:]
    var count = 0
    func add<ID: RecordID>(_ id: ID, _ same: ID) {
      #expect(id.mixed(mixer) == same.mixed(mixer))
      numbers[ObjectIdentifier(ID.self), default: []].insert(id.mixed(mixer))
      count += 1
    }
    for number in UInt64(0)..<200 {
      let bytes = (0..<32).map { UInt8($0 == number / 8 ? 1 << (number % 8) : 0) }
      add(try #require(AccountID(bytes)), try #require(AccountID(bytes)))
      add(number, number)
      let text = [UInt8](repeating: 0x61, count: Int(number))
      add(StateKey(text), StateKey(text + []))
      for index in OrderedIndexKind.allCases {
        add(
          OrderedPageID(index: index, number: number), OrderedPageID(index: index, number: number))
      }
    }
    // Sixty-four bits: two of some thousands meet once in 10^13 runs.
    #expect(numbers.values.map(\.count).reduce(0, +) == count)
  }
}
