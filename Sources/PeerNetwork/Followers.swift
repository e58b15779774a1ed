import LedgerCore
import NIOCore
import Synchronization

/// What may wait to be sent to all followers together: they cost the node no more, however many
/// they are and however slowly they read.
final class FollowerBudget: Sendable {
  private let bytesMax: Int
  private let taken = Mutex(0)

  init(bytesMax: Int) { self.bytesMax = bytesMax }

  func take(_ bytes: Int) -> Bool {
    taken.withLock { taken in
      guard taken + bytes <= bytesMax else { return false }
      taken += bytes
      return true
    }
  }

  func release(_ bytes: Int) { taken.withLock { $0 -= bytes } }
}

/// The followers that are connected: what any thread may ask.
final class FollowerTable: Sendable {
  let budget: FollowerBudget
  private let links = Mutex<[AccountID: Link]>([:])

  init(_ limits: PeerLimits) {
    budget = FollowerBudget(bytesMax: limits.followersQueueFramesMax * limits.dataFrameBytesMax)
  }

  subscript(account: AccountID) -> Link? { links.withLock { $0[account] } }

  /// Ascending by account.
  var all: [Link] {
    links.withLock { Array($0.values) }.sorted { $0.peer.account < $1.peer.account }
  }

  var count: Int { links.withLock { $0.count } }

  func insert(_ link: Link) { links.withLock { $0[link.peer.account] = link } }

  /// Takes a link out, unless a newer one of the same follower has its place.
  func remove(_ link: Link) {
    links.withLock { links in
      if links[link.peer.account] === link { links[link.peer.account] = nil }
    }
  }
}

/// Who may follow, and who may not for a while; lives on the event loop.
struct FollowerGate {
  private let policy: FollowerPolicy
  private let penaltiesMax: Int
  /// When each penalty ends.
  private var penalties: [PublicKey: NIODeadline] = [:]

  init(_ policy: FollowerPolicy, penaltiesMax: Int) {
    self.policy = policy
    self.penaltiesMax = penaltiesMax
  }

  /// Whether any full node is served.
  var isOpen: Bool { policy.countMax > 0 }

  /// Why a full node is not taken, given the others that are here.
  func refusal(of key: PublicKey, others: Int, now: NIODeadline) -> RefusalReason? {
    if let end = penalties[key], now < end { return .followerPenalised(key) }
    if let allowed = policy.allowed, !allowed.contains(key) { return .followerNotAllowed(key) }
    return others < policy.countMax ? nil : .followersFull(max: policy.countMax)
  }

  mutating func penalise(_ key: PublicKey, until end: NIODeadline) {
    if penalties.count >= penaltiesMax, penalties[key] == nil,
      let first = penalties.min(by: { $0.value < $1.value })
    {
      penalties[first.key] = nil
    }
    penalties[key] = end
  }
}

/// How much a follower may still send in this second.
struct FollowerAllowance {
  private let bytesPerSecond: Int
  private var left: Int
  private var filledAt: NIODeadline

  init(bytesPerSecond: Int, now: NIODeadline) {
    self.bytesPerSecond = bytesPerSecond
    left = bytesPerSecond
    filledAt = now
  }

  /// Whether nothing more is read until it is filled again.
  var isUsedUp: Bool { left <= 0 }

  mutating func take(_ bytes: Int) { left -= bytes + Bounds.frameOverheadBytes }

  mutating func refill(_ now: NIODeadline) {
    let elapsed = min(max(0, (now - filledAt).nanoseconds / 1_000_000), 1_000)
    filledAt = now
    left = min(bytesPerSecond, left + bytesPerSecond * Int(elapsed) / 1_000)
  }
}
