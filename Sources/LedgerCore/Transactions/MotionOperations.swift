/// Brings a motion before the ER Nodes.
public struct ProposeMotion: Hashable, Sendable, BCSCodable {
  public let motion: Motion
  /// Why, as a sentence or a link; 1 … `MotionLimits.reasonBytesMax` bytes.
  public let reason: String

  public init(motion: Motion, reason: String) {
    self.motion = motion
    self.reason = reason
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    motion = try Motion(from: &reader)
    reason = try reader.text(max: MotionLimits.reasonBytesMax, "reason")
  }

  public func encode(into writer: inout BCSWriter) {
    motion.encode(into: &writer)
    writer.text(reason)
  }
}

/// An ER Node, or where they are asked a registrar, approves a motion or takes its approval back.
public struct DecideMotion: Hashable, Sendable, BCSCodable {
  public let motion: UInt64
  public let approves: Bool

  public init(motion: UInt64, approves: Bool) {
    self.motion = motion
    self.approves = approves
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    motion = try reader.u64("motion")
    approves = try reader.bool("approves")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(motion)
    writer.bool(approves)
  }
}

/// The proposer takes a motion back.
public struct CancelMotion: Hashable, Sendable, BCSCodable {
  public let motion: UInt64

  public init(motion: UInt64) { self.motion = motion }

  public init(from reader: inout BCSReader) throws(BCSError) {
    motion = try reader.u64("motion")
  }

  public func encode(into writer: inout BCSWriter) { writer.u64(motion) }
}

/// The sender's votes are against a motion, or no more.
public struct VetoMotion: Hashable, Sendable, BCSCodable {
  public let motion: UInt64
  public let isVeto: Bool

  public init(motion: UInt64, isVeto: Bool) {
    self.motion = motion
    self.isVeto = isVeto
  }

  public init(from reader: inout BCSReader) throws(BCSError) {
    motion = try reader.u64("motion")
    isVeto = try reader.bool("veto")
  }

  public func encode(into writer: inout BCSWriter) {
    writer.u64(motion)
    writer.bool(isVeto)
  }
}
