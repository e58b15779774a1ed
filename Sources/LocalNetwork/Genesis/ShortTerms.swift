public import LedgerRules

extension ElectionParameters {
  /// Elections of a test network with short terms: all times are scaled by one factor, and none of
  /// those that nodes or people must act in is shorter than so many blocks.
  ///
  /// - Parameters:
  ///   - term: from election to election, ms; at least 20 intervals.
  ///   - interval: between blocks, ms.
  public static func scaled(toTerm term: UInt64, interval: UInt64) -> ElectionParameters {
    let standard = ElectionParameters.standard
    func scaled(_ time: UInt64, blocksMin: UInt64) -> UInt64 {
      scaledTime(time, toTerm: term, interval: interval, blocksMin: blocksMin)
    }
    var parameters = standard
    parameters.termMilliseconds = term
    parameters.windowMilliseconds = scaled(standard.windowMilliseconds, blocksMin: 20)
    parameters.readyMilliseconds = scaled(standard.readyMilliseconds, blocksMin: 12)
    parameters.unlockMilliseconds = scaled(standard.unlockMilliseconds, blocksMin: 2)
    parameters.bondMilliseconds = scaled(standard.bondMilliseconds, blocksMin: 2)
    parameters.jailMilliseconds = scaled(standard.jailMilliseconds, blocksMin: 4)
    let blocks = scaled(standard.downtimeBlocks * 10_000, blocksMin: 20) / max(interval, 1)
    parameters.downtimeBlocks = min(max(blocks, 20), standard.downtimeBlocks)
    return parameters
  }
}

extension GovernanceParameters {
  /// Governance of such a test network: its motions wait less, too.
  public static func scaled(toTerm term: UInt64, interval: UInt64) -> GovernanceParameters {
    func scaled(_ time: UInt64, blocksMin: UInt64) -> UInt64 {
      scaledTime(time, toTerm: term, interval: interval, blocksMin: blocksMin)
    }
    var parameters = GovernanceParameters.standard
    parameters.delayMilliseconds = scaled(parameters.delayMilliseconds, blocksMin: 5)
    parameters.motionMilliseconds = scaled(parameters.motionMilliseconds, blocksMin: 20)
    parameters.pauseMilliseconds = scaled(parameters.pauseMilliseconds, blocksMin: 10)
    return parameters
  }
}

/// A time of the carbon rules for another length of terms: not below so many blocks, and not above
/// a term.
private func scaledTime(_ time: UInt64, toTerm term: UInt64, interval: UInt64, blocksMin: UInt64)
  -> UInt64
{
  let standard = ElectionParameters.standard.termMilliseconds
  let (high, low) = time.multipliedFullWidth(by: term)
  let length = high < standard ? standard.dividingFullWidth((high, low)).quotient : .max
  return min(max(length, blocksMin * interval), max(term, interval))
}
