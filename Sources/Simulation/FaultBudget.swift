/// Who may do or suffer what consensus bears from f members only.
///
/// A node that lies, one whose disk loses what it had synced (it may have forgotten a vote, or a
/// bundle it acknowledged), and one that never comes back are all the same to the others: no more
/// than f members of a run are any of these, together. Of more, safety is not owed. Every other
/// fault (crashes, pauses, clocks, links) may befall anybody, and all at once.
struct FaultBudget {
  /// f, of the smallest of the run's sets.
  let faultyMax: Int
  /// Members that lie; ascending.
  let byzantine: [Int]
  /// Members whose disks are wiped, damaged or set back; ascending.
  let forgetful: [Int]
  /// Members that stay down in the phase without faults; ascending.
  let absent: [Int]

  /// Draws among the members that are honest, as far as the liars leave room.
  init(
    members: Int, faultyMax: Int, byzantine: [Int], hasFaults: Bool, random: inout SeededRandom
  ) {
    self.faultyMax = faultyMax
    self.byzantine = byzantine.sorted()
    let room = max(0, faultyMax - byzantine.count)
    let honest = random.order(members).filter { !byzantine.contains($0) }
    let count = hasFaults ? random.index(room + 1) : 0
    let faulty = honest.prefix(count)
    let forgets = random.index(4)
    let stays = random.index(3)
    forgetful = forgets == 0 ? [] : faulty.sorted()
    absent = stays > 0 ? [] : Array(faulty.prefix(1 + random.index(count + 1))).sorted()
  }

  /// Members of which agreement may not depend; ascending.
  var faulty: [Int] { Set(byzantine + forgetful + absent).sorted() }
}
