/// What one request submits.
struct Outgoing {
  /// The transactions' numbers, in the order of the body.
  let numbers: [Int]
  /// Each transaction with its length before it.
  let listed: ArraySlice<UInt8>
  var target: Int
  /// How often it was sent before.
  var attempts = 0

  /// Whether some node may have these bytes already.
  var isRetry: Bool { attempts > 0 }
}
