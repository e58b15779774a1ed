import Foundation
import LedgerCore

/// Keeps a validator's home from being used twice: a copy, a restored backup or another machine's
/// disk is noticed before its key signs anything, and a home that was given up never starts again.
///
/// `keys/home` names the machine (a hash of /etc/machine-id) and its own inode. A copied file has
/// another inode, and a disk put into another machine another machine. Whoever moves a home on
/// purpose confirms it once. What no file can show, a cloned machine or a snapshot that was rolled
/// back, is left to rule 1 of the operations pages and to peers, who return a node's latest vote.
public struct HomeFence: Sendable {
  let home: NodeHome

  public init(home: NodeHome) { self.home = home }

  /// How a home was found.
  public enum Condition: Equatable, Sendable {
    /// This machine's, and the file that was written here.
    case own
    /// Its key has never been used: nothing to fence yet.
    case new
    /// Given up by `eco2 node retire` elsewhere, and not yet taken up.
    case movedHere
    /// It was copied, restored, or its disk is in another machine.
    case copied(String)
    /// `keys/retired`: where the validator went.
    case retired(String)
  }

  /// Looks, and changes nothing.
  public func condition() -> Condition {
    let files = FileManager.default
    if let note = files.contents(atPath: home.retired) {
      return .retired(Self.firstLine(note))
    }
    guard let data = files.contents(atPath: home.fence) else {
      return files.fileExists(atPath: home.watermarkMade)
        ? .copied("keys/home is missing") : .new
    }
    let text = Self.firstLine(data)
    if text == Self.unclaimed { return .movedHere }
    guard let inode = Self.inode(of: home.fence) else { return .copied("keys/home is unreadable") }
    if text == Self.line(inode: inode) { return .own }
    return .copied(
      text.hasPrefix("inode \(inode) ")
        ? "it was written on another machine" : "keys/home is not the file that was written here")
  }

  /// Makes this the home's place from now on, durably.
  func claim() throws(NodeStartError) {
    do {
      // The name stands for this very file: it is replaced, then told its own inode.
      try DurableFile.replace(home.fence, with: [])
      guard let inode = Self.inode(of: home.fence) else {
        throw DurableFile.Fault(path: home.fence, doing: "look at", code: errno)
      }
      try DurableFile.fill(home.fence, with: Array((Self.line(inode: inode) + "\n").utf8))
    } catch {
      throw .badKey(home.fence, reason: "\(error)")
    }
  }

  /// Refuses a home that is not this place's. `isMoved` confirms a move; then what the key has
  /// signed meanwhile is unknown, unless the old home was given up for this one.
  ///
  /// - Returns: whether the watermark may be older than the last vote.
  func enter(isMoved: Bool) throws(NodeStartError) -> Bool {
    switch condition() {
    case .own: return false
    case .new:
      try claim()
      // Keys from a backup look like a new home's, but their key has signed.
      if isMoved, !FileManager.default.createFile(atPath: home.watermarkMade, contents: nil) {
        throw .badKey(home.watermarkMade, reason: "it cannot be written")
      }
      return isMoved
    case .movedHere:
      try claim()
      return false
    case .retired(let note): throw .retired(home.path, note: note)
    case .copied(let reason):
      guard isMoved else { throw .copied(home.path, reason: reason) }
      try claim()
      return true
    }
  }

  // MARK: Another process with the key

  /// What was seen of another process that votes with this home's key; nil when nothing was, or the
  /// operator has confirmed since that it is gone.
  public var usedElsewhere: String? {
    FileManager.default.contents(atPath: home.keyElsewhere).map(Self.firstLine)
  }

  /// Keeps that another process votes with the key, durably; what was seen first stays.
  func noteUsedElsewhere(_ what: String) throws(DurableFile.Fault) {
    guard usedElsewhere == nil else { return }
    try DurableFile.replace(home.keyElsewhere, with: Array((what + "\n").utf8))
  }

  /// The operator confirms that no other process has the key any more. What the key has signed is
  /// not all known here: call it when the watermark counts as lost.
  func confirmOnlyUse() throws(NodeStartError) {
    do {
      try FileManager.default.removeItem(atPath: home.keyElsewhere)
    } catch {
      throw .badKey(home.keyElsewhere, reason: "it cannot be removed: \(error)")
    }
  }

  // MARK: Contents

  static let unclaimed = "moved, to be taken up at the first start"

  private static func line(inode: UInt64) -> String { "inode \(inode) machine \(machine)" }

  /// Names the machine without telling its id; `-` where it has none, as in many containers.
  private static var machine: String {
    guard let data = FileManager.default.contents(atPath: "/etc/machine-id"), !data.isEmpty else {
      return "-"
    }
    let name = firstLine(data)
    return SHA256.hash(Array(("eco2/machine/v1" + name).utf8)).hex
  }

  private static func firstLine(_ data: Data) -> String {
    String(decoding: data.prefix(512).prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private static func inode(of path: String) -> UInt64? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.systemFileNumber] as? NSNumber)?.uint64Value
  }
}
