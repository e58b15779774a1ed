/// Finds the name that was meant.
enum Spelling {
  /// `; did you mean x?`, or nothing when no name is near.
  static func hint(_ word: String, _ names: [String]) -> String {
    nearest(word, names).map { "; did you mean \($0)?" } ?? ""
  }

  /// The name with the fewest changes from a word, at most a third of its length.
  static func nearest(_ word: String, _ names: [String]) -> String? {
    let best = names.map { (name: $0, distance: distance(word, $0)) }
      .min { ($0.distance, $0.name) < ($1.distance, $1.name) }
    guard let best, best.distance <= max(1, best.name.count / 3) else { return nil }
    return best.name
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two words (optimal string
  /// alignment); words longer than 64 are far from everything.
  static func distance(_ first: String, _ second: String) -> Int {
    let a = Array(first.lowercased().unicodeScalars)
    let b = Array(second.lowercased().unicodeScalars)
    guard a.count <= 64, b.count <= 64 else { return 64 }
    var before: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, before[j - 1] + 1) }
        row.append(cost)
      }
      before = last
      last = row
    }
    return last[b.count]
  }
}
