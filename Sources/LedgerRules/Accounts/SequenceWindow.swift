public import LedgerCore

/// Which sequences an account has used: the highest, and of the 1,024 below it the ones still
/// unused (protocol §3; an anti-replay window as in RFC 4303 §3.4.3).
///
/// Sequences start at 1. Kept are the gaps, not the used ones: an account that counts up keeps
/// nothing beside its highest. Bit i of the gaps (word i / 64, bit i % 64) says that sequence
/// `highest − 1 − i` is unused; trailing zero words are trimmed.
public struct SequenceWindow: Hashable, Sendable {
  /// The highest used sequence; 0 while none is.
  public private(set) var highest: UInt64 = 0
  /// Sequences below the highest that can still be used.
  private var gaps: [UInt64] = []

  private static let bits = UInt64(Limits.replayWindowBits)

  public init() {}

  /// Whether a sequence can be used now: `.replayed` when it was used or has left the window,
  /// `.sequenceTooFarAhead` when it lies more than `Limits.sequenceLeadMax` above the highest.
  public func check(_ sequence: UInt64) throws(TransactionFault) {
    if sequence > highest {
      guard sequence - highest <= Limits.sequenceLeadMax else { throw .sequenceTooFarAhead }
      return
    }
    guard sequence < highest, isGap(highest - 1 - sequence) else { throw .replayed }
  }

  private func isGap(_ bit: UInt64) -> Bool {
    guard bit < UInt64(gaps.count) * 64 else { return false }
    return gaps[Int(bit / 64)] >> (bit % 64) & 1 == 1
  }

  /// Uses a sequence that `check` accepts.
  public mutating func use(_ sequence: UInt64) throws(TransactionFault) {
    try check(sequence)
    if sequence > highest {
      advance(to: sequence)
    } else {
      let bit = highest - 1 - sequence
      gaps[Int(bit / 64)] &= ~(1 << (bit % 64))
    }
    while gaps.last == 0 { gaps.removeLast() }
  }

  private mutating func advance(to sequence: UInt64) {
    let distance = sequence - highest
    let skipped = distance - 1
    // Nothing to remember before and nothing skipped: the usual case, without an allocation.
    guard !gaps.isEmpty || skipped > 0 else {
      highest = sequence
      return
    }
    var shifted = [UInt64](repeating: 0, count: Limits.replayWindowBits / 64)
    let words = Int(distance / 64)
    let rest = distance % 64
    for index in gaps.indices where index + words < shifted.count {
      shifted[index + words] |= gaps[index] << rest
      if rest > 0, index + words + 1 < shifted.count {
        shifted[index + words + 1] |= gaps[index] >> (64 - rest)
      }
    }
    for bit in 0..<min(skipped, Self.bits) { shifted[Int(bit / 64)] |= 1 << (bit % 64) }
    gaps = shifted
    highest = sequence
  }
}

extension SequenceWindow: BCSCodable {
  public init(from reader: inout BCSReader) throws(BCSError) {
    highest = try reader.u64("highest sequence")
    let start = reader.offset
    let count = try reader.length(in: 0...Limits.replayWindowBits / 64, "unused sequences")
    for _ in 0..<count { gaps.append(try reader.u64("unused sequences")) }
    guard gaps.last != 0 else {
      throw BCSError(.invalidValue, field: "unused sequences", offset: start)
    }
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(highest)
    writer.length(gaps.count)
    for word in gaps { writer.u64(word) }
  }
}
