/// How alike two words are written.
enum WordDistance {
  /// The words of the list that begin with `word`, or else those the fewest slips from it, at most
  /// two; the likeliest first, at most three.
  static func nearest(to word: String) -> [String] {
    let written = Array(word.utf8.prefix(16))
    let ranked = EnglishWords.all.compactMap {
      candidate -> (slips: Int, rank: Int, word: String)? in
      let letters = Array(candidate.utf8)
      if written.count >= 3, letters.starts(with: written) { return (0, 0, candidate) }
      let slips = slips(written, letters)
      guard slips <= 2, slips < written.count else { return nil }
      // Of words equally far, those that begin alike: people mistake ends more than beginnings.
      return (slips, -zip(written, letters).prefix { $0 == $1 }.count, candidate)
    }
    let least = ranked.map(\.slips).min()
    return ranked.filter { $0.slips == least }.sorted { ($0.rank, $0.word) < ($1.rank, $1.word) }
      .prefix(3).map(\.word)
  }

  /// The fewest slips (a letter missing, added, replaced, or two neighbours swapped) between two
  /// words; 3 stands for "more than two". Optimal string alignment (Damerau 1964).
  static func slips(_ first: [UInt8], _ second: [UInt8]) -> Int {
    guard abs(first.count - second.count) <= 2 else { return 3 }
    var before: [Int] = []
    var previous = Array(0...second.count)
    for row in 0..<first.count {
      var current = [row + 1]
      current.reserveCapacity(second.count + 1)
      for column in 0..<second.count {
        let replaced = previous[column] + (first[row] == second[column] ? 0 : 1)
        var least = min(replaced, previous[column + 1] + 1, current[column] + 1)
        if row > 0, column > 0, first[row] == second[column - 1],
          first[row - 1] == second[column]
        {
          least = min(least, before[column - 1] + 1)
        }
        current.append(least)
      }
      before = previous
      previous = current
    }
    return min(3, previous[second.count])
  }
}
