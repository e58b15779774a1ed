import Foundation
import LedgerClient
import NodeAnswers

/// What a running node says of itself.
struct NodeCheck {
  let node: NodeAddress
  /// The chain it must be on, where that is known.
  let chain: String?

  func run() async -> [Finding] {
    var notes = Notes("node")
    let client = NodeClient(node)
    do {
      let status = try await client.status()
      let now = UInt64(max(0, Date.now.timeIntervalSince1970 * 1_000))
      judge(status, now: now, &notes)
    } catch {
      notes.problem(
        "the API at \(node) does not answer: \(error)",
        "look at the node's log; `eco2 doctor --home` looks at its machine")
    }
    await client.close()
    return notes.findings
  }

  /// - Parameter now: this machine's clock, milliseconds since 1970-01-01.
  func judge(_ status: StatusAnswer, now: UInt64, _ notes: inout Notes) {
    if let chain, status.chain != chain {
      notes.problem(
        "the node is on the chain \(status.chain), the home's genesis is \(chain)",
        "the genesis was exchanged under the running node: restore it")
    }
    let isFull = status.role == "full"
    if status.mode == "halted" {
      notes.problem("the node has halted", "its log says why; see operations, Starting")
    } else if isFull, status.mode == "following" {
      notes.ok("the full node is at height \(status.height), following")
    } else if isFull {
      notes.warning(
        "the full node is at height \(status.height) and catches up: "
          + (status.notVotingBecause ?? status.mode),
        "it passes by itself; if not, look at the nodes it follows")
    } else if let reason = status.notVotingBecause {
      notes.warning("the node does not vote: \(reason)", "see operations; it may pass by itself")
    } else {
      notes.ok("the node is at height \(status.height), \(status.mode)")
    }
    tip(status, now: now, &notes)
    let connected = "\(status.peersConnected) of \(status.peersKnown) peers are connected"
    if isFull ? status.peersConnected > 0 : Self.isQuorum(status) {
      notes.ok(connected)
    } else if isFull {
      notes.problem(connected, "it follows nobody: check the network, and its log for refusals")
    } else {
      notes.problem(connected, "no quorum: check the network and the peers")
    }
    if status.unflushedBlocks >= 8 {
      notes.warning("\(status.unflushedBlocks) blocks wait for the disk", "the disk is too slow")
    }
  }

  private static func isQuorum(_ status: StatusAnswer) -> Bool {
    // A node may say anything: not in integers, which have an end.
    3 * (Double(status.peersConnected) + 1) > 2 * (Double(status.peersKnown) + 1)
  }

  /// A block's time is its primary's clock, which a quorum found near its own: the network's
  /// clocks, compared with this one.
  private func tip(_ status: StatusAnswer, now: UInt64, _ notes: inout Notes) {
    guard status.height > 0 else { return }
    if status.timestamp > now {
      let ahead = status.timestamp - now
      let text = "the last block is \(ahead) ms ahead of this machine's clock"
      let advice = "this clock is slow: run chrony or systemd-timesyncd"
      if ahead >= UInt64(Thresholds.clockProblemMilliseconds) {
        notes.problem(text, advice)
      } else if ahead >= UInt64(Thresholds.clockWarningMilliseconds) {
        notes.warning(text, advice)
      }
      return
    }
    let age = now - status.timestamp
    let (patience, isEndless) = status.intervalMilliseconds.multipliedReportingOverflow(
      by: Thresholds.intervalsWithoutBlock)
    // Of one that catches up that much is known: it has been said.
    if status.mode == "catching-up" { return }
    if !isEndless, age > patience {
      notes.problem(
        "the last block is \(age / 1_000) s old; there should be one every "
          + "\(status.intervalMilliseconds) ms",
        "the network has stopped, this node lags, or this clock is fast: compare with other nodes")
    } else {
      notes.ok("the last block is \(age) ms old")
    }
  }
}
