public import LedgerCore

extension AuthenticatedState {
  /// The root of the state that these records alone make: that of genesis.
  public static func root(of changes: [StateChange]) throws(StateError) -> Digest {
    let empty: AuthenticatedState
    do { empty = try AuthenticatedState(reader: NoState()) } catch { throw .read(error) }
    return try empty.stage(changes).root
  }
}

/// The state before genesis: no record.
private struct NoState: StateReader {
  var height: UInt64 { 0 }
  func value(of key: StateKey) -> [UInt8]? { nil }
  func record(at path: Digest) -> StateRecord? { nil }
  func leaves(in range: ClosedRange<Digest>) -> [StateLeaf] { [] }
  func forEachLeaf(_ body: (StateLeaf) -> Void) {}
}
