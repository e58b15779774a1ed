public import LedgerCore

/// Why a block cannot be executed. Nothing a transaction says leads here: those end in receipts.
public enum ExecutionError: Error, Equatable, Sendable {
  /// The header does not follow from the parent's state: the proposal is refused.
  case header(HeaderFault)
  /// The block names bundles it may not: the proposal is refused.
  case bundle(BundleFault)
  /// This node's state cannot be read or is not what the rules wrote: the node stops.
  case record(RecordError)
  /// A number of the block leaves its range. Bounds on everything that enters state keep this from
  /// happening; were it to happen the node stops.
  case overflow
  /// An invariant of carbon or supply does not hold after the block: the node stops.
  case invariant(InvariantViolation)
  /// What the block itself does met a fault that only a transaction can have: the node stops.
  case unexpected(TransactionFault)
  /// Governance has changed the rules from this height on in a way that this release does not know:
  /// the node stops before the block.
  case unknownFeature(FeatureActivation)

  /// Whether this node, not the block, is at fault.
  public var isFatal: Bool {
    switch self {
    case .header, .bundle: false
    case .record, .overflow, .invariant, .unexpected, .unknownFeature: true
    }
  }
}

extension ExecutionError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .header(let fault): "header(\(fault))"
    case .bundle(let fault): "bundle(\(fault))"
    case .record(let error): "record(\(error))"
    case .overflow: "overflow"
    case .invariant(let violation): "invariant(\(violation))"
    case .unexpected(let fault): "unexpected(\(fault))"
    case .unknownFeature(let feature):
      "from height \(feature.height) on the chain has the rule change \"\(feature.name)\", which "
        + "this release does not know: install one that does, and start the node again"
    }
  }
}

/// What is wrong with a header, given the parent's state.
public enum HeaderFault: Error, Equatable, Sendable {
  case height(expected: UInt64, stated: UInt64)
  case parent(expected: Digest, stated: Digest)
  /// Not above the parent's, or no multiple of the interval from genesis.
  case timestamp(UInt64)
  /// The author is no member of the set that decides the height.
  case author(AccountID)
  case validators
  case nextValidators
  /// The parent's transactions' or receipts' root is another.
  case parentRoots
  case parentStatement
}

/// What is wrong with the bundles a block names.
public enum BundleFault: Error, Equatable, Sendable {
  /// The header's root is not that of the runs, an author stands twice, or there are too many.
  case inconsistent
  /// A named bundle is not there, or one too many is.
  case missing
  /// A bundle is not the one that is named in its place.
  case notNamed(Digest)
  case tooOld(Digest, birthHeight: UInt64)
  case unknownAuthor(AccountID)
  /// The run does not follow the author's last committed bundle.
  case gap(author: AccountID, incarnation: UInt64, first: UInt64)
}

/// An identity of carbon or supply that does not hold.
public enum InvariantViolation: Error, Equatable, Sendable {
  /// ECO2 was made or lost.
  case supply(before: Amount, after: Amount)
  /// ECC and what it stands for differ.
  case backing(before: Amount, after: Amount)
  /// A node's due is not what was paid, covered and booked.
  case due
  /// What was on-boarded is not what stands in all states of lots together.
  case states(onboarded: Amount, sum: Amount)
  /// The lots in the reserve are not its tonnes.
  case reserve(tonnes: UInt64, lots: Amount)
  /// A block that says "covered" is not.
  case coverage
  /// A node owes while its reserve is not empty.
  case debtorWithReserve(AccountID)
}
