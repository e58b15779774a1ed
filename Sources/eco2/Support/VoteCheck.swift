import Foundation
import LedgerClient
import LedgerCore
import NodeAnswers

/// What elections would say of a draft, found before it is signed: in a block it would pay charge
/// and fee for nothing. Judged by the last final block, and this machine's clock where that is
/// ahead of it.
struct VoteCheck {
  private let ledger: Ledger
  private let sender: AccountID
  private var election: ElectionAnswer?
  private var voter: VoterAnswer?
  /// Votes that the draft has freed so far less those that it has placed.
  private var change: Int128 = 0

  private init(_ ledger: Ledger, _ sender: AccountID) {
    self.ledger = ledger
    self.sender = sender
  }

  /// Why a draft's votes would fail; nil when nothing is known against them.
  static func shortfall(of draft: TransactionBuilder, in ledger: Ledger)
    async throws(ClientError) -> Shortfall?
  {
    var check = VoteCheck(ledger, draft.sender)
    for operation in draft.operations {
      if let found = try await check.look(at: operation) { return found }
    }
    return nil
  }

  private mutating func look(at operation: LedgerCore.Operation) async throws(ClientError)
    -> Shortfall?
  {
    switch operation {
    case .lockVotes(let lock): change += Self.signed(lock.amount)
    case .placeVotes(let place): return try await look(at: place)
    case .moveVotes(let move): return try await look(at: move)
    case .withdrawVotes(let withdraw):
      change += Self.signed(withdraw.amount)
      return try await stake(withdraw.amount, for: withdraw.candidate)
    case .unlockVotes(let unlock): return try await look(at: unlock)
    case .collectUnlocked: return try await collect()
    case .registerCandidate: return try await register()
    case .releaseNode: return try await release()
    default: break
    }
    return nil
  }

  // MARK: Votes

  private mutating func look(at place: PlaceVotes) async throws(ClientError) -> Shortfall? {
    if let found = try await standing(place.candidate) { return found }
    if let found = try await window("placed") { return found }
    return try await idle(place.amount, "Lock more with `eco2 vote lock`, or with --lock.")
  }

  private mutating func look(at move: MoveVotes) async throws(ClientError) -> Shortfall? {
    guard let from = try await candidate(move.from) else { return Self.unknown(move.from, ledger) }
    if let found = try await standing(move.to) { return found }
    // Votes for one that stands no more are moved at any time.
    if from.standing == "standing", let found = try await window("moved") { return found }
    return try await stake(move.amount, for: move.from)
  }

  private mutating func look(at unlock: UnlockVotes) async throws(ClientError) -> Shortfall? {
    let voter = try await self.asVoter()
    if voter.unlocks.count >= CandidateLimits.unlocksMax {
      return Shortfall(
        .tooManyUnlocks,
        why: "\(voter.unlocks.count) amounts are on their way back already, the most there can "
          + "be: collect those that are ready with `eco2 vote collect`.")
    }
    return try await idle(unlock.amount, "Take votes back first: `eco2 vote withdraw`.")
  }

  private mutating func collect() async throws(ClientError) -> Shortfall? {
    let time = try await time()
    let ready = try await asVoter().unlocks.map(\.readyAt)
    guard !ready.contains(where: { $0 <= time }) else { return nil }
    guard let first = ready.min() else {
      return Shortfall(
        .notUnlocked, why: "Nothing is on its way back; `eco2 vote unlock` begins it.")
    }
    return Shortfall(
      .notUnlocked,
      why: "Nothing is ready yet: the first amount is at \(Printing.time(milliseconds: first)), "
        + "in \(DelegationText.span(milliseconds: first - time)).")
  }

  /// Takes votes out of those that are idle.
  private mutating func idle(_ amount: Amount, _ advice: String) async throws(ClientError)
    -> Shortfall?
  {
    let voter = try await asVoter()
    let idle = (Int128(voter.idle) ?? 0) + change
    change -= Self.signed(amount)
    guard idle < Self.signed(amount) else { return nil }
    return Shortfall(
      .votesInsufficient,
      why: "The sender has \(Printing.eco2("\(max(idle, 0))")) of votes that are for nobody, not "
        + "\(Printing.eco2("\(amount)")). \(advice)")
  }

  /// Whether the sender has so many votes for a candidate.
  private func stake(_ amount: Amount, for account: AccountID) async throws(ClientError)
    -> Shortfall?
  {
    let address = account.address(network: ledger.facts.network)
    var held: UInt128 = 0
    for try await stake in ledger.votes(of: sender) where stake.candidate == address {
      held = UInt128(stake.amount) ?? 0
      break
    }
    guard held < amount.baseUnits else { return nil }
    return Shortfall(
      .votesInsufficient,
      why: "The sender votes for \(address) with \(Printing.eco2("\(held)")), not "
        + "\(Printing.eco2("\(amount)")); `eco2 vote show` lists its votes.")
  }

  /// Whether votes are placed and moved now.
  private mutating func window(_ verb: String) async throws(ClientError) -> Shortfall? {
    let (election, time) = (try await asElection(), try await time())
    guard time < election.votingFrom || time >= election.endsAt else { return nil }
    let opens =
      time < election.votingFrom
      ? "at \(Printing.time(milliseconds: election.votingFrom)), in "
        + DelegationText.span(milliseconds: election.votingFrom - time)
      : "in the term that begins now; see `eco2 candidate election`"
    return Shortfall(
      .votingClosed, why: "Votes are \(verb) in the voting window only. It opens \(opens).")
  }

  // MARK: Candidates

  private func standing(_ account: AccountID) async throws(ClientError) -> Shortfall? {
    guard let candidate = try await candidate(account) else {
      return Self.unknown(account, ledger)
    }
    guard candidate.standing != "standing" else { return nil }
    return Shortfall(
      .candidateNotStanding,
      why: "\(candidate.name) is \(candidate.standing), and stands no more; `eco2 candidate list` "
        + "shows who does.")
  }

  private static func unknown(_ account: AccountID, _ ledger: Ledger) -> Shortfall {
    Shortfall(
      .unknownCandidate,
      why: "\(account.address(network: ledger.facts.network)) is no candidate; `eco2 candidate "
        + "list` shows who is.")
  }

  private func register() async throws(ClientError) -> Shortfall? {
    guard let candidate = try await candidate(sender) else { return nil }
    let stands = candidate.standing == "standing"
    return Shortfall(
      .alreadyCandidate,
      why: "The sender is registered already, as \(candidate.name)"
        + (stands
          ? "; `eco2 candidate update` changes what it tells."
          : ", which is \(candidate.standing): an account registers once."))
  }

  private func release() async throws(ClientError) -> Shortfall? {
    guard let candidate = try await candidate(sender) else {
      return Self.unknown(sender, ledger)
    }
    if let found = try await standing(sender) { return found }
    guard candidate.jailedAt == nil else { return nil }
    return Shortfall(.notJailed, why: "\(candidate.name) is not jailed.")
  }

  // MARK: Asking

  /// Nil for an account that is no candidate.
  private func candidate(_ account: AccountID) async throws(ClientError) -> CandidateAnswer? {
    do throws(ClientError) { return try await ledger.candidate(account) } catch {
      if case .refused(404, _, _, _) = error { return nil }
      throw error
    }
  }

  private mutating func asElection() async throws(ClientError) -> ElectionAnswer {
    if let election { return election }
    let asked = try await ledger.election()
    election = asked
    return asked
  }

  private mutating func asVoter() async throws(ClientError) -> VoterAnswer {
    if let voter { return voter }
    let asked = try await ledger.voter(sender)
    voter = asked
    return asked
  }

  /// The next block's time is not below.
  private mutating func time() async throws(ClientError) -> UInt64 {
    let now = UInt64(max(0, Date.now.timeIntervalSince1970 * 1_000))
    return max(try await asElection().time, now)
  }

  /// Nobody has more base units than 128 signed bits hold.
  private static func signed(_ amount: Amount) -> Int128 {
    Int128(clamping: min(amount.baseUnits, UInt128(Int64.max)))
  }
}
