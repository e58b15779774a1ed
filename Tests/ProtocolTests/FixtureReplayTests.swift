import Foundation
import LedgerClient
import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers
import Testing

/// What the fixture files say is true: judged from the files alone, with the decoders, rules and
/// verifiers that nodes and clients use.
@Suite("Protocol fixtures, read back")
struct FixtureReplayTests {
  private let genesis: GenesisDocument
  private let chain: ChainID
  private let set: ValidatorSet

  init() throws {
    let file = try Self.read("chain.json")
    genesis = try GenesisDocument(bcs: try #require(file["genesis"]?["bcs"]?.bytes))
    chain = genesis.chainID
    set = try ValidatorSet(bcs: try #require(file["validators"]?["bcs"]?.bytes))
  }

  private static func read(_ name: String) throws -> FixtureJSON {
    let data = try Data(contentsOf: FixtureTests.folder.appendingPathComponent(name))
    return try JSONDecoder().decode(FixtureJSON.self, from: data)
  }

  private func bytes(_ entry: FixtureJSON, _ key: String = "bcs") throws -> [UInt8] {
    try #require(entry[key]?.bytes, "\(entry["name"]?.text ?? "")")
  }

  @Test("genesis names the chain, the set and its hash")
  func names() throws {
    let file = try Self.read("chain.json")
    #expect(file["genesis"]?["chain"]?.text == chain.hex)
    #expect(genesis.validators == set)
    #expect(file["validators"]?["hash"]?.text == set.hash(chain).hex)
    for entry in try #require(file["keys"]).items {
      let key = try #require(SigningKey(seed: try bytes(entry, "seed")))
      #expect(entry["publicKey"]?.text == key.publicKey.hex)
      if let address = entry["address"]?.text {
        #expect(address == AccountID(key.publicKey).address(network: .test))
      }
    }
  }

  @Test("every transaction and bundle decodes, has the id it says and is signed")
  func transactions() throws {
    let transactions = try Self.read("transactions.json").items
    #expect(transactions.count >= 12)
    for entry in transactions {
      let transaction = try Transaction(decoding: try bytes(entry)[...])
      #expect(entry["id"]?.text == transaction.id(chain).hex)
      #expect(entry["json"]?["id"]?.text == transaction.id(chain).hex)
      #expect(Ed25519.verify(transaction.signatureChecks, chain: chain).allValid)
      let receipt = try Receipt(bcs: try bytes(entry, "receipt"))
      #expect(receipt.transaction == transaction.id(chain))
    }
    for entry in try Self.read("bundles.json").items {
      let bundle = try LedgerCore.Bundle(decoding: try bytes(entry)[...])
      #expect(entry["digest"]?.text == bundle.header.digest(chain).hex)
      let author = try #require(set.index(of: bundle.header.author))
      let check = bundle.headerCheck(key: set.members[author].consensusKey)
      #expect(Ed25519.verify(check, chain: chain))
    }
  }

  @Test("executed from genesis, the blocks give the roots their certificates sign")
  func execution() throws {
    let initial = try genesis.initialState()
    let state = try AuthenticatedState(reader: FixtureRecords(initial.changes))
    let bundles = try Self.read("bundles.json").items.map {
      try LedgerCore.Bundle(decoding: try bytes($0)[...])
    }
    var receipts = try Self.read("transactions.json").items.map {
      try Receipt(bcs: try bytes($0, "receipt"))
    }[...]
    let anchor = try TrustAnchor(genesis: genesis)
    for entry in try Self.read("blocks.json").items {
      let block = try Block(bcs: try bytes(entry))
      let header = block.header
      #expect(try bytes(entry, "header") == header.bcs)
      #expect(entry["hash"]?.text == header.hash(chain).hex)
      let named = try block.bundleDigests.map { digest in
        try #require(bundles.first { $0.header.digest(chain) == digest })
      }
      var view = StateView(over: state)
      let outcome = try Execution.run(block: block, bundles: named, chain: chain, on: &view)
      let delta = try state.stage(outcome.changes)
      let fields = try #require(entry["certificate"])
      let proven = try anchor.verify(
        certificateBytes: try bytes(fields), headerBytes: header.bcs)
      #expect(proven.stateRoot == delta.root)
      #expect(header.parentRoots.state == state.root)
      #expect(outcome.statement.bcs == (try bytes(entry, "statement")))
      #expect(Array(receipts.prefix(outcome.receipts.count)) == outcome.receipts)
      receipts = receipts.dropFirst(outcome.receipts.count)
      #expect(entry["json"]?["stateRoot"]?.text == delta.root.hex)
      #expect(entry["json"]?["receiptsRoot"]?.text == outcome.receiptsRoot.hex)
      try state.adopt(delta, height: header.height)
    }
    #expect(receipts.isEmpty)
  }

  @Test("every vote is signed by the member it names, over the message it shows")
  func votes() throws {
    let entries = try Self.read("votes.json").items
    var kinds: Set<String> = []
    for entry in entries where entry["type"]?.text == "Vote" {
      let vote = try Vote(bcs: try bytes(entry))
      let check = try #require(vote.check(in: set))
      #expect(Ed25519.verify([check], chain: chain).allValid)
      let message = try bytes(entry, "signedMessage")
      #expect(message == vote.statement.prefix(chain) + vote.statement.message)
      kinds.insert(try #require(entry["json"]?["kind"]?.text))
    }
    #expect(kinds == Set(VoteKind.allCases.map(\.name)))
    for entry in entries where entry["type"]?.text == "QuorumCertificate" {
      try QuorumCertificate(bcs: try bytes(entry)).verify(in: set, chain: chain)
    }
  }

  @Test("what is valid is believed, and every invalid value refused with its code")
  func verdicts() throws {
    let made = try FixtureChain()
    let admission = try Admission(chain: chain, over: StateView(over: made.state))
    let verdicts = FixtureVerdicts(chain: chain, set: set, admission: admission)
    let file = try Self.read("invalid.json")
    let sound = try #require(file["sound"])
    #expect(try verdicts.verdict(type: "Transaction", try bytes(sound)) == nil)
    let invalid = try #require(file["invalid"]).items
    #expect(invalid.count > 60)
    for entry in invalid {
      let verdict = try verdicts.verdict(
        type: try #require(entry["type"]?.text), try bytes(entry))
      #expect(verdict == entry["code"]?.text, "\(entry["name"]?.text ?? "")")
    }
    for name in ["bundles.json", "votes.json"] {
      for entry in try Self.read(name).items where !isPrepared(entry) {
        let type = try #require(entry["type"]?.text)
        #expect(try verdicts.verdict(type: type, try bytes(entry)) == nil)
      }
    }
  }

  /// A prepared certificate decides nothing: as one that does it would be refused.
  private func isPrepared(_ entry: FixtureJSON) -> Bool {
    entry["type"]?.text == "QuorumCertificate"
  }

  @Test("accounts are proved, present and absent, and no lie about them is believed")
  func accounts() throws {
    let made = try FixtureChain()
    let admission = try Admission(chain: chain, over: StateView(over: made.state))
    let verdicts = FixtureVerdicts(chain: chain, set: set, admission: admission)
    for entry in try Self.read("accounts.json").items {
      let answer = try #require(entry["json"]).answer(ProvenAccountAnswer.self)
      let account = try #require(AccountID(try bytes(entry, "id")))
      #expect(verdicts.verdict(proof: answer.proof, of: account) == nil)
      #expect((answer.proof.value != nil) == answer.account.exists)
    }
    let lies = try #require(try Self.read("invalid.json")["invalidProofs"]).items
    #expect(lies.count >= 7)
    for entry in lies {
      let answer = try #require(entry["proof"]).answer(ProofAnswer.self)
      let account = try #require(AccountID(try bytes(entry, "id")))
      let verdict = verdicts.verdict(proof: answer, of: account)
      #expect(verdict == entry["code"]?.text, "\(entry["name"]?.text ?? "")")
    }
  }
}
