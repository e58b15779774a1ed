/// Two votes of one member that no honest node signs both (protocol §5, "Offences").
///
/// *Different* means different statements: an honest key signs at most one for a position, whatever
/// its node executes, so two PREPAREs or COMMITs for one block with two state roots are an offence
/// too, while one with a root that others do not have is none. One statement with two signatures is
/// one vote. The signatures are checked by whoever judges it, with `checks`.
public struct VoteEvidence: Hashable, Sendable {
  public let first: Vote
  public let second: Vote
  /// What the pair proves: equivocation or amnesia.
  public let offence: Offence

  /// Nil unless the pair proves an offence. The order of the two does not matter.
  public init?(_ left: Vote, _ right: Vote) {
    guard left.member == right.member, left.height == right.height,
      left.statement != right.statement
    else { return nil }
    if left.statement.position == right.statement.position {
      let ascending = left.statement.message.lexicographicallyPrecedes(right.statement.message)
      (first, second) = ascending ? (left, right) : (right, left)
      offence = .equivocation
      return
    }
    (first, second) =
      left.statement.position < right.statement.position ? (left, right) : (right, left)
    guard case .commit(let block, _) = first.statement.content,
      case .viewChange(let prepared) = second.statement.content, second.view > first.view
    else { return nil }
    if let prepared {
      guard
        prepared.view < first.view || (prepared.view == first.view && prepared.block != block)
      else { return nil }
    }
    offence = .amnesia
  }

  /// The two signatures to verify, or nil when the member is not in the set.
  public func checks(in set: ValidatorSet) -> [SignatureCheck]? {
    guard let one = first.check(in: set), let other = second.check(in: set) else { return nil }
    return [one, other]
  }

  /// Whether a key has signed both on this chain.
  func isSigned(by key: PublicKey, chain: ChainID) -> Bool {
    let checks = [first, second].map { vote in
      SignatureCheck(
        domain: vote.statement.kind.domain, message: vote.statement.message[...], key: key,
        signature: vote.signature)
    }
    return Ed25519.verify(checks, chain: chain).allValid
  }
}

extension VoteEvidence: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    let start = reader.offset
    let left = try Vote(from: &reader)
    let right = try Vote(from: &reader)
    guard let evidence = VoteEvidence(left, right), evidence.first == left else {
      throw BCSError(.invalidValue, field: "evidence", offset: start)
    }
    self = evidence
  }

  public func encode(into writer: inout BCSWriter) {
    first.encode(into: &writer)
    second.encode(into: &writer)
  }
}
