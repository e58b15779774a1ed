public import LedgerCore

extension LedgerQueries {
  /// An account; nil when nothing ever reached it.
  public mutating func account(_ id: AccountID) throws(RecordError) -> Account? {
    try find(Account.key(id))
  }

  /// Who may act for an account: its id's key while it has set nothing else.
  public mutating func authority(of id: AccountID) throws(RecordError) -> Authority {
    try account(id)?.authority ?? Authority(simple: id)
  }

  /// What the founders have still to receive; nil when all is released.
  public mutating func vesting() throws(RecordError) -> Vesting? { try find(Vesting.key) }
}
