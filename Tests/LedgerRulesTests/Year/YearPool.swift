import LedgerCore

@testable import LedgerRules

/// The reserve's lots as a row of tonnes in the order in which the pool retires them, sorted once
/// at genesis: tonne k of the number line is the row's k-th.
struct YearPool {
  /// Tonnes of one lot of genesis.
  struct Stretch {
    let lot: UInt64
    let start: UInt64
    let tonnes: UInt64
    let serialsPerTonne: UInt64
  }

  /// What a block retires of one lot.
  struct Piece: Equatable {
    let lot: UInt64
    let start: UInt64
    let end: UInt64
    let firstTonne: UInt64
  }

  private let row: [Stretch]
  let tonnes: UInt64
  private(set) var retired: UInt64 = 0
  /// Retirements so far.
  private(set) var retirements: UInt64 = 0
  /// The number of what is left of a lot; nil while the next lot is whole.
  private var rest: UInt64?
  private(set) var lots: UInt64

  init(_ document: GenesisDocument) {
    func isBefore(_ left: GenesisLot, _ right: GenesisLot) -> Bool {
      let (a, b) = (left.range, right.range)
      if a.vintageTo != b.vintageTo { return a.vintageTo < b.vintageTo }
      if a.vintageFrom != b.vintageFrom { return a.vintageFrom < b.vintageFrom }
      let texts = [
        (left.project.registry, right.project.registry), (left.project.id, right.project.id),
        (a.serialBlock, b.serialBlock),
      ]
      for (one, other) in texts where one != other {
        return Array(one.utf8).lexicographicallyPrecedes(Array(other.utf8))
      }
      return a.start < b.start
    }
    row = document.lots.enumerated().sorted { isBefore($0.element, $1.element) }.map {
      Stretch(
        lot: UInt64($0.offset), start: $0.element.range.start, tonnes: $0.element.tonnes,
        serialsPerTonne: (($0.element.range.end + 1) - $0.element.range.start)
          / $0.element.tonnes)
    }
    tonnes = row.reduce(0) { $0 + $1.tonnes }
    lots = UInt64(document.lots.count)
  }

  /// Retires up to a tonne of the line, lot by lot.
  mutating func retire(upTo line: UInt64) -> [Piece] {
    var pieces: [Piece] = []
    while retired < line {
      var before: UInt64 = 0
      guard
        let stretch = row.first(where: {
          before += $0.tonnes
          return before > retired
        })
      else { break }
      // The stretch holds the line's tonnes (first, before].
      let first = before - stretch.tonnes
      let count = min(line, before) - retired
      let start = stretch.start + (retired - first) * stretch.serialsPerTonne
      pieces.append(
        Piece(
          lot: rest ?? stretch.lot, start: start,
          end: start + count * stretch.serialsPerTonne - 1, firstTonne: retired + 1))
      retired += count
      rest = retired < before ? lots : nil
      lots += rest == nil ? 0 : 1
    }
    retirements += UInt64(pieces.count)
    return pieces
  }
}
