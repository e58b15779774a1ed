/// Finds, by rule of thumb, loops over hash tables: their order differs from run to run.
enum OrderChecks {
  static func hashOrder(_ file: SourceText) -> [Finding] {
    let tables = hashTables(file)
    return file.code.enumerated().compactMap { index, line in
      guard line.contains(" in ") || line.contains("."), !line.contains("sorted"),
        takesHashOrder(line, tables)
      else { return nil }
      return Finding(
        path: file.path, line: index + 1, rule: "hash order",
        detail: TextChecks.trimmed(file.lines[index]))
    }
  }

  private static func takesHashOrder(_ line: String, _ tables: Set<String>) -> Bool {
    if line.contains(/\.(keys|values)\s*\.(forEach|map|flatMap|compactMap|reduce|first)\b/) {
      return true
    }
    if let match = line.firstMatch(
      of: /\bfor\b.*?\bin\s+((?:self\.)?\w+)(\.keys|\.values)?\s*(?:\{|where\b|$)/)
    {
      if match.2 != nil { return true }
      let name = match.1.hasPrefix("self.") ? match.1.dropFirst(5) : match.1
      return tables.contains(String(name))
    }
    if let match = line.firstMatch(of: /\b(\w+)\.forEach\b/) {
      return tables.contains(String(match.1))
    }
    return false
  }

  /// Names that the file declares as a dictionary or a set.
  private static func hashTables(_ file: SourceText) -> Set<String> {
    var names = Set<String>()
    for line in file.code where line.contains(" =") || line.contains(":") {
      let isSorted = line.contains("sorted")
      if !isSorted,
        let match = line.firstMatch(
          of: /\b(?:var|let)\s+(\w+)\s*:\s*(?:\[[^\[\]()]+:|Set<|Dictionary<)/)
      {
        names.insert(String(match.1))
      }
      if !isSorted,
        let match = line.firstMatch(
          of: /\b(?:var|let)\s+(\w+)\s*=\s*(?:Set[<(]|Dictionary[<(]|\[\s*\w+\s*:\s*\w+\s*\]\()/)
      {
        names.insert(String(match.1))
      }
    }
    return names
  }
}
