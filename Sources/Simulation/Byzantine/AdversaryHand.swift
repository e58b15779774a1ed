import Consensus
import LedgerCore
import Replica

/// What a Byzantine node has to work with: its keys, chance, and what it has seen.
struct AdversaryHand {
  let chain: ChainID
  private let keys: NodeKeys
  let account: AccountID
  private let sets: SimulatedSets
  /// The height its replica works at.
  private(set) var height: UInt64 = 1
  /// Its key at that height.
  private(set) var key: SigningKey
  /// Its index in the set of that height; where it is no member, what it would be among all nodes.
  private(set) var member: Int
  private let node: Int
  private(set) var set: ValidatorSet
  let intervalMilliseconds: UInt64
  /// An account with a balance, for transactions of its own.
  let purse: SimulatedGenesis.Client
  var purseSequence: UInt64 = 0
  var random: SeededRandom
  /// Frames of its replica, the latest of them.
  private(set) var sent: [[UInt8]] = []
  /// PREPAREs and COMMITs that came, the latest of them.
  private(set) var votes: [Vote] = []
  /// VIEW-CHANGEs that came, the latest of them.
  private(set) var viewChanges: [Vote] = []

  private static let kept = 48

  init(
    chain: ChainID, keys: NodeKeys, account: AccountID, node: Int, sets: SimulatedSets,
    intervalMilliseconds: UInt64, purse: SimulatedGenesis.Client, random: SeededRandom
  ) {
    self.chain = chain
    self.keys = keys
    self.account = account
    self.node = node
    self.sets = sets
    key = keys.first
    member = node
    set = sets.at(1)
    self.intervalMilliseconds = intervalMilliseconds
    self.purse = purse
    self.random = random
  }

  /// Its replica works at a height now.
  mutating func turn(to height: UInt64) {
    guard height != self.height else { return }
    self.height = height
    set = sets.at(height)
    let place = set.index(of: account)
    member = place ?? node
    key = place.flatMap { keys[set.members[$0].consensusKey] } ?? keys.first
  }

  mutating func note(sent bytes: [UInt8]) {
    if sent.last != bytes { Self.keep(bytes, in: &sent) }
  }

  mutating func note(received message: ConsensusMessage) {
    switch message {
    case .vote(let vote): Self.keep(vote, in: &votes)
    case .viewChange(let message): Self.keep(message.vote, in: &viewChanges)
    default: break
    }
  }

  private static func keep<Element>(_ element: Element, in list: inout [Element]) {
    list.append(element)
    if list.count > kept { list.removeFirst() }
  }

  func isOwn(_ vote: Vote) -> Bool { Int(vote.member) == member }

  func sign(_ statement: VoteStatement) -> Vote {
    Vote(
      statement: statement, member: UInt16(member),
      signature: key.sign(
        domain: statement.kind.domain, chain: chain, message: statement.message[...]))
  }

  func sign(_ content: VoteStatement.Content, like vote: Vote) -> Vote {
    sign(VoteStatement(height: vote.height, view: vote.view, content: content))
  }

  /// The node's own proposal in a message: of a fresh block, or of one proposed again.
  func ownProposal(_ frame: AdversaryFrame) -> (block: Block, isFresh: Bool)? {
    switch frame.consensus {
    case .proposal(let message)? where isOwn(message.vote): (message.block, true)
    case .newView(let message)? where isOwn(message.vote):
      (message.block, message.certificate == nil)
    default: nil
    }
  }

  /// The same proposal of another block, signed anew.
  func proposal(of block: Block, like message: ConsensusMessage) -> ConsensusMessage? {
    let hash = block.header.hash(chain)
    switch message {
    case .proposal(let message):
      return .proposal(
        Proposal(vote: sign(.prePrepare(block: hash), like: message.vote), block: block))
    case .newView(let message):
      return .newView(newView(of: block, message.viewChanges, nil, like: message.vote))
    default: return nil
    }
  }

  func newView(
    of block: Block, _ viewChanges: [Vote], _ certificate: QuorumCertificate?, like vote: Vote
  ) -> NewView {
    let hash = block.header.hash(chain)
    let digest = NewView.digest(of: viewChanges, chain: chain)
    return NewView(
      vote: sign(.newView(viewChanges: digest, block: hash), like: vote), viewChanges: viewChanges,
      certificate: certificate, prePrepare: sign(.prePrepare(block: hash), like: vote),
      block: block)
  }

  /// Another valid block for the same place, where one can be had by leaving something out.
  func variant(of block: Block) -> Block? {
    var header = block.header
    header.author = account
    if !block.runs.isEmpty {
      header.bundlesRoot = BundleRun.root([])
      return Block(header: header, runs: [])
    }
    if !header.lateCommits.isEmpty {
      header.lateCommits = []
      return Block(header: header, runs: [])
    }
    if header.parentCommits.count > set.quorum {
      header.parentCommits.removeLast()
      return Block(header: header, runs: [])
    }
    return nil
  }
}
