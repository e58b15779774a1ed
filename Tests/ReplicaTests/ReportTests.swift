import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica
import Testing

@Suite("From an offence seen to an offence recorded")
struct ReportTests {
  private func prepare(_ network: ReplicaNetwork, _ member: Int, _ block: UInt8) -> Vote {
    let height = network.nodes[0].replica.height + 1
    return network.vote(
      VoteStatement(
        height: height, view: 0,
        content: .prepare(block: SHA256.hash([block]), stateRoot: SHA256.hash([0]))),
      by: member)
  }

  /// Node 3 sends two PREPAREs of one position to these nodes.
  private func equivocate(_ network: inout ReplicaNetwork, to nodes: [Int]) {
    for content in [1, 2] as [UInt8] {
      let vote = prepare(network, 3, content)
      for node in nodes { network.send(.consensus(.vote(vote)), from: 3, to: node) }
    }
  }

  @Test("a healthy network finds no offence and records none")
  func honest() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 20)
    #expect(network.heights.allSatisfy { $0 >= 17 })
    for node in network.nodes.indices {
      #expect(try network.offences(at: node).isEmpty)
      #expect(network.nodes[node].replica.openOffences == 0)
    }
  }

  @Test("what one node alone has seen is recorded in every state, by its report")
  func oneWitness() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 3)
    equivocate(&network, to: [1])
    network.run(intervals: 6)
    for node in network.nodes.indices {
      let offences = try network.offences(at: node)
      #expect(offences.map(\.offender) == [network.nodes[3].account])
      #expect(offences.map(\.offence) == [.equivocation])
      #expect(offences.map(\.reporter) == [network.nodes[1].account])
      let told = network.nodes[node].notes.contains {
        if case .offenceRecorded(let offence) = $0 { return offence == offences.first }
        return false
      }
      #expect(told)
    }
    #expect(network.nodes[1].replica.openOffences == 0)
    #expect(network.nodes[0].receipts.filter { $0.outcome == .applied }.count == 1)
  }

  @Test("of many witnesses the first counts; nobody reports again what is recorded")
  func manyWitnesses() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 3)
    equivocate(&network, to: [0, 1, 2])
    network.run(intervals: 6)
    let applied = network.nodes[0].receipts.filter { $0.outcome == .applied }
    let others = network.nodes[0].receipts.filter { $0.outcome != .applied }
    #expect(applied.count == 1)
    #expect(others.count <= 2)
    #expect(others.allSatisfy { $0.outcome == .skipped(.offenceKnown) })
    let count = network.nodes[0].receipts.count
    equivocate(&network, to: [0, 1, 2])
    network.run(intervals: 6)
    #expect(network.nodes[0].receipts.count == count)
    for node in network.nodes.indices {
      #expect(try network.offences(at: node).count == 1)
      #expect(network.nodes[node].replica.openOffences == 0)
    }
  }

  @Test("a bundle with a badly signed transaction is reported with one leaf and recorded")
  func badBundle() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 3)
    let holder = try ReplicaNetwork.holder()
    func transaction(_ sequence: UInt64, key: SigningKey) throws -> Transaction {
      let body = TransactionBody(
        chain: network.chain, sender: AccountID(holder.publicKey), sequence: sequence,
        validUntil: 100, chargeMax: Amount(10_000), feeMax: Amount(10_000_000),
        operations: [
          .transfer(
            Transfer(token: .eco2, recipient: network.nodes[0].account, amount: Amount(1)))
        ])
      let message = key.sign(
        domain: .transaction, chain: network.chain, message: body.bcs[...])
      return try Transaction(
        body: body,
        senderAuthorizations: [Authorization(key: holder.publicKey, signature: message)])
    }
    let list = [
      try transaction(1, key: holder), try transaction(2, key: network.nodes[3].key),
      try transaction(3, key: holder),
    ]
    let header = BundleHeader(
      author: network.nodes[3].account, incarnation: 9 << 16, number: 0,
      birthHeight: network.nodes[0].replica.height + 1, transactionCount: 3,
      transactionBytes: UInt32(list.reduce(0) { $0 + $1.bytes.count }),
      transactionsRoot: MerkleTree.root(leaves: list.map(\.bytes)))
    let bundle = Bundle(
      header: header,
      signature: network.nodes[3].key.sign(
        domain: .bundle, chain: network.chain, message: header.bcs[...]),
      transactions: list)
    network.send(.dissemination(.bundle(bundle)), from: 3, to: 2)
    network.run(intervals: 6)
    for node in network.nodes.indices {
      let offences = try network.offences(at: node)
      #expect(offences.map(\.offence) == [.badBundle])
      #expect(offences.map(\.offender) == [network.nodes[3].account])
      #expect(offences.map(\.first) == [header.digest(network.chain)])
    }
  }

  @Test("a report whose witness goes down before its bundle is out is made by the next witness")
  func witnessGoesDown() throws {
    var network = try ReplicaNetwork()
    network.run(intervals: 3)
    equivocate(&network, to: [1, 2])
    network.run(until: network.now + 4)
    network.stop(1)
    network.run(intervals: 8)
    let offences = try network.offences(at: 0)
    #expect(offences.map(\.reporter) == [network.nodes[2].account])
  }
}
