import LedgerCore

extension Disseminator {
  /// Begins checks of all that waits, as far as checks may be under way.
  mutating func beginChecks() {
    while checks.mayBegin {
      var batch = CheckBatch()
      var signatures: [SignatureCheck] = []
      for item in checks.next(signatures: signatureCount) {
        batch.parts.append(part(item, signatures: &signatures))
      }
      let token = token()
      counters.signaturesChecked += UInt64(signatures.count)
      checks.begin(batch, token: token)
      effects.append(.check(token: token, signatures))
    }
  }

  private func signatureCount(_ item: CheckItem) -> Int {
    switch item {
    case .transaction(let candidate): candidate.transaction.signatureCount
    case .bundle(let arriving):
      arriving.bundle.transactions.reduce(1) { $0 + $1.signatureCount }
    case .conflict: 1
    }
  }

  /// Appends an item's signatures. Those of transactions that lie in the pool byte for byte were
  /// checked before.
  private func part(_ item: CheckItem, signatures: inout [SignatureCheck]) -> CheckBatch.Part {
    var owners: [Int?] = []
    switch item {
    case .transaction(let candidate):
      signatures += candidate.transaction.signatureChecks
      owners += Array(repeating: nil, count: candidate.transaction.signatureCount)
    case .bundle(let arriving):
      signatures.append(arriving.bundle.headerCheck(key: arriving.key))
      owners.append(nil)
      for (index, transaction) in arriving.bundle.transactions.enumerated() {
        if let pooled = pool[arriving.ids[index]], pooled.transaction.bytes == transaction.bytes {
          continue
        }
        signatures += transaction.signatureChecks
        owners += Array(repeating: index, count: transaction.signatureCount)
      }
    case .conflict(let signed, let key, _):
      signatures.append(
        SignatureCheck(
          domain: .bundle, message: signed.header.bcs[...], key: key, signature: signed.signature))
      owners.append(nil)
    }
    return CheckBatch.Part(item: item, owners: owners)
  }

  /// Hands each item its verdict.
  mutating func checked(_ token: UInt64, _ verdicts: [Bool], now: UInt64) {
    guard let batch = checks.end(token: token) else { return }
    precondition(
      verdicts.count == batch.parts.reduce(0) { $0 + $1.owners.count }, "one verdict per signature")
    var admitted: [(candidate: Candidate, isValid: Bool)] = []
    var rest = verdicts[...]
    for part in batch.parts {
      let own = rest.prefix(part.owners.count)
      rest = rest.dropFirst(part.owners.count)
      switch part.item {
      case .transaction(let candidate):
        admitted.append((candidate, own.allSatisfy { $0 }))
      case .bundle(let arriving):
        judge(
          arriving, header: own.first == true,
          own.firstIndex(of: false).flatMap {
            part.owners[$0 - own.startIndex]
          }, now: now)
      case .conflict(let signed, _, let first):
        if own.first == true { reportConflict(signed, first: first) }
      }
    }
    if !admitted.isEmpty { admit(admitted, now: now) }
  }

  private mutating func judge(
    _ arriving: ArrivingBundle, header isSigned: Bool, _ badTransaction: Int?, now: UInt64
  ) {
    guard isSigned else {
      counters.drop(.bundleBadSignature)
      distrust(arriving.source)
      wanted.release(arriving.digest, from: arriving.source, at: now)
      return
    }
    guard let badTransaction else { return hold(arriving, now: now) }
    counters.drop(.bundleBadTransaction)
    shelf.markBad(arriving.digest)
    // Whoever hands it on has not verified it.
    distrust(arriving.source)
    let author = shelf.makeAuthor(arriving.bundle.header.author)
    shelf.authors[author].distrustedUntilHeight = nextHeight + Limits.bundleAgeHeightsMax
    if wanted.contains(arriving.digest) {
      wanted.remove(arriving.digest)
      effects.append(.unusable([arriving.digest]))
    }
    let bundle = arriving.bundle
    let leaves = MerkleTree.leafHashes(bundle.transactions.map(\.bytes))
    guard let proof = MerkleTree.inclusionProof(leafHashes: leaves, index: badTransaction)
    else { return }
    effects.append(
      .misbehaviour(
        .badlySigned(
          SignedBundleHeader(header: bundle.header, signature: bundle.signature),
          transaction: Array(bundle.transactions[badTransaction].bytes), proof: proof)))
  }

  /// Reports two bundles under one number, once per run.
  mutating func reportConflict(_ signed: SignedBundleHeader, first: Digest) {
    counters.drop(.bundleConflict)
    guard let held = shelf[first],
      let (author, lane) = shelf.laneIndices(signed.header.author, signed.header.incarnation),
      !shelf.authors[author].lanes[lane].isEquivocal
    else { return }
    shelf.authors[author].lanes[lane].isEquivocal = true
    effects.append(
      .misbehaviour(
        .equivocation(
          SignedBundleHeader(header: held.header, signature: held.bundle.signature), signed)))
  }
}
