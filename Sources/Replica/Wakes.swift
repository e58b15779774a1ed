/// One timer for the three machines: each wants its own wake, the shell keeps the earliest.
struct Wakes {
  enum Machine: Int, CaseIterable {
    case consensus
    case dissemination
    case catchUp
  }

  private var times: [UInt64?] = [nil, nil, nil]
  private var told: UInt64?

  mutating func set(_ machine: Machine, at time: UInt64) { times[machine.rawValue] = time }

  /// The machines whose time has come; their wakes are used up.
  mutating func due(at now: UInt64) -> [Machine] {
    told = nil
    return Machine.allCases.filter { machine in
      guard let time = times[machine.rawValue], time <= now else { return false }
      times[machine.rawValue] = nil
      return true
    }
  }

  /// The earliest wake, when it differs from what the shell was told last.
  mutating func changed() -> UInt64? {
    let earliest = times.compactMap(\.self).min()
    guard let earliest, earliest != told else { return nil }
    told = earliest
    return earliest
  }
}
