import LedgerCore

extension CatchUpMachine {
  // MARK: serving

  mutating func serve(_ from: UInt64, _ count: Int, to index: Int, now: UInt64) {
    let peer = peers.list[index].account
    if peers.list[index].servedSecond != now / 1_000 {
      peers.list[index].servedSecond = now / 1_000
      peers.list[index].servedCount = 0
    }
    peers.list[index].servedCount += 1
    guard peers.list[index].servedCount <= CatchUpLimits.servedPerSecondMax else { return }
    guard from >= 1, from <= height else {
      effects.append(.send(.blocks(from: from, []), to: peer))
      return
    }
    let available = Int(min(UInt64(count), height - from + 1))
    effects.append(.serve(from: from, count: available, to: peer))
  }

  // MARK: asking

  mutating func expireRequests(now: UInt64) {
    for index in peers.list.indices {
      guard let request = peers.list[index].request, request.deadline <= now else { continue }
      peers.list[index].fail(now: now)
    }
  }

  /// Asks idle peers for the lowest heights that are neither held nor asked for.
  mutating func requestBlocks(now: UInt64) {
    let claimed = claimedHeight(now: now)
    guard claimed > height else { return }
    // A full node leaves no height to a consensus of its own.
    if own != nil, isInGrace(claimed, now: now) { return }
    while peers.list.count(where: { $0.request != nil }) < CatchUpLimits.requestsMax,
      let from = lowestMissing(upTo: claimed),
      from == height + 1 || buffer.byteCount < CatchUpLimits.bufferBytesMax / 2,
      let index = chooseSource(of: from, now: now)
    {
      let tip = peers.list[index].tip?.height ?? 0
      var count = 1
      while count < CatchUpLimits.blocksPerRequestMax, from + UInt64(count) <= tip,
        isMissing(from + UInt64(count))
      {
        count += 1
      }
      peers.list[index].request = CatchUpPeer.Request(
        from: from, count: count, deadline: now + peers.list[index].patience)
      effects.append(
        .send(.getBlocks(from: from, count: count), to: peers.list[index].account))
    }
  }

  private func lowestMissing(upTo claimed: UInt64) -> UInt64? {
    let end = min(claimed, height + UInt64(CatchUpLimits.bufferBlocksMax))
    return (height + 1...end).first(where: isMissing)
  }

  /// Whether a height is neither held nor asked for, and within the buffer's reach.
  private func isMissing(_ wanted: UInt64) -> Bool {
    guard wanted <= height + UInt64(CatchUpLimits.bufferBlocksMax), applying != wanted,
      !buffer.contains(wanted)
    else { return false }
    return !peers.list.contains { peer in
      guard let request = peer.request else { return false }
      return wanted >= request.from && wanted - request.from < UInt64(request.count)
    }
  }

  /// The peer to ask for a height: of those that have it and are idle, one with the fewest
  /// failures, in turn.
  private mutating func chooseSource(of height: UInt64, now: UInt64) -> Int? {
    let count = peers.list.count
    let start = cursor
    let fit = peers.list.indices.filter { index in
      let peer = peers.list[index]
      return peer.isConnected && peer.request == nil && peer.distrustedUntil <= now
        && peer.idleUntil <= now && (peer.tip?.height ?? 0) >= height
    }
    let best = fit.min { left, right in
      (peers.list[left].failures, (left + count - start % count) % count)
        < (peers.list[right].failures, (right + count - start % count) % count)
    }
    if let best { cursor = best + 1 }
    return best
  }

  // MARK: receiving

  mutating func receive(
    _ blocks: [ArraySlice<UInt8>], from first: UInt64, peer index: Int, now: UInt64
  ) {
    guard let request = peers.list[index].request, request.from == first, !isDiverged else {
      return
    }
    guard !blocks.isEmpty else {
      peers.list[index].fail(now: now)
      effects.append(.distrust(peers.list[index].account, .emptyPromise(height: first)))
      return
    }
    // More than asked for may be the answer to an earlier request, of before the connection was
    // replaced.
    guard blocks.count <= CatchUpLimits.blocksPerRequestMax else {
      return distrust(index, .notTheBlock(height: first), now: now)
    }
    for (offset, bytes) in blocks.prefix(request.count).enumerated() {
      let wanted = first + UInt64(offset)
      guard let block = try? DecidedBlock(decoding: bytes), isWhole(block, height: wanted) else {
        return distrust(index, .notTheBlock(height: wanted), now: now)
      }
      guard wanted > height, wanted == height + 1 || buffer.hasRoom(for: bytes.count)
      else { continue }
      buffer.insert(
        BufferedBlock(
          block: block, byteCount: bytes.count, peer: peers.list[index].account))
    }
    peers.list[index].request = nil
    peers.list[index].failures = 0
  }

  /// Whether a block is of this height, its certificate is for it, and its bundles are those that
  /// it names. Signatures come after.
  private func isWhole(_ decided: DecidedBlock, height: UInt64) -> Bool {
    let certificate = decided.certificate
    return decided.height == height && certificate.height == height && certificate.kind == .commit
      && certificate.block == decided.block.header.hash(chain) && decided.block.isConsistent
      && decided.bundles.map { $0.header.digest(chain) } == decided.block.bundleDigests
  }

  // MARK: verifying and applying

  /// Has the certificates of the next blocks checked together, as far as they name the set that
  /// decides the next height.
  mutating func checkBlocks(now: UInt64) {
    guard !isCheckingBlocks, let set else { return }
    var next = height + 1
    var parts: [(height: UInt64, signatures: Int)] = []
    var signatures: [SignatureCheck] = []
    while parts.count < CatchUpLimits.blocksPerRequestMax, let index = buffer.index(next) {
      let buffered = buffer.list[index]
      guard buffered.verifiedUnder != setHash else {
        next += 1
        continue
      }
      let certificate = buffered.block.certificate
      guard buffered.block.block.header.validatorsHash == setHash,
        let checks = certificate.checks(in: set)
      else {
        // A later block's set may still be to come; the next one's is known.
        guard next == height + 1, let peer = peers.index(buffered.peer) else { break }
        distrust(peer, .badCertificate(height: next), now: now)
        return
      }
      parts.append((next, checks.count))
      signatures += checks
      next += 1
    }
    guard !parts.isEmpty else { return }
    isCheckingBlocks = true
    let token = token()
    checks[token] = .blocks(parts, set: setHash)
    effects.append(.check(token: token, signatures))
  }

  mutating func checkedBlocks(
    _ parts: [(height: UInt64, signatures: Int)], _ verdicts: [Bool], setHash: Digest, now: UInt64
  ) {
    precondition(
      verdicts.count == parts.reduce(0) { $0 + $1.signatures }, "one verdict per signature")
    var rest = verdicts[...]
    for part in parts {
      let isValid = rest.prefix(part.signatures).allSatisfy { $0 }
      rest = rest.dropFirst(part.signatures)
      guard let index = buffer.index(part.height) else { continue }
      if isValid {
        buffer.update(part.height) { $0.verifiedUnder = setHash }
        certifiedHeight = max(certifiedHeight, part.height)
      } else if let peer = peers.index(buffer.list[index].peer) {
        distrust(peer, .badCertificate(height: part.height), now: now)
      }
    }
  }

  /// Hands the next block out, when its certificate is verified under the set that decides it.
  mutating func applyNext() {
    guard applying == nil, let index = buffer.index(height + 1),
      buffer.list[index].verifiedUnder == setHash
    else { return }
    applying = height + 1
    effects.append(.apply(buffer.list[index].block))
  }
}
