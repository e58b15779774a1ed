import StrictJSON

/// A scenario of Twins (Bano et al., "Twins: BFT Systems Made Robust", OPODIS 2021): who leads, and
/// who hears whom, in each of a few rounds, while some members run twice with one key.
public struct TwinsScenario: Sendable {
  /// One round of the script.
  public struct Round: Sendable {
    /// The member that leads.
    public let leader: Int
    /// The group of each instance; instances of different groups do not hear each other.
    public let groups: [Int]
    /// What is sent across groups arrives when the round is over; otherwise never.
    public let crossesLater: Bool
  }

  public let name: String
  /// Members: v0, v1, … by their index in the validator set.
  public let members: Int
  /// Members that run twice. Instance k is member k's first; the second ones follow, in this order.
  public let twins: [Int]
  /// The quorum where it is not the set's.
  public let quorum: Int?
  public let rounds: [Round]
  /// Whether honest nodes must disagree: a control, which shows that the checks see a fork.
  public let mustFork: Bool

  /// All instances, of twins both.
  public var instances: Int { members + twins.count }

  /// The member that an instance is of.
  public func member(of instance: Int) -> Int {
    instance < members ? instance : twins[instance - members]
  }

  /// The instances of members that run twice.
  public var twinInstances: Set<Int> { Set(twins).union(members..<instances) }
}

extension TwinsScenario {
  /// Scenarios of a file of JSON lines: a line that says how many members and twins, then one
  /// scenario a line.
  public static func scenarios(inLines bytes: [UInt8]) throws(TwinsFileError) -> [TwinsScenario] {
    var header: Header?
    var scenarios: [TwinsScenario] = []
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n")).enumerated() {
      do {
        let value = try JSONValue(Array(line))
        guard let header else {
          header = try value.decode(Header.self)
          continue
        }
        let entry = try value.decode(Line.self)
        scenarios.append(
          try TwinsScenario(
            name: "\(entry.id)", members: header.n, twins: Array(0..<header.twins), quorum: nil,
            rounds: entry.rounds, mustFork: false))
      } catch {
        throw TwinsFileError(line: index + 1, reason: "\(error)")
      }
    }
    return scenarios
  }

  /// The controls of a file: a list of named scenarios, of which those whose name begins with NEG
  /// must fork.
  public static func controls(in bytes: [UInt8]) throws(TwinsFileError) -> [TwinsScenario] {
    do {
      return try JSONValue(bytes).decode([Control].self).map { control in
        try TwinsScenario(
          name: control.name, members: control.n,
          twins: try control.twins.map { try index(of: $0, members: control.n, twins: []) },
          quorum: control.quorum, rounds: control.rounds,
          mustFork: control.name.hasPrefix("NEG"))
      }
    } catch {
      throw TwinsFileError(line: nil, reason: "\(error)")
    }
  }

  private init(
    name: String, members: Int, twins: [Int], quorum: Int?, rounds: [ScriptedRound],
    mustFork: Bool
  ) throws(TwinsFault) {
    guard (4...64).contains(members), twins.allSatisfy((0..<members).contains),
      Set(twins).count == twins.count, (1...64).contains(rounds.count)
    else { throw .sizes }
    guard quorum.map({ (1...members).contains($0) }) ?? true else { throw .sizes }
    self.name = name
    self.members = members
    self.twins = twins
    self.quorum = quorum == 2 * members / 3 + 1 ? nil : quorum
    self.mustFork = mustFork
    var played: [Round] = []
    for round in rounds {
      var groups = Array(0..<members + twins.count).map { -1 - $0 }
      for (number, group) in round.groups.enumerated() {
        for instance in group {
          groups[try Self.index(of: instance, members: members, twins: twins)] = number
        }
      }
      let leader = try Self.index(of: round.leader, members: members, twins: [])
      guard round.cross == "drop" || round.cross == "later" else { throw .cross(round.cross) }
      played.append(Round(leader: leader, groups: groups, crossesLater: round.cross == "later"))
    }
    self.rounds = played
  }

  /// The instance of a name: `v3`, or `v3t` for the second one.
  private static func index(
    of name: String, members: Int, twins: [Int]
  ) throws(TwinsFault) -> Int {
    let isSecond = name.hasSuffix("t")
    guard name.hasPrefix("v"), let member = Int(name.dropFirst().dropLast(isSecond ? 1 : 0)),
      (0..<members).contains(member)
    else { throw .instance(name) }
    guard isSecond else { return member }
    guard let place = twins.firstIndex(of: member) else { throw .instance(name) }
    return members + place
  }
}

/// Why a file of scenarios cannot be read.
public struct TwinsFileError: Error, CustomStringConvertible {
  /// From 1; nil where it is of the whole file.
  public let line: Int?
  public let reason: String

  public var description: String { line.map { "line \($0): \(reason)" } ?? reason }
}

enum TwinsFault: Error, CustomStringConvertible {
  case sizes
  case instance(String)
  case cross(String)

  var description: String {
    switch self {
    case .sizes: "a scenario has 4…64 members, distinct twins of them, 1…64 rounds, and a quorum"
    case .instance(let name): "\"\(name)\" is no instance"
    case .cross(let text): "cross is \"drop\" or \"later\", not \"\(text)\""
    }
  }
}

/// The first line of a file.
private struct Header: Decodable {
  let n: Int
  let twins: Int
}

private struct Line: Decodable {
  let id: Int
  let rounds: [ScriptedRound]
}

private struct Control: Decodable {
  let name: String
  let n: Int
  let quorum: Int
  let twins: [String]
  let rounds: [ScriptedRound]
}

struct ScriptedRound: Decodable {
  let leader: String
  let groups: [[String]]
  let cross: String
}
