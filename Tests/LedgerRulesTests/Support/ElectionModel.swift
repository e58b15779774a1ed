import LedgerCore

@testable import LedgerRules

/// Elections as one would do them by hand: all votes are summed and all candidates sorted, each
/// time anew.
struct ElectionModel {
  /// In the order of registration.
  var candidates: [AccountID]
  /// By candidate and voter, ECO2 base units.
  var votes: [AccountID: [AccountID: UInt128]] = [:]
  var resigned: Set<AccountID> = []
  var excluded: Set<AccountID> = []
  /// Since when.
  var jailed: [AccountID: UInt64] = [:]
  /// For which term.
  var ready: [AccountID: UInt64] = [:]
  var members: [AccountID]
  var standbys: [AccountID] = []
  /// Heights at which members left between elections.
  var departures: [UInt64] = []

  func stands(_ candidate: AccountID) -> Bool {
    !resigned.contains(candidate) && !excluded.contains(candidate)
  }

  func isElectable(_ candidate: AccountID) -> Bool {
    stands(candidate) && jailed[candidate] == nil
  }

  func votes(for candidate: AccountID) -> UInt128 {
    (votes[candidate] ?? [:]).values.reduce(0, +)
  }

  /// The election of a term.
  mutating func elect(_ term: UInt64, seats: Int) {
    let sorted = candidates.enumerated()
      .filter { isElectable($0.element) && ready[$0.element] == term }
      .sorted { left, right in
        let (a, b) = (votes(for: left.element), votes(for: right.element))
        return a == b ? left.offset < right.offset : a > b
      }
      .map(\.element)
    guard sorted.count >= 4 else {
      standbys = []
      return
    }
    members = Array(sorted.prefix(seats))
    standbys = Array(sorted.dropFirst(seats).prefix(seats))
  }

  /// The end of a block: who has to leave, leaves.
  mutating func endBlock(_ height: UInt64) {
    let count = members.count
    departures.removeAll { height - $0 >= UInt64(2 * count) }
    var free = (count - 1) / 3 - departures.count
    let first = members.filter { excluded.contains($0) }.sorted {
      (jailed[$0] ?? 0, $0) < (jailed[$1] ?? 0, $1)
    }
    let second = members.filter { stands($0) && jailed[$0] != nil }.sorted {
      (jailed[$0] ?? 0, $0) < (jailed[$1] ?? 0, $1)
    }
    let third = members.filter { resigned.contains($0) && !excluded.contains($0) }.sorted {
      (jailed[$0] ?? 0, $0) < (jailed[$1] ?? 0, $1)
    }
    for account in first + second + third where free > 0 {
      free -= 1
      while let standby = standbys.first, !isElectable(standby) || members.contains(standby) {
        standbys.removeFirst()
      }
      if let standby = standbys.first {
        standbys.removeFirst()
        members = members.map { $0 == account ? standby : $0 }
      } else if members.count > 4 {
        members.removeAll { $0 == account }
      } else {
        continue
      }
      departures.append(height)
    }
  }
}
