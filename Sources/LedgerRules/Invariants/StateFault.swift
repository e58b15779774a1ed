public import LedgerCore
public import LedgerState

/// Something that must hold over the whole state and does not, and where.
public enum StateFault: Error, Equatable, Sendable {
  /// The key belongs to no kind of record.
  case unknownKind(StateKey)
  /// The record's bytes are not those of its kind.
  case malformed(StateKey, BCSError)
  /// A record that must exist does not, or cannot be read.
  case unreadable(RecordError)
  /// ECO2 in all places is not the fixed supply.
  case supply(found: Amount, expected: Amount)
  /// ECC in all places and what was consumed of it is not what the lots have brought.
  case backing(found: Amount, expected: Amount)
  /// A total kept in a record is not what the records it counts add up to.
  case total(StateKey, what: String, kept: Amount, counted: Amount)
  /// A sum over records leaves 128 bits.
  case overflow
  /// A node owes while its reserve is not empty, or withholds rewards without owing.
  case node(StateKey)
  /// The lot leaves a gap in its issuance or overlaps another, or the issuance is not all in lots.
  case lotPartition(StateKey)
  /// The lot is locked without an open request for its export, or the other way round.
  case lotLock(StateKey)
  /// Two issuances share serials.
  case lotOverlap(StateKey, StateKey)
  /// An ordered index holds an entry that no record asks for, or lacks one.
  case indexEntry(OrderedIndexKind, key: [UInt8])
  /// The retirement does not follow from the one before it, or is not that of its lot.
  case retirement(StateKey)
  /// The statement does not follow from the one before it, or contradicts itself.
  case statement(StateKey, what: String)
  /// A member of a validator set is no ER Node with that key.
  case validator(StateKey, AccountID)
  /// The candidate's votes are not what its voters have, or what they have earned is not there.
  case candidate(StateKey)
  /// A past set is not among those kept, or does not end where the next one begins.
  case pastSet(StateKey)
  /// The factor in force is not that of its row, or the table's highest is another.
  case factor(StateKey)
  /// The offence and its offender's entry do not name each other, or one of them is missing.
  case offence(StateKey)
  /// The ordered index does not hang together at this record.
  case ordered(StateKey, OrderedFault)
}

extension StateFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unknownKind(let key): "record \(key.text) is of no known kind"
    case .malformed(let key, let error): "record \(key.text): \(error)"
    case .unreadable(.unreadable(let error)): "a record cannot be read: \(error)"
    case .unreadable(.malformed(let key, let error)): "record \(key.text): \(error)"
    case .unreadable(.missing(let key)): "record \(key.text) is missing"
    case .supply(let found, let expected):
      "ECO2 supply is \(found) base units, must be \(expected)"
    case .backing(let found, let expected):
      "ECC and consumption add up to \(found) µg, the lots brought \(expected)"
    case .total(let key, let what, let kept, let counted):
      "record \(key.text) keeps \(kept) as \(what), the records add up to \(counted)"
    case .overflow: "a sum over all records leaves 128 bits"
    case .node(let key): "record \(key.text): reserve, debts and withheld rewards contradict"
    case .lotPartition(let key): "record \(key.text): the lots do not partition their issuance"
    case .lotLock(let key): "record \(key.text): locked lot and open request do not fit"
    case .lotOverlap(let first, let second):
      "records \(first.text) and \(second.text): the issuances share serials"
    case .indexEntry(let index, let key):
      "the ordered index \(index.name) and the records differ at \(Hex.encode(key))"
    case .retirement(let key): "record \(key.text): the retirement does not fit tonnes or lot"
    case .statement(let key, let what): "record \(key.text): \(what)"
    case .validator(let key, let account): "record \(key.text): no ER Node \(account) with that key"
    case .candidate(let key): "record \(key.text): votes, or what they have earned, do not add up"
    case .pastSet(let key): "record \(key.text): the sets of past heights do not follow each other"
    case .factor(let key): "record \(key.text): not the factor its row says"
    case .offence(let key): "record \(key.text): offence and offender do not name each other"
    case .ordered(let key, let fault): "record \(key.text): \(fault)"
    }
  }
}

extension StateKey {
  /// The key as people read it: its kind's name and the rest in hexadecimal.
  public var text: String {
    guard let kind = RecordKind(of: self) else { return Hex.encode(bytes) }
    let rest = bytes.dropFirst(2)
    return rest.isEmpty ? kind.name : "\(kind.name)/\(Hex.encode(rest))"
  }
}
