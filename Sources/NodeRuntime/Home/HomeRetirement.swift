import Foundation
import LedgerCore
import Signer

/// Gives a validator's home up, for good, so that its key can be used elsewhere without ever
/// signing in two places.
///
/// The order is what makes it safe: the tombstone is on this disk before the new home may start.
/// Each step can be repeated; whoever is interrupted runs the command again.
public struct HomeRetirement: Sendable {
  public let home: NodeHome
  /// The folder that becomes the new home's; nil to give the validator up.
  public let destination: String?

  public init(home: NodeHome, destination: String?) {
    self.home = home
    self.destination = destination
  }

  /// What was done.
  public struct Report: Codable, Sendable {
    /// Where the home was given up.
    public var home: String
    /// The new home, where there is one.
    public var destination: String?
    /// The highest height the key has signed a vote for; nil when it has signed none, or that is
    /// unknown.
    public var votedHeight: UInt64?
  }

  /// What a new home needs of the old one, beside its data and consensus keys.
  private static let moved = [
    "genesis.bcs", "node.toml", "keys/transport.pem", "keys/passphrase", "keys/watermark",
    "keys/watermark.made",
  ]

  /// Gives the home up. The node must be stopped: the watermark's lock is taken.
  public func run() throws(NodeStartError) -> Report {
    let files = FileManager.default
    guard files.fileExists(atPath: home.configuration) else {
      throw .missingFile(home.configuration, hint: "\(home.path) is no home")
    }
    let fence = HomeFence(home: home)
    if case .copied(let reason) = fence.condition() { throw .copied(home.path, reason: reason) }
    if let destination { try check(destination) }
    let lock: WatermarkLock
    do { lock = try WatermarkLock(path: home.watermark) } catch {
      throw .badKey(home.watermark, reason: "\(error)")
    }
    defer { withExtendedLifetime(lock) {} }
    let note = destination.map(Self.note) ?? "its validator was given up"
    do {
      if let destination { try copy(to: destination) }
      try DurableFile.replace(home.retired, with: Array((note + "\n").utf8))
      if let destination {
        try DurableFile.replace(
          NodeHome(destination).fence, with: Array((HomeFence.unclaimed + "\n").utf8))
      }
    } catch let fault as DurableFile.Fault {
      throw .badKey(fault.path, reason: "\(fault)")
    } catch {
      throw .badKey(destination ?? home.path, reason: "it cannot be copied: \(error)")
    }
    return Report(home: home.path, destination: destination, votedHeight: lock.votedHeight)
  }

  private static func note(movedTo destination: String) -> String {
    "its validator was moved to \(destination)"
  }

  private func check(_ destination: String) throws(NodeStartError) {
    let files = FileManager.default
    let content = (try? files.contentsOfDirectory(atPath: destination)) ?? []
    let isOurs =
      HomeFence(home: home).condition() == .retired(Self.note(movedTo: destination))
    let isTakenUp =
      files.fileExists(atPath: NodeHome(destination).fence)
      && HomeFence(home: NodeHome(destination)).condition() != .movedHere
    guard content.isEmpty || (isOurs && !isTakenUp) else {
      throw .badKey(destination, reason: "it is not empty; name a folder that does not exist")
    }
    if case .retired(let note) = HomeFence(home: home).condition(), !isOurs {
      throw .retired(home.path, note: note)
    }
  }

  private func copy(to destination: String) throws {
    let files = FileManager.default
    for folder in [destination, destination + "/keys"] {
      try files.createDirectory(
        atPath: folder, withIntermediateDirectories: true,
        attributes: [.posixPermissions: 0o700])
    }
    let keys = KeyRing(home: home, passphrase: []).paths.map { $0.dropFirst(home.path.count + 1) }
    for name in Self.moved + keys.map(String.init) {
      guard let data = files.contents(atPath: home.path + "/" + name) else { continue }
      try DurableFile.replace(destination + "/" + name, with: [UInt8](data))
    }
  }
}
