/// Checks of who imports whom.
enum ImportChecks {
  /// What a target's sources import beyond what `Package.swift` and the house rules let them.
  static func imports(
    _ files: [SourceText], of target: Manifest.Target, in manifest: Manifest
  ) -> [Finding] {
    let isTest = target.kind == .test
    let isDeterministic = Rules.deterministicTargets.contains(target.name)
    var allowed = Set(target.dependencies)
    if !isDeterministic { allowed.formUnion(Rules.toolchainModules) }
    if isTest { allowed.insert("Testing") }
    var findings: [Finding] = []
    for file in files {
      for (index, line) in file.code.enumerated() {
        let text = TextChecks.trimmed(line)
        guard let module = TextChecks.importedModule(text) else { continue }
        func report(_ rule: String) {
          findings.append(Finding(path: file.path, line: index + 1, rule: rule, detail: text))
        }
        if !allowed.contains(module) { report("import not in the table") }
        if module == "CLedgerCore" {
          if !isTest, !Rules.cImporters.contains(target.name) { report("C outside its rooms") }
          if text.contains("public import") { report("C in a public face") }
        }
      }
    }
    return findings
  }

  /// What the table of `Package.swift` itself allows against the architecture.
  static func table(_ manifest: Manifest) -> [String] {
    let own = Set(manifest.targets.map(\.name))
    var faults: [String] = []
    for target in manifest.targets where target.kind == .module || target.kind == .executable {
      for dependency in target.dependencies where own.contains(dependency) {
        if let allowed = Rules.imports[target.name], !allowed.contains(dependency) {
          faults.append("\(target.name) must not import \(dependency)")
        }
        if let allowed = Rules.importers[dependency], !allowed.contains(target.name) {
          faults.append("only \(allowed.sorted()) may import \(dependency), not \(target.name)")
        }
      }
    }
    for target in manifest.targets {
      if let vague = Rules.vagueNames.first(where: { words(target.name).contains($0) }) {
        faults.append("\(target.name): a target named \(vague) says nothing")
      }
    }
    if let cycle = manifest.cycle() {
      faults.append("cycle: \(cycle.joined(separator: " -> "))")
    }
    return faults
  }

  /// `PeerNetwork` is `Peer`, `Network`.
  static func words(_ name: String) -> [String] {
    var words: [String] = []
    for character in name {
      if character.isUppercase || words.isEmpty { words.append("") }
      words[words.count - 1].append(character)
    }
    return words
  }
}
