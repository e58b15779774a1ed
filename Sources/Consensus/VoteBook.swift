import LedgerCore

/// The verified votes of one height, by member. One vote is kept for each position: the first; of
/// each member the votes of its newest `ConsensusLimits.viewsPerMemberMax` views.
struct VoteBook: Sendable {
  /// By member, ascending by position.
  private var votes: [[Vote]]

  /// What became of a vote.
  enum Insertion {
    case added
    /// The same statement is there, or newer views have pushed it out.
    case known
    /// Another statement stands at its position.
    case conflict(Vote)
  }

  init(members: Int) { votes = Array(repeating: [], count: members) }

  var members: Range<Int> { votes.indices }

  /// A member's votes, ascending by position.
  func all(of member: Int) -> [Vote] { votes[member] }

  func vote(of member: Int, at position: VotePosition) -> Vote? {
    votes[member].first { $0.statement.position == position }
  }

  /// Whether this very vote, its signature included, is there.
  func contains(_ vote: Vote) -> Bool { votes[Int(vote.member)].contains(vote) }

  mutating func insert(_ vote: Vote) -> Insertion {
    let member = Int(vote.member)
    let position = vote.statement.position
    if let known = self.vote(of: member, at: position) {
      return known.statement == vote.statement ? .known : .conflict(known)
    }
    let index =
      votes[member].firstIndex { position < $0.statement.position } ?? votes[member].endIndex
    votes[member].insert(vote, at: index)
    return dropOldest(of: member, keeping: vote.view)
  }

  private mutating func dropOldest(of member: Int, keeping view: UInt64) -> Insertion {
    var views = 0
    var last: UInt64?
    for vote in votes[member] where vote.view != last {
      views += 1
      last = vote.view
    }
    guard views > ConsensusLimits.viewsPerMemberMax, let oldest = votes[member].first?.view else {
      return .added
    }
    votes[member].removeAll { $0.view == oldest }
    return oldest == view ? .known : .added
  }

  /// Who has signed exactly this statement, ascending by member.
  func signatures(for statement: VoteStatement) -> [MemberSignature] {
    let position = statement.position
    return members.compactMap { member in
      guard let vote = vote(of: member, at: position), vote.statement == statement else {
        return nil
      }
      return MemberSignature(member: vote.member, signature: vote.signature)
    }
  }

  /// The votes at one position, ascending by member.
  func votes(at position: VotePosition) -> [Vote] {
    members.compactMap { vote(of: $0, at: position) }
  }

  /// The highest view a member has asked for; nil when it has asked for none.
  func highestViewChange(of member: Int) -> UInt64? {
    votes[member].last { $0.statement.kind == .viewChange }?.view
  }
}
