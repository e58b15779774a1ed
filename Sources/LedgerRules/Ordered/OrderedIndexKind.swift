/// The ordered indexes kept in state. A number, once given, is never used for anything else.
///
/// Keys sort bytewise, so that numbers in them are big-endian. Keys have 1 …
/// `RulesLimits.orderedKeyBytesMax` bytes, values at most `RulesLimits.orderedValueBytesMax`.
public enum OrderedIndexKind: UInt8, Sendable, CaseIterable {
  /// Serial intervals. Key: number of the serial block `u64` ‖ first serial `u64`; value: last
  /// serial `u64` ‖ lot number `u64`; all big-endian.
  case serials = 0
  /// Lots in the order of their retirement. Key: as the order says; value: lot number `u64`,
  /// big-endian.
  case retirementOrder = 1
  /// Lots of custodians' buffers. Key: custodian's account ‖ lot number `u64`; value: lot number
  /// `u64`; both big-endian.
  case buffers = 2
  /// Candidates in the order in which they are elected. Key: the term they are ready for `u64` ‖
  /// 2^128 − 1 less their votes `u128` ‖ number `u64`, all big-endian; value: account.
  case tally = 3

  /// The name in messages and tables.
  public var name: String { "\(self)" }
}
