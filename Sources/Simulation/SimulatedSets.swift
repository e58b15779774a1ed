import Consensus
import LedgerCore

/// How the validator sets of a run come about.
public enum SetChanges: String, Sendable, CaseIterable, Encodable {
  /// The set of genesis decides every height.
  case none
  /// Every member has another consensus key from height 2 on.
  case keys
  /// Sets are drawn: members leave and come back, and renew their keys, at drawn heights.
  case drawn
}

/// The sets that decide a run's heights, and with what keys their members sign.
struct SimulatedSets: Sendable {
  /// Ascending by first height; the first is that of genesis.
  let list: [ValidatorSet]

  /// Several sets: genesis decides those of heights 1 and 2, and the block two heights below each
  /// of the others.
  init(_ list: [ValidatorSet]) { self.list = list }

  /// The set that decides a height.
  func at(_ height: UInt64) -> ValidatorSet {
    list.last { $0.firstHeight <= height } ?? list[0]
  }

  var change: Bool { list.count > 1 }

  /// What genesis says of the set of height 2; nil where it is that of height 1.
  var second: ValidatorSet? { list.dropFirst().first { $0.firstHeight == 2 } }

  /// What the machines are told, who ask no election.
  var rehearsed: [ValidatorSet] { list.filter { $0.firstHeight > 2 } }

  /// f of the smallest: so many may be faulty in each.
  var faultyMax: Int { list.map(\.faultyMax).min() ?? 0 }

  /// The smallest quorum of the sets of some heights.
  func quorum(around height: UInt64) -> Int {
    (height...height + 3).map { at($0).quorum }.min() ?? 0
  }
}

extension SimulatedSets {
  /// Heights by which the last drawn change has come: faults go on until 40 or so.
  private static let heightsMax: UInt64 = 36

  /// Draws who is a member when, and renews keys.
  ///
  /// - Parameters:
  ///   - first: the set of genesis.
  ///   - keys: those of its members, in the set's order; renewed ones are added.
  static func drawn(
    after first: ValidatorSet, keys: inout [NodeKey], random: inout SeededRandom
  ) throws(SimulationFailure) -> SimulatedSets {
    var list = [first]
    var isMember = [Bool](repeating: true, count: first.count)
    var height: UInt64 = random.happens(permille: 300) ? 2 : random.within(3...10)
    for number in 0..<1 + random.index(5) {
      guard height <= heightsMax else { break }
      if random.happens(permille: 500) {
        renew(isMember.indices.filter { isMember[$0] }, &keys, number, at: height, &random)
      } else {
        move(&isMember, &random)
      }
      let members = isMember.indices.filter { isMember[$0] }.map {
        Validator(
          account: first.members[$0].account, consensusKey: keys[$0].at(height).publicKey)
      }
      guard let set = ValidatorSet(firstHeight: height, members: members) else {
        throw .genesis("a drawn set is none")
      }
      list.append(set)
      // Sets may also change height after height.
      height += random.happens(permille: 250) ? 1 : random.within(2...12)
    }
    return SimulatedSets(list)
  }

  /// Some members sign with another key from a height on.
  private static func renew(
    _ members: [Int], _ keys: inout [NodeKey], _ number: Int, at height: UInt64,
    _ random: inout SeededRandom
  ) {
    let share = random.within(100...1_000)
    for member in members where random.happens(permille: share) {
      keys[member].renew(UInt8(number), at: height)
    }
  }

  /// A member leaves, or several; or those that left come back.
  private static func move(_ isMember: inout [Bool], _ random: inout SeededRandom) {
    let outside = isMember.indices.filter { !isMember[$0] }
    let inside = isMember.indices.filter { isMember[$0] }
    let room = inside.count - Limits.validatorsMin
    if !outside.isEmpty, room == 0 || random.happens(permille: 500) {
      for index in outside.prefix(1 + random.index(outside.count)) { isMember[index] = true }
      return
    }
    // At most a third at once: no fault takes more out of a network.
    let most = min(room, max(1, inside.count / 3))
    guard room > 0 else { return }
    let count = random.happens(permille: 600) ? 1 : 1 + random.index(most)
    for place in random.order(inside.count).prefix(count) { isMember[inside[place]] = false }
  }
}
