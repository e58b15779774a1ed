import ArgumentParser
import LedgerClient
import LedgerCore
import NodeAnswers

/// Elections and governance as people read them.
enum DelegationText {
  static func account(_ address: String, _ ledger: Ledger) throws -> AccountID {
    do { return try AccountID(address: address, network: ledger.facts.network) } catch {
      throw ValidationError("`\(address)` is no address: \(error)")
    }
  }

  static func checkVotes(_ amount: TokenAmount) throws {
    guard amount.token == .eco2 else { throw ValidationError("Votes are ECO2, such as 500eco2.") }
  }

  /// What a candidate is now, in a word or two.
  static func role(_ candidate: CandidateAnswer) -> String {
    if candidate.standing != "standing" { return candidate.standing }
    return candidate.jailedAt == nil ? candidate.role : "jailed"
  }

  static func facts(_ candidate: CandidateAnswer) -> [(String, String)] {
    let profile = candidate.profile
    var facts: [(String, String)] = [
      ("name", candidate.name), ("account", candidate.account), ("is", role(candidate)),
      ("votes", Printing.eco2(candidate.votes)), ("bond", Printing.eco2(candidate.bond)),
      ("registered as", "number \(candidate.number)"),
      ("next term", candidate.isReady ? "its node is ready" : "its node is not ready yet"),
      ("consensus key", candidate.consensusKey),
      ("energy", energy(profile)),
    ]
    if let next = candidate.nextProfile { facts.append(("from the next term", energy(next))) }
    facts.append(("reserve for dues", Printing.mass(candidate.reserve)))
    if candidate.debts != "0" { facts.append(("owes", Printing.mass(candidate.debts))) }
    if let missed = candidate.missedBlocks { facts.append(("missed blocks", "\(missed)")) }
    if let time = candidate.jailedAt {
      facts.append(("jailed", Printing.time(milliseconds: time)))
    }
    if let time = candidate.leftAt {
      facts.append(("left the set", Printing.time(milliseconds: time)))
    }
    return facts
  }

  private static func energy(_ profile: EnergyProfileContents) -> String {
    let watts = Double(profile.idleMilliwatts) / 1_000
    let joules = Double(profile.millijoulesPerCPUSecond) / 1_000
    return "\(profile.tier) in \(profile.region): \(watts) W idle, \(joules) J a CPU-second, "
      + "PUE \(Double(profile.puePermille) / 1_000)"
  }

  static func facts(_ election: ElectionAnswer) -> [(String, String)] {
    func left(_ time: UInt64) -> String {
      guard time > election.time else { return "" }
      return ", in " + span(milliseconds: time - election.time)
    }
    return [
      ("term", "\(election.term), since \(Printing.time(milliseconds: election.startedAt))"),
      (
        "voting",
        election.isVoting
          ? "open"
          : "from \(Printing.time(milliseconds: election.votingFrom))" + left(election.votingFrom)
      ),
      (
        "nodes declare themselves",
        "from \(Printing.time(milliseconds: election.readyFrom))" + left(election.readyFrom)
      ),
      (
        "next election",
        Printing.time(milliseconds: election.endsAt) + left(election.endsAt)
      ),
      ("ER Nodes", "\(election.members.count) of \(election.seats)"),
      ("standbys", "\(election.standbys.count)"),
      ("candidates", "\(election.candidates)"),
      ("locked", Printing.eco2(election.locked)),
      ("votes placed", Printing.eco2(election.placed)),
      ("shown after", "block \(election.height)"),
    ]
  }

  /// A span of time in its two largest units.
  static func span(milliseconds: UInt64) -> String {
    let seconds = milliseconds / 1_000
    let units = [
      (seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"),
      (seconds % 60, "s"),
    ]
    let parts = units.drop { $0.0 == 0 }.prefix(2).map { "\($0.0) \($0.1)" }
    return parts.isEmpty ? "0 s" : parts.joined(separator: " ")
  }

  static func facts(_ voter: VoterAnswer) -> [(String, String)] {
    var facts = [
      ("account", voter.account), ("locked", Printing.eco2(voter.locked)),
      ("placed", Printing.eco2(voter.placed)), ("idle", Printing.eco2(voter.idle)),
    ]
    for unlock in voter.unlocks {
      facts.append(
        (
          "unlocking",
          "\(Printing.eco2(unlock.amount)), on \(Printing.time(milliseconds: unlock.readyAt))"
        ))
    }
    if !voter.vetoes.isEmpty {
      facts.append(
        ("against motions", voter.vetoes.map { "\($0)" }.joined(separator: ", ")))
    }
    return facts
  }

  /// A table of votes, behind an empty line; nothing for none.
  static func table(_ stakes: [StakeAnswer]) -> String {
    guard !stakes.isEmpty else { return "" }
    return "\n"
      + Printing.table(
        stakes.map {
          [
            $0.name, Printing.eco2($0.amount), Printing.eco2($0.earned),
            $0.standing == "standing" ? "" : $0.standing, $0.candidate,
          ]
        },
        header: ["candidate", "votes", "earned", "", "account"])
  }
}
