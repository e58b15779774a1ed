public import LedgerCore
import LedgerState

extension LedgerQueries {
  /// Counts and amounts of the registry.
  public mutating func registryBook() throws(RecordError) -> RegistryBook { try single() }

  /// Who decides on requests.
  public mutating func registrars() throws(RecordError) -> Registrars { try single() }

  /// A registry by its name; nil when the ledger does not take its credits.
  public mutating func registry(_ name: String) throws(RecordError) -> CreditRegistry? {
    try find(CreditRegistry.key(name))
  }

  /// A project; nil when nothing of it was brought.
  public mutating func project(registry: String, id: String) throws(RecordError)
    -> ProjectEntry?
  {
    try find(ProjectEntry.key(registry: registry, id: id))
  }

  /// An issuance by its number, 0 ..< `registryBook().issuances`.
  public mutating func issuance(_ number: UInt64) throws(RecordError) -> Issuance? {
    try find(Issuance.key(number))
  }

  /// A lot by its number, 0 ..< `registryBook().lots`.
  public mutating func lot(_ number: UInt64) throws(RecordError) -> Lot? {
    try find(Lot.key(number))
  }

  /// A retirement by its number, 0 ..< `registryBook().retirements`.
  public mutating func retirement(_ number: UInt64) throws(RecordError) -> Retirement? {
    try find(Retirement.key(number))
  }

  /// A request by its number, 0 ..< `registryBook().requests`.
  public mutating func request(_ number: UInt64) throws(RecordError) -> RequestRecord? {
    try find(RequestRecord.key(number))
  }

  /// An obligation by its number, 0 ..< `registryBook().obligations`.
  public mutating func obligation(_ number: UInt64) throws(RecordError) -> Obligation? {
    try find(Obligation.key(number))
  }

  /// A custodian; nil when the account is none.
  public mutating func custodian(_ account: AccountID) throws(RecordError) -> Custodian? {
    try find(Custodian.key(account))
  }
}
