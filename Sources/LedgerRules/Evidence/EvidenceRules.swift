import LedgerCore
import LedgerState

// Evidence (protocol §5): judged by the set that decided the offence's height and its keys, within
// 7 days of that height's block, once per offender and family of offences; a bad bundle again once
// the offender is out of jail. Free when it holds: the neutrality fund pays the carbon charge, as
// far as it can.

/// What a block has found of offences so far.
struct OffenceFindings {
  /// Recorded by this block, in order.
  var recorded: [RecordedOffence] = []
  /// Keys of the offenders that it records, or will once the second pass comes to their report: who
  /// accuses them later comes too late.
  var claimed: Set<StateKey> = []
  /// Reports whose signatures were looked at, by member.
  var reports: [AccountID: Int] = [:]
}

extension ExecutionContext {
  /// Why a member's report is skipped (first pass); nil for one that will be recorded. No account
  /// is touched, nothing is reserved, and it takes nothing of the block's weight and bytes:
  /// `Limits.reportsPerMemberMax` bounds what a member can make others verify.
  mutating func fault(ofReport transaction: Transaction, _ evidence: Evidence)
    throws(ExecutionError) -> TransactionFault?
  {
    do throws(OperationFailure) {
      do throws(TransactionFault) { try checkReport(transaction) } catch { throw .fault(error) }
      let offender = try accused(by: evidence)
      let looked = findings.reports[transaction.body.sender] ?? 0
      guard looked < Limits.reportsPerMemberMax else { throw .fault(.tooManyReports) }
      findings.reports[transaction.body.sender] = looked + 1
      try prove(evidence, against: offender)
      return nil
    } catch { return try error.transactionFault().0 }
  }

  private func checkReport(_ transaction: Transaction) throws(TransactionFault) {
    try checkValidity(of: transaction.body)
    let keys = transaction.senderAuthorizations
    guard let member = sets.current.index(of: transaction.body.sender), keys.count == 1,
      keys[0].key == sets.current.members[member].consensusKey
    else { throw .unauthorised }
  }

  /// Records an offence. A member's report was judged in the first pass; evidence in any other
  /// transaction is judged here.
  mutating func apply(_ operation: ReportOffence, of reporter: AccountID, isReport: Bool)
    throws(OperationFailure)
  {
    let evidence = operation.evidence
    let offender: Validator
    if isReport {
      offender = try member(accusedBy: evidence)
    } else {
      offender = try accused(by: evidence)
      try prove(evidence, against: offender)
    }
    do { try punish(offender.account, evidence.offence) } catch { throw .fatal(error) }
    findings.recorded.append(
      RecordedOffence(
        evidence, by: offender.account, reporter: reporter, recordedAt: height, chain: chain))
  }

  /// Whom the evidence accuses, when nothing but its signatures is left to judge.
  private mutating func accused(by evidence: Evidence) throws(OperationFailure) -> Validator {
    guard evidence.height <= height else { throw .fault(.evidenceTooEarly) }
    let offender = try member(accusedBy: evidence)
    guard try age(of: evidence) <= Limits.evidenceAgeMillisecondsMax else {
      throw .fault(.evidenceTooOld)
    }
    let key = OffenderEntry.key(offender.account, evidence.offence.family)
    guard try !isKnown(evidence, of: offender.account), !findings.claimed.contains(key) else {
      throw .fault(.offenceKnown)
    }
    return offender
  }

  /// By the state before the block, so that it matters not where in the block the offender is
  /// released, or resigns.
  private mutating func isKnown(_ evidence: Evidence, of offender: AccountID)
    throws(OperationFailure) -> Bool
  {
    do { return try view.isKnown(evidence, of: offender) } catch { throw .fatal(.record(error)) }
  }

  private mutating func member(accusedBy evidence: Evidence) throws(OperationFailure) -> Validator {
    let set: ValidatorSet?
    do { set = try view.set(deciding: evidence.height) } catch { throw .fatal(.record(error)) }
    guard let offender = set.flatMap(evidence.offender) else { throw .fault(.unknownOffender) }
    return offender
  }

  /// From the timestamp of the evidence's height to this block's.
  private mutating func age(of evidence: Evidence) throws(OperationFailure) -> UInt64 {
    guard evidence.height < height else { return 0 }
    do {
      let block: BlockRecord = try view.required(BlockRecord.key(evidence.height))
      return header.timestamp - min(block.timestamp, header.timestamp)
    } catch { throw .fatal(.record(error)) }
  }

  private mutating func prove(_ evidence: Evidence, against offender: Validator)
    throws(OperationFailure)
  {
    guard !judgesSignatures || evidence.isProof(against: offender, chain: chain) else {
      throw .fault(.evidenceInvalid)
    }
    findings.claimed.insert(OffenderEntry.key(offender.account, evidence.offence.family))
  }

  /// Writes what this block has recorded.
  mutating func writeOffences() throws(ExecutionError) {
    guard !findings.recorded.isEmpty else { return }
    var total = OffenceCount()
    do { total = try view.find(OffenceCount.key) ?? total } catch { throw .record(error) }
    for offence in findings.recorded {
      view.set(RecordedOffence.key(total.count), offence.bcs)
      view.set(
        OffenderEntry.key(offence.offender, offence.offence.family),
        OffenderEntry(number: total.count).bcs)
      total.count += 1
    }
    view.put(total)
  }
}
