/// What `Package.swift` says each target may import, read from its text: the table's own shape
/// (`module("X", […])`, `tests("X", […])`, `name: "X", dependencies: […]`).
struct Manifest {
  enum Kind { case c, module, executable, test }

  struct Target {
    let name: String
    let kind: Kind
    /// Names of modules: of this package's targets and of other packages' products.
    let dependencies: [String]
  }

  let targets: [Target]

  init(text: String) {
    let text = text.replacing(/\/\/[^\n]*/, with: "")
    var products: [String: String] = [:]
    for match in text.matches(of: /let (\w+): Target\.Dependency = \.product\(\s*name: "(\w+)"/) {
      products[String(match.1)] = String(match.2)
    }
    func names(_ list: Substring) -> [String] {
      list.split(separator: ",").compactMap { entry in
        let entry = entry.filter { !$0.isWhitespace }
        if entry.isEmpty { return nil }
        return entry.hasPrefix("\"")
          ? String(entry.dropFirst().dropLast()) : products[entry] ?? entry
      }
    }
    var targets: [Target] = []
    for match in text.matches(of: /\.target\(\s*name: "(\w+)",\s*path:/) {
      targets.append(Target(name: String(match.1), kind: .c, dependencies: []))
    }
    for match in text.matches(of: /\b(module|tests)\(\s*"(\w+)",\s*\[([^\]]*)\]/) {
      targets.append(
        Target(
          name: String(match.2), kind: match.1 == "tests" ? .test : .module,
          dependencies: names(match.3)))
    }
    for match in text.matches(
      of: /\.executableTarget\(\s*name: "(\w+)",\s*dependencies: \[([^\]]*)\](?:,\s*path: "(\w+))?/)
    {
      // One beside the tests is run by them; names of C targets begin with a C.
      let isC = match.1.prefixMatch(of: /C[A-Z]/) != nil
      let kind: Kind = isC ? .c : match.3 == "Tests" ? .test : .executable
      targets.append(Target(name: String(match.1), kind: kind, dependencies: names(match.2)))
    }
    self.targets = targets
  }

  subscript(name: String) -> Target? { targets.first { $0.name == name } }

  /// A chain of targets that leads back to its first; nil where there is none.
  func cycle() -> [String]? {
    var finished = Set<String>()
    func visit(_ name: String, _ path: [String]) -> [String]? {
      if let start = path.firstIndex(of: name) { return Array(path[start...]) + [name] }
      guard !finished.contains(name), let target = self[name] else { return nil }
      for dependency in target.dependencies {
        if let cycle = visit(dependency, path + [name]) { return cycle }
      }
      finished.insert(name)
      return nil
    }
    for target in targets {
      if let cycle = visit(target.name, []) { return cycle }
    }
    return nil
  }
}
