import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import LedgerState
import Replica
import Testing

/// A few replicas in one thread, with links, disks and signers that never fail. Time is a number.
struct ReplicaNetwork {
  struct Node {
    let account: AccountID
    /// What it began with.
    let key: SigningKey
    /// What it made for terms to come.
    var later: [PublicKey: SigningKey] = [:]
    let state: MemoryState
    var replica: ReplicaMachine
    var isUp = true
    /// Highest position signed.
    var watermark: VotePosition?
    var votes: [Vote] = []
    var log: [LoggedBlock] = []
    var receipts: [Receipt] = []
    var notes: [ReplicaNote] = []
    /// How often its signer was asked for what it must refuse.
    var refusals = 0
    var wakeNumber = 0

    var ring: [PublicKey: SigningKey] {
      later.merging([key.publicKey: key]) { old, _ in old }
    }
  }

  private enum Delivery {
    case event(Int, ReplicaEvent)
    case wake(Int, Int)
  }

  static let interval: UInt64 = 1_000
  static let start: UInt64 = 1_767_225_600_000

  let chain: ChainID
  let timing: ConsensusTiming
  private(set) var set: ValidatorSet
  var nodes: [Node] = []
  private var initial: [StateChange]
  private var queue: [(at: UInt64, number: Int, delivery: Delivery)] = []
  private var number = 0
  private(set) var now = start
  /// Messages that never arrive.
  var loses: (_ from: Int, _ to: Int, _ message: PeerMessage) -> Bool = { _, _, _ in false }

  /// - Parameter terms: how long a term lasts, ms; by default a month.
  init(_ count: Int = 4, terms: UInt64? = nil) throws {
    var document = try Self.document(count)
    if let terms {
      document.parameters.elections.termMilliseconds = terms
      document.parameters.elections.windowMilliseconds = terms / 2
      document.parameters.elections.readyMilliseconds = terms / 2
    }
    let state = try document.initialState()
    chain = state.chain
    initial = state.changes
    timing = try #require(
      ConsensusTiming.recommended(
        genesisTimeMilliseconds: Self.start, intervalMilliseconds: Self.interval))
    var queries = LedgerQueries(StateView(over: MemoryState(state.changes)))
    set = try queries.validatorSets().current
    for member in set.members {
      let key = try #require(
        try (0..<count).map { try Self.key(1, $0) }.first { $0.publicKey == member.consensusKey })
      try add(member.account, key)
    }
    for index in nodes.indices { connect(index) }
  }

  private static func key(_ kind: UInt8, _ index: Int) throws -> SigningKey {
    try #require(SigningKey(seed: SHA256.hash([kind, UInt8(index)]).bytes.array))
  }

  private static func document(_ count: Int) throws -> GenesisDocument {
    let profile = EnergyProfile(
      tier: .rack, region: "CHN", idleMilliwatts: 48_000, millijoulesPerCPUSecond: 12_000,
      puePermille: 1_580)
    let nodes = try (0..<count).map { index in
      let (key, account) = (try Self.key(1, index), AccountID(try Self.key(2, index).publicKey))
      let message = GenesisNode.possessionMessage(
        network: "replica-test", account: account, key: key.publicKey)
      return GenesisNode(
        account: account, consensusKey: key.publicKey,
        possession: key.sign(prefix: GenesisNode.possessionTag, message: message[...]),
        transportKey: try Self.key(3, index).publicKey, name: "node \(index)", profile: profile,
        isAttested: true)
    }
    let lot = GenesisLot(
      project: CreditProject(
        registry: "gold-standard", id: "GS1", name: "one", country: "Kenya", type: "cookstoves"),
      range: CreditRange(
        serialBlock: "gs:1-KE-GS1", serialText: "GS1-1-KE-GS1-1-50", start: 1, end: 50,
        vintageFrom: 20_200_101, vintageTo: 20_201_231, product: .verified),
      tonnes: 50, status: .issued)
    let depositor = AccountID(try Self.key(4, 0).publicKey)
    return GenesisDocument(
      network: "replica-test", isTest: true, genesisTime: Self.start, interval: Self.interval,
      factors: [
        FactorRow(
          regionCode: "CHN", region: "China", year: 2_023, microgramsPerKilowattHour: 557_500_000,
          source: "test", licence: "none")
      ], nodes: nodes, operatingCommittee: AccountID(try Self.key(4, 1).publicKey),
      founders: [
        GenesisFounder(
          account: AccountID(try Self.key(4, 2).publicKey), amount: Supply.founders)
      ],
      allocations: [
        GenesisAllocation(
          account: AccountID(try Self.key(4, 3).publicKey), eco2: Amount(100_000_000_000),
          ecc: Amount(10_000_000_000))
      ], depositor: depositor, lots: [lot])
  }

  /// An account with tokens, and its key.
  static func holder() throws -> SigningKey { try key(4, 3) }

  // MARK: Nodes

  private mutating func add(_ account: AccountID, _ key: SigningKey) throws {
    let state = MemoryState(initial)
    let start = ReplicaStart(
      reader: state, recent: [], replay: [], incarnation: 1, bundles: [], watermark: nil,
      isVoteLogMissing: false, ownVotes: [], prepared: nil)
    let replica = try ReplicaMachine(
      configuration: ReplicaConfiguration(chain: chain, account: account, timing: timing),
      start: start, meter: NoMeter())
    nodes.append(Node(account: account, key: key, state: state, replica: replica))
    perform(nodes[nodes.count - 1].replica.begin(start, now: now), of: nodes.count - 1)
  }

  /// Starts a node anew from its log and this record of what it has signed.
  mutating func restart(
    _ index: Int, incarnation: UInt64 = 2, watermark: VotePosition?, isVoteLogMissing: Bool = false,
    isKeyUsedElsewhere: Bool = false
  ) throws {
    let height = nodes[index].state.height
    let start = ReplicaStart(
      reader: nodes[index].state, recent: nodes[index].log.filter { $0.decided.height <= height },
      replay: nodes[index].log.filter { $0.decided.height > height }, incarnation: incarnation,
      bundles: [], watermark: watermark, isVoteLogMissing: isVoteLogMissing, ownVotes: [],
      prepared: nil, isKeyUsedElsewhere: isKeyUsedElsewhere)
    nodes[index].replica = try ReplicaMachine(
      configuration: ReplicaConfiguration(
        chain: chain, account: nodes[index].account, timing: timing),
      start: start, meter: NoMeter())
    nodes[index].watermark = watermark
    nodes[index].isUp = true
    nodes[index].notes = []
    perform(nodes[index].replica.begin(start, now: now), of: index)
    connect(index)
  }

  /// Its process ends; what is under way to it is lost.
  mutating func stop(_ index: Int) {
    nodes[index].isUp = false
    queue.removeAll {
      switch $0.delivery {
      case .event(index, _), .wake(index, _): true
      default: false
      }
    }
    for peer in nodes.indices where peer != index {
      send(.peerDisconnected(nodes[index].account), to: peer)
    }
  }

  private mutating func connect(_ index: Int) {
    for peer in nodes.indices where peer != index && nodes[peer].isUp {
      send(.peerConnected(nodes[peer].account), to: index)
      send(.peerConnected(nodes[index].account), to: peer)
    }
  }

  // MARK: Events

  mutating func send(_ event: ReplicaEvent, to index: Int, after delay: UInt64 = 1) {
    schedule(.event(index, event), at: now + delay)
  }

  /// A message of one node to another.
  mutating func send(_ message: PeerMessage, from sender: Int, to index: Int) {
    send(.frame(message.bytes, from: nodes[sender].account), to: index)
  }

  private mutating func schedule(_ delivery: Delivery, at time: UInt64) {
    number += 1
    queue.append((time, number, delivery))
  }

  /// Lets everything happen up to a time.
  mutating func run(until end: UInt64) {
    while let next = queue.indices.min(by: {
      (queue[$0].at, queue[$0].number) < (queue[$1].at, queue[$1].number)
    }), queue[next].at <= end {
      let (time, _, delivery) = queue.remove(at: next)
      now = max(now, time)
      switch delivery {
      case .event(let index, let event):
        guard nodes[index].isUp else { continue }
        if case .voteSigned(let vote) = event { nodes[index].votes.append(vote) }
        perform(nodes[index].replica.step(event, now: now), of: index)
      case .wake(let index, let number):
        guard nodes[index].isUp, nodes[index].wakeNumber == number else { continue }
        perform(nodes[index].replica.step(.tick, now: now), of: index)
      }
    }
    now = max(now, end)
  }

  /// Lets so many block intervals pass.
  mutating func run(intervals: UInt64) { run(until: now + intervals * Self.interval) }

  private func index(of account: AccountID) -> Int? {
    nodes.firstIndex { $0.account == account }
  }

  private mutating func perform(_ effects: [ReplicaEffect], of index: Int) {
    for effect in effects { perform(effect, of: index) }
  }

  private mutating func perform(_ effect: ReplicaEffect, of index: Int) {
    switch effect {
    case .send(let bytes, _, let peer):
      guard let peer = self.index(of: peer), nodes[peer].isUp else { return }
      deliver(bytes, from: index, to: [peer])
    case .broadcast(let bytes, _):
      deliver(bytes, from: index, to: nodes.indices.filter { $0 != index && nodes[$0].isUp })
    case .verify(let token, let checks, _):
      send(.verified(token, checks.map { Ed25519.verify($0, chain: chain) }), to: index)
    case .signVote(let statement, let member, let key): sign(statement, member, key, index)
    case .signBundle(let header, let name):
      guard let key = nodes[index].ring[name] else { return lacks(name, index) }
      let signature = key.sign(
        domain: .bundle, chain: chain, message: header.bcs[...])
      send(.bundleSigned(header, signature), to: index)
    case .signReport(let body, let name):
      guard let key = nodes[index].ring[name] else { return lacks(name, index) }
      let signature = key.sign(
        domain: .transaction, chain: chain, message: body.bcs[...])
      send(.reportSigned(body, signature), to: index)
    case .declareReady(let term, let validUntil, let name):
      guard let key = nodes[index].ring[name] else { return lacks(name, index) }
      declareReady(term, validUntil, key, index)
    case .storePrepared(let token, _, _): send(.preparedStored(token: token), to: index)
    case .storeBundles(let token, _): send(.bundlesStored(token: token), to: index)
    case .appendBlock(let block):
      nodes[index].log.append(block)
      send(.blockLogged(height: block.decided.height), to: index)
    case .flush(let batch):
      nodes[index].state.apply(batch.writes, height: batch.height)
      send(.flushed(height: batch.height), to: index)
    case .serveBlocks(let height, let count, let peer):
      let blocks = nodes[index].log.filter { $0.decided.height >= height }.prefix(count)
      send(.catchUp(.blocks(from: height, blocks.map { $0.decided.bcs[...] })), index, peer)
    case .serveDecided(let height, let withBlock, let peer):
      guard let block = nodes[index].log.first(where: { $0.decided.height == height }) else {
        return
      }
      send(
        .consensus(
          .decided(
            Decided(
              certificate: block.decided.certificate, block: withBlock ? block.decided.block : nil))
        ), index, peer)
    case .finalised(let block): nodes[index].receipts += block.receipts
    case .wake(let time):
      nodes[index].wakeNumber += 1
      schedule(.wake(index, nodes[index].wakeNumber), at: max(time, now))
    case .report(let note): nodes[index].notes.append(note)
    case .halt(let failure): Issue.record("node \(index) stops: \(failure)")
    case .announce, .discardBundles, .answer, .accepted, .saidAccepted, .ended: break
    }
  }

  private mutating func send(_ message: PeerMessage, _ index: Int, _ peer: AccountID) {
    guard let peer = self.index(of: peer) else { return }
    deliver(message.bytes, from: index, to: [peer])
  }

  private mutating func deliver(_ bytes: [UInt8], from index: Int, to peers: [Int]) {
    guard let message = try? PeerMessage(decoding: bytes[...]) else {
      Issue.record("node \(index) sends what is no message")
      return
    }
    for peer in peers where !loses(index, peer, message) {
      send(.frame(bytes, from: nodes[index].account), to: peer)
    }
  }

  private func lacks(_ key: PublicKey, _ index: Int) {
    Issue.record("node \(index) is asked to sign with \(key), which it does not have")
  }

  private mutating func declareReady(
    _ term: UInt64, _ validUntil: UInt64, _ key: SigningKey, _ index: Int
  ) {
    let account = nodes[index].account
    guard let next = try? Self.key(UInt8(100 + term), index) else { return }
    nodes[index].later[next.publicKey] = next
    let ready = DeclareReady(term: term, key: .prove(next, for: account, chain: chain))
    let body = TransactionBody.declaration(
      ready, of: account, validUntil: validUntil, chain: chain)
    let signature = key.sign(domain: .transaction, chain: chain, message: body.bcs[...])
    let authorization = Authorization(key: key.publicKey, signature: signature)
    guard let transaction = try? Transaction(body: body, senderAuthorizations: [authorization])
    else {
      Issue.record("a declaration is no transaction")
      return
    }
    send(.declared(transaction), to: index)
  }

  private mutating func sign(
    _ statement: VoteStatement, _ member: UInt16, _ name: PublicKey, _ index: Int
  ) {
    guard nodes[index].watermark.map({ $0 < statement.position }) ?? true else {
      nodes[index].refusals += 1
      return send(.voteRefused(statement), to: index)
    }
    nodes[index].watermark = statement.position
    guard let key = nodes[index].ring[name] else { return lacks(name, index) }
    send(.voteSigned(vote(statement, by: Int(member), with: key)), to: index)
  }

  /// A vote with a node's first key, whoever casts it.
  func vote(_ statement: VoteStatement, by index: Int) -> Vote {
    vote(statement, by: index, with: nodes[index].key)
  }

  private func vote(_ statement: VoteStatement, by member: Int, with key: SigningKey) -> Vote {
    Vote(
      statement: statement, member: UInt16(member),
      signature: key.sign(
        domain: statement.kind.domain, chain: chain, message: statement.message[...]))
  }

  /// Another process with a node's key COMMITs what a quorum has, as soon as another node has.
  mutating func castCommits(of index: Int, above height: UInt64) {
    for node in nodes.indices where node != index {
      guard
        let commit = nodes[node].votes.last(where: { $0.statement.kind == .commit }),
        commit.height > height
      else { continue }
      let vote = vote(commit.statement, by: index)
      for peer in nodes.indices where peer != index {
        send(.frame(PeerMessage.consensus(.vote(vote)).bytes, from: nodes[index].account), to: peer)
      }
    }
  }

  // MARK: What is

  var heights: [UInt64] { nodes.map(\.replica.height) }

  /// Offences that a node's state has recorded.
  func offences(at index: Int) throws -> [RecordedOffence] {
    var queries = nodes[index].replica.queries()
    return try (0..<queries.offenceCount()).compactMap { try queries.offence($0) }
  }
}
