public import LedgerCore
public import LedgerState

/// The kinds of records in state. A raw key is the domain byte, the kind byte and what identifies
/// the record within its kind; numbers in keys are big-endian, so that keys sort as numbers do.
///
/// The raw value is `domain << 8 | kind`. A number, once given, is never used for anything else.
public enum RecordKind: UInt16, Sendable, CaseIterable {
  // Domain 0: the chain itself.

  /// What genesis fixed for ever. One record.
  case chainFacts = 0x0000
  /// Parameters in force. One record.
  case parameters = 0x0001
  /// The last executed block. One record.
  case tip = 0x0002
  /// One per block: by height.
  case block = 0x0003

  // Domain 1: accounts.

  /// One per account: by id.
  case account = 0x0100
  /// What founders have still to receive. One record; gone when all is released.
  case vesting = 0x0101

  // Domain 2: carbon.

  /// Append-only: by row number.
  case factorRow = 0x0200
  /// The row in force: by region code.
  case activeFactor = 0x0201
  /// The table's extent and highest factor. One record.
  case factorTable = 0x0202
  /// One per ER Node: by account.
  case nodeCarbon = 0x0203
  /// The neutrality fund. One record.
  case fund = 0x0204
  /// What was consumed, retired and used. One record.
  case numberLine = 0x0205
  /// By number.
  case lot = 0x0206
  /// What backs ECC. One record.
  case reserve = 0x0207
  /// By number.
  case retirement = 0x0208
  /// One per block: by height. The value is the `CarbonStatement` itself.
  case statement = 0x0209
  /// One per registry whose credits the ledger takes: by name.
  case registry = 0x0210
  /// By registry, a zero byte, and the project's id.
  case project = 0x0211
  /// By canonical key.
  case serialBlock = 0x0212
  /// Append-only: by number.
  case issuance = 0x0213
  /// One per custodian: by account.
  case custodian = 0x0214
  /// Who decides on requests. One record.
  case registrars = 0x0215
  /// By number.
  case request = 0x0216
  /// By number.
  case obligation = 0x0217
  /// What the registry counts. One record.
  case registryBook = 0x0218
  /// What the fund bids for. One record.
  case fundBid = 0x0219

  // Domain 3: delegation.

  /// The sets that decide the next two heights. One record.
  case validatorSets = 0x0300
  /// One per ER Node: by account.
  case node = 0x0301
  /// One per ER Node: by account.
  case bundleProgress = 0x0302
  /// What block rewards have still to give. One record.
  case rewardReserve = 0x0303
  /// Sets that decide no more heights, while something is judged by them: by number.
  case pastSet = 0x0304
  /// Which of them are kept. One record; there from the first on.
  case pastSets = 0x0305
  /// One per ER Node, and per account that wants to be one: by account.
  case candidate = 0x0306
  /// One per account that has locked ECO2: by account.
  case voter = 0x0307
  /// By voter's and candidate's account.
  case voteStake = 0x0308
  /// What elections count. One record.
  case delegation = 0x0309
  /// Whose a consensus or transport key is or was: by key.
  case keyOwner = 0x030A
  /// Which blocks an ER Node of the set has signed: by account.
  case signedBlocks = 0x030B
  /// From where on votes that were placed in a term earn: by candidate's account and term.
  case termRate = 0x030C

  // Domain 4: evidence.

  /// Append-only: by number.
  case offence = 0x0400
  /// One per offender and family of offences: by account and family; what it is the number of.
  case offender = 0x0401
  /// How many offences are recorded. One record; there from the first on.
  case offenceCount = 0x0402

  // Domain 6: governance.

  /// By number.
  case motion = 0x0600
  /// What governance counts. One record.
  case governanceBook = 0x0601
  /// By name.
  case feature = 0x0602
  /// All of them. One record; there from the first on.
  case featureList = 0x0603
  /// By the motion's number, while votes are against it.
  case motionVetoes = 0x0604

  // Domain 5: ordered indexes.

  /// One per index: by its number, a byte.
  case orderedTree = 0x0500
  /// The tree's pages: by the index's byte and the page's number.
  case orderedPage = 0x0501

  /// The kind a key belongs to; nil when it belongs to none.
  public init?(of key: StateKey) {
    guard key.bytes.count >= 2 else { return nil }
    self.init(rawValue: UInt16(key.bytes[0]) << 8 | UInt16(key.bytes[1]))
  }

  /// The name in messages and tables.
  public var name: String { "\(self)" }

  func key(_ id: some Collection<UInt8> = EmptyCollection<UInt8>()) -> StateKey {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(2 + id.count)
    bytes.append(UInt8(rawValue >> 8))
    bytes.append(UInt8(rawValue & 0xFF))
    bytes.append(contentsOf: id)
    return StateKey(bytes)
  }
}

/// A value kept in state: its kind, and its bytes by BCS.
public protocol LedgerRecord: BCSCodable, Hashable, Sendable {
  static var kind: RecordKind { get }
  /// Reads a record that must fill the bytes exactly; it may keep them.
  init(stored bytes: [UInt8]) throws(BCSError)
  /// The canonical bytes, which are expected to be at most so many.
  func stored(reserving capacity: Int) -> [UInt8]
}

extension LedgerRecord {
  public init(stored bytes: [UInt8]) throws(BCSError) { try self.init(bcs: bytes) }
  public func stored(reserving capacity: Int) -> [UInt8] { bcs(reserving: capacity) }
}

/// A record of which there is one.
public protocol SingleRecord: LedgerRecord {}

extension SingleRecord {
  /// Where it stands.
  public static var key: StateKey { kind.key() }
}

/// A record that a number names.
public protocol NumberedRecord: LedgerRecord {}

extension NumberedRecord {
  /// Where the record of a number stands.
  public static func key(_ number: UInt64) -> StateKey {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(10)
    bytes.append(UInt8(kind.rawValue >> 8))
    bytes.append(UInt8(kind.rawValue & 0xFF))
    bytes.append(bigEndian: number)
    return StateKey(bytes)
  }
}

/// A record that an account names.
public protocol AccountRecord: LedgerRecord {}

extension AccountRecord {
  /// Where the record of an account stands.
  public static func key(_ account: AccountID) -> StateKey { kind.key(account.bytes.array) }
}
