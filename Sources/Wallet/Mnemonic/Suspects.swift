/// Which words of a mnemonic to look at when its checksum fails.
enum Suspects {
  /// As many as a person looks at.
  static let countMax = 6

  /// Places where a word written alike, or the next one in exchange, makes the checksum hold: one
  /// slip before a swap before two slips.
  ///
  /// A wrong word passes the checksum by chance once in 16 (12 words) to 256 times (24 words), so
  /// few of the words that could have been meant remain.
  static func find(_ indices: [Int]) -> [SuspectWord] {
    var ranked: [(rank: Int, suspect: SuspectWord)] = []
    var candidates = indices
    for (place, index) in indices.enumerated() {
      let written = EnglishWords.all[index]
      let letters = Array(written.utf8)
      for (other, word) in EnglishWords.all.enumerated() where other != index {
        let slips = WordDistance.slips(letters, Array(word.utf8))
        guard slips <= 2 else { continue }
        candidates[place] = other
        if Mnemonic.checksumHolds(candidates) {
          ranked.append(
            (slips * 2, SuspectWord(position: place + 1, written: written, slip: .meant(word))))
        }
      }
      candidates[place] = index
      guard place + 1 < indices.count, indices[place + 1] != index else { continue }
      candidates.swapAt(place, place + 1)
      if Mnemonic.checksumHolds(candidates) {
        let next = EnglishWords.all[indices[place + 1]]
        ranked.append(
          (3, SuspectWord(position: place + 1, written: written, slip: .swappedWithNext(next))))
      }
      candidates.swapAt(place, place + 1)
    }
    let sorted = ranked.sorted { ($0.rank, $0.suspect.position) < ($1.rank, $1.suspect.position) }
    return sorted.prefix(countMax).map(\.suspect)
  }
}
