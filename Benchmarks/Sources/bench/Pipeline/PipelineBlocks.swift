import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState
import Replica

/// Frames of blocks full of transfers, as the other members send them: made before anything is
/// measured, by a ledger of its own that executes and certifies each block.
struct PipelineBlocks {
  /// What the subject gets of one block.
  struct Frames: Sendable {
    let height: UInt64
    /// Milliseconds since 1970: the slot's start.
    let timestamp: UInt64
    let bundles: [(author: AccountID, bytes: [UInt8])]
    /// The block with its certificate.
    let decision: [UInt8]
    let transactions: Int
    /// The state's root after it.
    let root: Digest
  }

  private let chain: CarbonChain
  private let accounts: [AccountID]
  private let keys: [PublicKey: SigningKey]
  private var sequences: [UInt64]
  private var numbers = Numbers(seed: 11)
  /// COMMITs of the last certificate, for the next header.
  private var commits: [CommitSignature] = []

  /// - Parameters:
  ///   - ledger: a copy of the home, which is changed.
  ///   - senders: public keys of the accounts that send.
  init(ledger: String, senders: [UInt8]) throws {
    chain = try CarbonChain(ledger: ledger, workers: 2)
    accounts = try stride(from: 0, to: senders.count, by: 32).map {
      guard let key = Bytes32(senders[$0..<$0 + 32]) else {
        throw BenchmarkFault.broken("an account has no 32 bytes")
      }
      return AccountID(key)
    }
    sequences = [UInt64](repeating: 0, count: accounts.count)
    keys = Dictionary(
      uniqueKeysWithValues: try (0..<CarbonNetwork.nodes).map {
        let key = try CarbonNetwork.consensusKey($0)
        return (key.publicKey, key)
      })
  }

  /// The next block of so many transfers, each signed by its sender.
  mutating func next(transfers count: Int) throws -> Frames {
    var queries = LedgerQueries(chain.state)
    let set = try queries.validatorSets().current
    let transactions = try transfers(count)
    let authors = PipelineNetwork.authors.map(CarbonNetwork.nodeAccount)
    let parts = authors.indices.map { index in
      stride(from: index, to: transactions.count, by: authors.count).map { transactions[$0] }
    }
    let proposal = try chain.proposal(
      Array(zip(authors, parts)), parentCommits: commits,
      sign: { [keys, chain] header in
        guard let member = set.index(of: header.author),
          let key = keys[set.members[member].consensusKey]
        else { throw BenchmarkFault.broken("an author is no member") }
        return key.sign(domain: .bundle, chain: chain.chain, message: header.bcs[...])
      })
    let (outcome, certificate) = try chain.decide(proposal)
    try CarbonChain.expectApplied(outcome)
    commits = certificate.signatures.map {
      CommitSignature(member: $0.member, view: certificate.view, signature: $0.signature)
    }
    try chain.flush()
    let decision = PeerMessage.consensus(
      .decided(Decided(certificate: certificate, block: proposal.block)))
    return Frames(
      height: proposal.block.header.height, timestamp: proposal.block.header.timestamp,
      bundles: proposal.bundles.map {
        ($0.header.author, PeerMessage.dissemination(.bundle($0)).bytes)
      }, decision: decision.bytes, transactions: count, root: chain.state.root)
  }

  /// Transfers between accounts drawn at random, each with the sender's next sequence.
  private mutating func transfers(_ count: Int) throws -> [Transaction] {
    let validUntil = chain.state.height + 1_000
    var drawn: [Transfer] = []
    drawn.reserveCapacity(count)
    for _ in 0..<count {
      let sender = Int.random(in: 0..<accounts.count, using: &numbers)
      sequences[sender] += 1
      let other = Int.random(in: 0..<accounts.count - 1, using: &numbers)
      drawn.append(
        Transfer(
          sender: sender, sequence: sequences[sender],
          recipient: other < sender ? other : other + 1))
    }
    return try Parallel.map(count) { [drawn, accounts, id = chain.chain] index in
      let transfer = drawn[index]
      let body = TransactionBody(
        chain: id, sender: accounts[transfer.sender], sequence: transfer.sequence,
        validUntil: validUntil, chargeMax: Amount(1_000_000), feeMax: Amount(100_000_000),
        operations: [
          .transfer(
            LedgerCore.Transfer(
              token: .eco2, recipient: accounts[transfer.recipient], amount: Amount(1)))
        ])
      let key = try PipelineNetwork.key(transfer.sender)
      return try Transaction(
        body: body,
        senderAuthorizations: [
          Authorization(
            key: key.publicKey,
            signature: key.sign(domain: .transaction, chain: id, message: body.bcs[...]))
        ])
    }
  }

  private struct Transfer: Sendable {
    let sender: Int
    let sequence: UInt64
    let recipient: Int
  }
}
