import NodeAnswers

/// Motions as people read them.
enum MotionText {
  /// What a motion changes, in a few words.
  static func sentence(_ motion: MotionContents) -> String {
    let accounts = (motion.accounts ?? []).joined(separator: ", ")
    return switch motion.kind {
    case "set-parameters":
      "set "
        + (motion.changes ?? []).map { "\($0.parameter) to \($0.value)" }
        .joined(separator: ", ")
    case "set-operation-cost":
      "cost of \(motion.operation ?? "-"): \(motion.cpuNanoseconds ?? 0) ns, "
        + "\(motion.bytes ?? 0) bytes"
    case "set-floor":
      "floor of \(motion.tier ?? "nodes without attestation"): "
        + "\(Double(motion.idleMilliwatts ?? 0) / 1_000) W, "
        + "PUE \(Double(motion.puePermille ?? 0) / 1_000)"
    case "add-factor":
      "\(motion.region ?? "-") in \(motion.year ?? 0): "
        + "\(Double(motion.microgramsPerKilowattHour ?? 0) / 1_000_000) g/kWh"
    case "appoint-registrars": "\(motion.threshold ?? 0) of the registrars \(accounts)"
    case "appoint-custodian":
      "custodian \(motion.name ?? "-") (\(accounts)), up to \(Printing.mass(motion.limit ?? "0"))"
    case "dismiss-custodian": "dismiss the custodian \(accounts)"
    case "activate-feature": "feature \(motion.name ?? "-") from height \(motion.height ?? 0) on"
    case "set-base-cost":
      "cost of each \(motion.subject ?? "-"): \(motion.cpuNanoseconds ?? 0) ns, "
        + "\(motion.bytes ?? 0) bytes"
    case "set-reserve-rules":
      "the reserve takes \((motion.products ?? []).joined(separator: ", ")) of "
        + (motion.registries ?? []).joined(separator: ", ")
    case "pause": "pause \(motion.operation ?? "-")"
    default: motion.kind
    }
  }

  static func facts(_ motion: MotionAnswer) -> [(String, String)] {
    var facts: [(String, String)] = [
      ("motion", "\(motion.number)"), ("what", sentence(motion.motion)),
      ("reason", motion.reason), ("proposed by", motion.proposer),
      ("proposed", Printing.time(milliseconds: motion.proposedAt)),
      ("standing", motion.standing),
    ]
    if let height = motion.endedAt {
      facts.append(("ended in block", "\(height)"))
    } else {
      facts.append(
        (
          motion.standing == "approved" ? "executed" : "expires",
          Printing.time(milliseconds: motion.dueAt)
        ))
    }
    facts += motion.approvals.map { ("approved by", $0) }
    if motion.vetoes != "0" { facts.append(("votes against", Printing.eco2(motion.vetoes))) }
    return facts
  }
}
