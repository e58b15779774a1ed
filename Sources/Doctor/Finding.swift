/// What one look found.
public struct Finding: Codable, Sendable, Equatable {
  /// How bad it is.
  public enum Verdict: String, Codable, Sendable, Comparable, CaseIterable {
    case ok
    /// The node runs, but not well, or not for long.
    case warning
    /// The node does not start, does not take part, or is in danger.
    case problem

    public static func < (left: Verdict, right: Verdict) -> Bool { left.rank < right.rank }

    private var rank: Int { Self.allCases.firstIndex(of: self) ?? 0 }
  }

  /// `home`, `configuration`, `genesis`, `keys`, `disk`, `limits`, `ports`, `clock`, `peers` or
  /// `node`.
  public let check: String
  public let verdict: Verdict
  /// What was found.
  public let what: String
  /// What to do; nil when nothing is to be done.
  public let advice: String?
}

/// Everything that was found.
public struct DoctorReport: Codable, Sendable, Equatable {
  /// The home that was looked at, or the address of the node that was asked.
  public let subject: String
  /// The process that runs the home, when one does.
  public let process: Int32?
  public let findings: [Finding]

  /// The worst of the findings.
  public var verdict: Finding.Verdict { findings.map(\.verdict).max() ?? .ok }

  /// 0 when all is well, 1 with warnings, 2 with problems.
  public var exitStatus: Int32 {
    switch verdict {
    case .ok: 0
    case .warning: 1
    case .problem: 2
    }
  }
}

/// Findings as they are gathered, by one check.
struct Notes {
  let check: String
  private(set) var findings: [Finding] = []

  init(_ check: String) { self.check = check }

  mutating func ok(_ what: String) { add(.ok, what, nil) }

  mutating func warning(_ what: String, _ advice: String) { add(.warning, what, advice) }

  mutating func problem(_ what: String, _ advice: String) { add(.problem, what, advice) }

  /// Errors' texts are sentences, these are not.
  private mutating func add(_ verdict: Finding.Verdict, _ what: String, _ advice: String?) {
    let what = what.hasSuffix(".") ? String(what.dropLast()) : what
    findings.append(Finding(check: check, verdict: verdict, what: what, advice: advice))
  }
}
