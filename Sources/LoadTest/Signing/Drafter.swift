import LedgerCore

/// What one transaction of a chunk will be: drawn in order, signed in any.
struct TransactionDraft: Sendable {
  var kind: TransactionKind
  /// Place of the sender among the wallets.
  var sender: Int
  /// Places of the recipients.
  var recipients: [Int] = []
  var sequence: UInt64 = 0
  /// Nanoseconds after the start.
  var due: UInt64
  /// Of a replayed one: what is sent again, with its length.
  var copy: ArraySlice<UInt8>?
  var range: LotRange?
  /// Of an unpayable one: the index of the account that sends it, which nobody funds.
  var stranger: Int?
  /// Index of the candidate voted for.
  var candidate: Int?
}

/// Draws traffic: who sends what to whom. Deterministic for a seed.
struct Drafter {
  private let plan: LoadGenerator.Plan
  private let zipf: ZipfDraw
  private var draw: Draw
  private var lots: [LoadLot]
  /// How many serials of each lot are spent.
  private var spent: [UInt64]
  private var nextLot = 0
  /// The share of hot senders' turns that goes to others: no account can have more under way than
  /// its sequence window holds.
  private let senderMax: Int
  private var turns: [Int: Int] = [:]
  private var strangers = 0

  init(_ plan: LoadGenerator.Plan, wallets: Wallets, intervalSeconds: Double) {
    self.plan = plan
    zipf = ZipfDraw(count: wallets.count, exponent: 1)
    draw = Draw(seed: plan.seed, stream: UInt64(plan.part.index))
    lots = plan.lots.filter { wallets.place(ofAccount: $0.account) != nil }
    spent = Array(repeating: 0, count: lots.count)
    // Half of the lead a sequence may have, over the two blocks a transaction may be under way.
    let perSecond = Double(Limits.sequenceLeadMax) / 4 / max(0.1, intervalSeconds)
    senderMax = max(1, Int(perSecond))
  }

  /// The drafts of these numbers of the schedule.
  ///
  /// - Parameter sent: an older chunk, whose transactions can be replayed.
  mutating func drafts(
    _ numbers: Range<Int>, _ schedule: Schedule, _ wallets: Wallets, sent: SignedChunk?
  ) -> [TransactionDraft] {
    turns.removeAll(keepingCapacity: true)
    return numbers.map { number in
      var draft = draft(wallets, sent: sent)
      draft.due = schedule.due(number)
      return draft
    }
  }

  private mutating func draft(_ wallets: Wallets, sent: SignedChunk?) -> TransactionDraft {
    let kind: TransactionKind
    if plan.invalidShare > 0, draw.unit() < plan.invalidShare {
      kind = TransactionKind.invalidKinds[draw.below(TransactionKind.invalidKinds.count)]
    } else {
      kind = plan.profile.kind(&draw, hasLots: hasLots)
    }
    var draft = TransactionDraft(kind: kind, sender: sender(kind, wallets), due: 0)
    switch kind {
    case .transfer, .ecc, .badSignature:
      draft.recipients = [other(than: draft.sender, wallets)]
    case .unpayable:
      draft.recipients = [draft.sender]
      // Another one each time: what differs in nothing is sent once.
      draft.stranger = plan.accounts.count + plan.part.index + strangers * plan.part.count
      strangers += 1
    case .zipf:
      let recipient = zipf.number(&draw)
      draft.recipients = [recipient == draft.sender ? (recipient + 1) % wallets.count : recipient]
    case .toOne: draft.recipients = [draft.sender == 0 ? 1 % wallets.count : 0]
    case .multi:
      draft.recipients = (0..<LoadProfile.multiOperations).map { _ in
        other(than: draft.sender, wallets)
      }
    case .lot: takeLot(&draft, wallets)
    case .votes:
      draft.candidate = plan.candidates.isEmpty ? nil : draw.below(plan.candidates.count)
    case .replayed:
      if let sent, sent.count > 0 { draft.copy = replayable(sent) }
      // Nothing was sent before that could be replayed.
      if draft.copy == nil {
        draft.kind = .transfer
        draft.recipients = [other(than: draft.sender, wallets)]
      }
    case .oversized: break
    }
    return draft
  }

  private var hasLots: Bool { nextLot < lots.count }

  private mutating func sender(_ kind: TransactionKind, _ wallets: Wallets) -> Int {
    var place = kind == .zipf ? zipf.number(&draw) : draw.below(wallets.count)
    guard kind == .zipf || wallets.count < 4_096 else { return place }
    for _ in 0..<wallets.count {
      let turn = turns[place, default: 0]
      if turn < senderMax {
        turns[place] = turn + 1
        return place
      }
      place = (place + 1) % wallets.count
    }
    return place
  }

  private mutating func other(than sender: Int, _ wallets: Wallets) -> Int {
    let place = draw.below(wallets.count)
    return place == sender ? (place + 1) % wallets.count : place
  }

  /// The last serial of a lot that is left, so that the lot keeps its number.
  private mutating func takeLot(_ draft: inout TransactionDraft, _ wallets: Wallets) {
    let lot = lots[nextLot]
    let serial = lot.range.end - spent[nextLot]
    draft.sender = wallets.place(ofAccount: lot.account) ?? 0
    draft.recipients = [other(than: draft.sender, wallets)]
    draft.range = LotRange(lot: lot.range.lot, start: serial, end: serial)
    spent[nextLot] += 1
    // The last one stays: a lot is sent whole under its own number by its new owner alone.
    if serial <= lot.range.start + 1 {
      lots.remove(at: nextLot)
      spent.remove(at: nextLot)
    } else {
      nextLot += 1
    }
    if nextLot >= lots.count { nextLot = 0 }
  }

  private mutating func replayable(_ sent: SignedChunk) -> ArraySlice<UInt8>? {
    for _ in 0..<8 {
      let place = draw.below(sent.count)
      if !sent.kinds[place].isInvalid { return sent.listed(place) }
    }
    return nil
  }
}
