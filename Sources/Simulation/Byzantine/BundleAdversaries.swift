import Dissemination
import LedgerCore
import Replica

/// Its bundles go to few, or to all but one, whoever asks.
struct WithheldBundles: Adversary {
  /// So many peers get them; all but one where nil.
  let receivers: Int?

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard case .dissemination(.bundle(let bundle))? = frame.message,
      bundle.header.author == hand.account
    else { return [Outgoing(frame.bytes)] }
    let place = (peer + hand.set.count - hand.member) % hand.set.count
    return place <= receivers ?? hand.set.count - 2 ? [Outgoing(frame.bytes)] : []
  }
}

/// Its bundles hold a transaction with a bad signature, or are badly signed themselves; some peers
/// get another bundle of the same number.
struct BadBundles: Adversary {
  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    guard case .dissemination(.bundle(let bundle))? = frame.message,
      bundle.header.author == hand.account
    else { return [Outgoing(frame.bytes)] }
    switch frame.lot % 4 {
    case 0: return [Outgoing(badlySigned(bundle, hand))]
    case 1:
      let wrong = Bundle(
        header: bundle.header,
        signature: hand.key.sign(
          domain: .commit, chain: hand.chain, message: bundle.header.bcs[...]),
        transactions: bundle.transactions)
      return [Outgoing(PeerMessage.dissemination(.bundle(wrong)).bytes)]
    case 2 where !peer.isMultiple(of: 2): return [Outgoing(badlySigned(bundle, hand))]
    default: return [Outgoing(frame.bytes)]
    }
  }

  private func badlySigned(_ bundle: Bundle, _ hand: AdversaryHand) -> [UInt8] {
    var transactions = bundle.transactions
    var bytes = Array(transactions[0].bytes)
    // The end is the last signature and the sponsors, of whom there are none.
    bytes[bytes.count - 10] ^= 1
    if let bad = try? Transaction(decoding: bytes[...]) { transactions[0] = bad }
    return hand.bundle(of: transactions, like: bundle.header)
  }
}

/// Its bundles hold transactions that are well-formed, well signed and odd.
struct PoisonedTransactions: Adversary {
  private var poisoned: [[UInt8]: [UInt8]] = [:]

  mutating func frames(
    for frame: AdversaryFrame, to peer: Int, _ hand: inout AdversaryHand
  ) -> [Outgoing] {
    switch frame.message {
    case .dissemination(.bundle(let bundle))? where bundle.header.author == hand.account:
      // The same for every peer: else nobody could use it.
      if let known = poisoned[frame.bytes] { return [Outgoing(known)] }
      let odd = (0..<1 + hand.random.index(4)).compactMap { _ in
        hand.oddTransaction(height: bundle.header.birthHeight)
      }
      let bytes = hand.bundle(of: bundle.transactions + odd, like: bundle.header)
      poisoned[frame.bytes] = bytes
      return [Outgoing(bytes)]
    case .dissemination(.acknowledge)?:
      var list = [hand.oddTransaction(height: 1)].compactMap { $0?.bytes }
      if var bytes = list.first.map(Array.init) {
        bytes[hand.random.index(bytes.count)] &+= 1
        list.append(bytes[...])
      }
      guard !list.isEmpty, frame.lot < 64 else { break }
      let forward = PeerMessage.dissemination(.forward(list))
      return [Outgoing(frame.bytes), Outgoing(forward.bytes)]
    default: break
    }
    return [Outgoing(frame.bytes)]
  }
}

extension AdversaryHand {
  /// A bundle's frame, signed anew.
  func bundle(of transactions: [Transaction], like header: BundleHeader) -> [UInt8] {
    let header = BundleHeader(
      author: header.author, incarnation: header.incarnation, number: header.number,
      birthHeight: header.birthHeight, transactionCount: UInt32(transactions.count),
      transactionBytes: UInt32(transactions.reduce(0) { $0 + $1.bytes.count }),
      transactionsRoot: MerkleTree.root(leaves: transactions.map(\.bytes)))
    let signature = key.sign(domain: .bundle, chain: chain, message: header.bcs[...])
    let bundle = Bundle(header: header, signature: signature, transactions: transactions)
    return PeerMessage.dissemination(.bundle(bundle)).bytes
  }

  /// A transaction of its own account at the edges of what may be said.
  mutating func oddTransaction(height: UInt64) -> Transaction? {
    let edges: [UInt128] = [0, 1, .max, .max - 1, 1 << 64, 1 << 127, 5_000_000, 20_000_000]
    let numbers: [UInt64] = [0, 1, .max, .max - 1, 1 << 63, height, height + 1, height + 60_480]
    func amount(_ random: inout SeededRandom) -> Amount { Amount(edges[random.index(edges.count)]) }
    purseSequence += 1
    let isSane = random.happens(permille: 500)
    let recipients = [purse.account, account, AccountID(.zero), set.members[0].account]
    let body = TransactionBody(
      chain: chain, sender: purse.account,
      sequence: isSane ? purseSequence : numbers[random.index(numbers.count)],
      validUntil: isSane ? height + 100 : numbers[random.index(numbers.count)],
      chargeMax: isSane ? Amount(5_000_000) : amount(&random),
      feeMax: isSane ? Amount(20_000_000) : amount(&random), tip: amount(&random),
      operations: (0..<1 + random.index(3)).map { _ in
        let sum = amount(&random)
        let to = recipients[random.index(recipients.count)]
        return random.happens(permille: 250)
          ? .topUpReserve(TopUpReserve(node: to, amount: sum))
          : .transfer(
            Transfer(
              token: random.happens(permille: 500) ? .eco2 : .ecc, recipient: to, amount: sum))
      })
    return try? Transaction(body: body, chain: chain, senderKeys: [purse.key])
  }
}
