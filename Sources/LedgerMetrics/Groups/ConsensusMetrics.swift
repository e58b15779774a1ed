/// What consensus does at this node.
public struct ConsensusMetrics: Sendable {
  public let view: Gauge
  public let voting: Gauge
  public let validators: Gauge
  public let isMember: Gauge
  public let viewChanges: Counter
  public let viewsEntered: Counter
  public let proposal: Histogram
  public let prepare: Histogram
  public let commit: Histogram
  public let proposalsMade: Counter
  public let proposalsMissed: Counter
  public let invalidProposals: Counter
  public let evidence: Counter
  public let offencesRecorded: Gauge
  public let ownOffence: Gauge
  public let ownKeyConflicts: Counter
  public let keyUsedElsewhere: Gauge
  public let badSignatures: Counter
  public let votesRefused: Counter
  private let votes: MetricFamily<Counter>

  init(_ list: inout MetricList) {
    view = list.gauge("eco2_consensus_view", "The view at work; 0 when all goes well.")
    voting = list.gauge("eco2_consensus_voting", "Whether this node signs votes: 1 or 0.")
    validators = list.gauge("eco2_validators", "Members of the set that decides the next block.")
    isMember = list.gauge("eco2_validator", "Whether this node is one of them: 1 or 0.")
    viewChanges = list.counter(
      "eco2_view_changes_total", "View changes this node voted for.")
    viewsEntered = list.counter(
      "eco2_views_entered_total", "Views above 0 that a NEW-VIEW brought in.")
    proposal = list.histogram(
      "eco2_consensus_proposal_seconds",
      "From a slot's start until this node took the proposal up, in view 0.")
    prepare = list.histogram(
      "eco2_consensus_prepare_seconds",
      "From taking the proposal up to a quorum of PREPAREs, own execution included.")
    commit = list.histogram(
      "eco2_consensus_commit_seconds", "From the quorum of PREPAREs to the commit certificate.")
    votes = list.counters(
      "eco2_votes_signed_total", "Votes this node has signed.", labels: ["kind"])
    votesRefused = list.counter(
      "eco2_votes_refused_total", "Votes the signer refused or the watermark forbade.")
    proposalsMade = list.counter(
      "eco2_proposals_made_total", "Proposals this node has signed, repeated ones included.")
    proposalsMissed = list.counter(
      "eco2_proposals_missed_total",
      "Heights this node was to propose first, decided with another author's block.")
    invalidProposals = list.counter(
      "eco2_proposals_invalid_total", "Proposals of others this node found invalid.")
    evidence = list.counter(
      "eco2_evidence_total", "Offences of members that this node has found proof of.")
    offencesRecorded = list.gauge(
      "eco2_offences_recorded", "Offences that the chain has recorded since block 1.")
    ownOffence = list.gauge(
      "eco2_own_offence_recorded", "Whether one of them is this node's: 1 or 0.")
    ownKeyConflicts = list.counter(
      "eco2_own_key_conflicts_total",
      "Votes seen with this node's key that this node did not sign.")
    keyUsedElsewhere = list.gauge(
      "eco2_own_key_used_elsewhere",
      "Whether another process was seen to vote with this node's key: 1 or 0.")
    badSignatures = list.counter(
      "eco2_bad_signatures_total", "Consensus messages of peers with a wrong signature.")
  }

  /// The counter of one kind of vote.
  public func votes(_ kind: String) -> Counter { votes.child(kind) }
}

/// What is known of the others, by name: who is late, who is silent.
public struct MemberMetrics: Sendable {
  public let lastCommit: MetricFamily<Gauge>
  public let commitsLate: MetricFamily<Counter>
  public let commitsMissing: MetricFamily<Counter>
  public let blocks: MetricFamily<Counter>
  public let turnsMissed: MetricFamily<Counter>
  public let proposalDelay: MetricFamily<Gauge>

  /// All of its counters.
  public var counters: [MetricFamily<Counter>] {
    [commitsLate, commitsMissing, blocks, turnsMissed]
  }

  init(_ list: inout MetricList) {
    let labels = ["member"]
    lastCommit = list.gauges(
      "eco2_member_last_commit_height", "The highest height with a COMMIT of the member.",
      labels: labels)
    commitsLate = list.counters(
      "eco2_member_commits_late_total",
      "The member's COMMITs that came after the certificate here; some always do.",
      labels: labels)
    commitsMissing = list.counters(
      "eco2_member_commits_missing_total",
      "Final blocks without a COMMIT of the member, eight blocks later.", labels: labels)
    blocks = list.counters(
      "eco2_member_blocks_total", "Final blocks the member has proposed.", labels: labels)
    turnsMissed = list.counters(
      "eco2_member_turns_missed_total",
      "Heights the member was to propose first, decided with another author's block.",
      labels: labels)
    proposalDelay = list.gauges(
      "eco2_member_proposal_delay_seconds",
      "This node's clock less the slot, when the member's last proposal was taken up.",
      unit: .secondsFromMilliseconds, labels: labels)
  }
}
