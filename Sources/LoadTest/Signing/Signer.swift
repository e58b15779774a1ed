import LedgerCore

/// Turns drafts into bytes, on all cores.
struct TransactionSigner: Sendable {
  let plan: LoadGenerator.Plan
  private let prefix: [UInt8]

  init(_ plan: LoadGenerator.Plan) {
    self.plan = plan
    prefix = SigningDomain.transaction.prefix(plan.chain)
  }

  private struct Piece: Sendable {
    var bytes: [UInt8] = []
    /// Bytes of each, its length included.
    var lengths: [UInt32] = []
    var bodies: [Range<Int>] = []
    var ids: [Digest] = []
  }

  private static let pieceTransactions = 128

  /// The bytes of each draft with its length before it, where each begins, and the ids.
  ///
  /// - Parameter validUntil: the last height at which they are valid.
  func sign(_ drafts: [TransactionDraft], _ wallets: Wallets, validUntil: UInt64)
    -> (bytes: [UInt8], starts: [UInt32], ids: [Digest])
  {
    let size = Self.pieceTransactions
    let pieces = Parallel.map((drafts.count + size - 1) / size, piece: 1) { number in
      piece(
        drafts[(number * size)..<min(drafts.count, (number + 1) * size)], wallets, validUntil)
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(pieces.reduce(0) { $0 + $1.bytes.count })
    var starts: [UInt32] = [0]
    var ids: [Digest] = []
    starts.reserveCapacity(drafts.count + 1)
    ids.reserveCapacity(drafts.count)
    for piece in pieces {
      bytes += piece.bytes
      for length in piece.lengths { starts.append((starts.last ?? 0) + length) }
      ids += piece.ids
    }
    return (bytes, starts, ids)
  }

  private func piece(
    _ drafts: ArraySlice<TransactionDraft>, _ wallets: Wallets, _ validUntil: UInt64
  ) -> Piece {
    var piece = Piece()
    piece.bytes.reserveCapacity(drafts.count * 280)
    var bodies: [ArraySlice<UInt8>] = []
    for draft in drafts {
      let start = piece.bytes.count
      if let copy = draft.copy {
        piece.bytes += copy
        bodies.append([])
      } else if draft.kind == .oversized {
        var writer = BCSWriter(reserving: Limits.reportBytesMax + 8)
        writer.byteString(repeatElement(0, count: Limits.reportBytesMax + 1))
        piece.bytes += writer.bytes
        bodies.append([])
      } else {
        bodies.append(append(draft, wallets, validUntil, to: &piece.bytes)[...])
      }
      piece.lengths.append(UInt32(piece.bytes.count - start))
    }
    piece.ids = SHA256.hashes(prefix: prefix, of: bodies)
    return piece
  }

  /// Appends a transaction with its length; its body.
  private func append(
    _ draft: TransactionDraft, _ wallets: Wallets, _ validUntil: UInt64,
    to bytes: inout [UInt8]
  ) -> [UInt8] {
    let own = draft.stranger.map(plan.accounts.key) ?? wallets.key(draft.sender)
    guard let key = own else { return [] }
    let operations = operations(draft, wallets)
    let times = UInt128(max(1, operations.count))
    let body = TransactionBody(
      chain: plan.chain, sender: AccountID(key.publicKey), sequence: draft.sequence,
      validUntil: validUntil, chargeMax: Amount(plan.chargeMax.baseUnits * times),
      feeMax: Amount(plan.feeMax.baseUnits * times), operations: operations
    ).bcs(reserving: 256)
    var signature = key.sign(prefix: prefix, message: body[...])
    if draft.kind == .badSignature {
      // Still below the group's order: only the equation tells.
      var scalar = signature.s
      scalar[0] ^= 1
      signature = Signature(r: signature.r, s: scalar)
    }
    var writer = BCSWriter(reserving: body.count + 128)
    writer.raw(body)
    writer.list([Authorization(key: key.publicKey, signature: signature)])
    writer.length(0)
    var listed = BCSWriter(reserving: writer.bytes.count + 4)
    listed.byteString(writer.bytes)
    bytes += listed.bytes
    return body
  }

  private func operations(_ draft: TransactionDraft, _ wallets: Wallets) -> [Operation] {
    switch draft.kind {
    case .lot:
      guard let range = draft.range, let recipient = recipient(draft, 0, wallets) else { break }
      return [.transferLot(TransferLot(range: range, recipient: recipient))]
    case .votes:
      let lock = Operation.lockVotes(LockVotes(amount: Amount(1)))
      guard let candidate = draft.candidate else { return [lock] }
      return [
        lock,
        .placeVotes(
          PlaceVotes(candidate: plan.candidates[candidate], amount: Amount(1))),
      ]
    default: break
    }
    let token: Token = draft.kind == .ecc ? .ecc : .eco2
    return draft.recipients.indices.compactMap { number in
      recipient(draft, number, wallets).map {
        .transfer(Transfer(token: token, recipient: $0, amount: Amount(1)))
      }
    }
  }

  private func recipient(_ draft: TransactionDraft, _ number: Int, _ wallets: Wallets)
    -> AccountID?
  {
    wallets.key(draft.recipients[number]).map { AccountID($0.publicKey) }
  }
}
