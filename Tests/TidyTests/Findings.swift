/// Something a check found: where, which rule, and what stands there.
struct Finding: Hashable, CustomStringConvertible {
  let path: String
  /// Counts from 1.
  let line: Int
  let rule: String
  let detail: String

  var description: String { "\(path):\(line): \(rule): \(detail)" }
}

/// A finding that is meant to be there.
struct Allowed {
  let path: String
  let rule: String
  /// Text of the line, so that the entry covers one place and not a whole file.
  let containing: String
  /// Why this place needs what the rule forbids.
  let reason: String

  func covers(_ finding: Finding) -> Bool {
    path == finding.path && rule == finding.rule && finding.detail.contains(containing)
  }
}

extension [Finding] {
  /// Those no entry of the allow-list covers.
  func notAllowed(_ entries: [Allowed] = allowList) -> [Finding] {
    filter { finding in !entries.contains { $0.covers(finding) } }
  }
}
