import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers
import Testing

/// What the fixture files hold: each value in BCS, beside it the JSON that the API serves of it.
struct FixtureFiles {
  let made: FixtureChain
  var chain: ChainID { made.chain }

  /// The files by name, each a list or object of one subject.
  func all() throws -> [(name: String, content: FixtureJSON)] {
    [
      ("chain.json", try chainFile()), ("transactions.json", try transactionsFile()),
      ("bundles.json", try bundlesFile()), ("blocks.json", try blocksFile()),
      ("votes.json", votesFile()), ("accounts.json", try accountsFile()),
      ("invalid.json", try invalidFile()),
    ]
  }

  func hashed(_ domain: SigningDomain, _ message: [UInt8]) -> FixtureJSON {
    .hex(domain.prefix(chain) + message)
  }
}

// MARK: Chain and transactions

extension FixtureFiles {
  private func chainFile() throws -> FixtureJSON {
    let genesis = GenesisAnswer(
      network: made.document.network, isTest: true, chain: chain.hex,
      time: made.document.genesisTime, intervalMilliseconds: made.document.interval,
      stateRoot: made.genesisRoot.hex, validators: Hex.encode(made.set.bcs),
      bytes: made.document.bcs.count)
    let people = made.keys.people.map {
      key($0.name, $0.key, address: $0.key.account.address(network: .test))
    }
    let nodes = made.keys.nodes.enumerated().flatMap { index, keys in
      [
        key(
          "er-node-\(index + 1)", keys.account,
          address: keys.account.account.address(network: .test)),
        key("er-node-\(index + 1), consensus", keys.consensus, address: nil),
        key("er-node-\(index + 1), transport", keys.transport, address: nil),
      ]
    }
    let schedule = Schedule(chain: chain, set: made.set).order(at: 1)
    return .object([
      (
        "genesis",
        .object([
          ("type", .text("GenesisDocument")), ("chain", .text(chain.hex)),
          ("bcs", .hex(made.document.bcs)), ("json", try FixtureJSON(answer: genesis)),
        ])
      ),
      (
        "validators",
        .object([
          ("type", .text("ValidatorSet")), ("hash", .text(made.set.hash(chain).hex)),
          ("bcs", .hex(made.set.bcs)), ("json", try FixtureJSON(answer: try validators())),
        ])
      ),
      ("roundFromHeight1", .list(schedule.map { .number(UInt64($0)) })),
      ("keys", .list(people + nodes)),
    ])
  }

  private func key(_ name: String, _ key: SigningKey, address: String?) -> FixtureJSON {
    var entries: [(key: String, value: FixtureJSON)] = [
      ("name", .text(name)), ("seed", .hex(key.seedBytes)),
      ("publicKey", .text(key.publicKey.hex)),
    ]
    if let address { entries.append(("address", .text(address))) }
    return .object(entries)
  }

  /// As `GET /v1/validators` answers after the last block.
  private func validators() throws -> ValidatorsAnswer {
    var queries = made.queries()
    let members = try made.set.members.enumerated().map { index, member in
      let carbon = try #require(try queries.nodeCarbon(member.account))
      return ValidatorAnswer(
        index: index, account: member.account.address(network: .test), id: member.account.hex,
        name: try #require(try queries.node(member.account)).name,
        consensusKey: member.consensusKey.hex, arrears: "\(carbon.arrears)",
        reserve: "\(carbon.reserve)")
    }
    return ValidatorsAnswer(
      height: made.last.height + 1, firstHeight: made.set.firstHeight,
      hash: made.set.hash(chain).hex, quorum: made.set.quorum, faultyMax: made.set.faultyMax,
      members: members)
  }

  private func transactionsFile() throws -> FixtureJSON {
    var entries: [FixtureJSON] = []
    var index = 0
    var height: UInt64 = 0
    for named in made.transactions {
      index = named.height == height ? index + 1 : 0
      height = named.height
      let receipt = made.entries[Int(height) - 1].receipts[index]
      let transaction = named.transaction
      let answer = TransactionAnswer(
        transaction, receipt, height: height, index: index, network: .test)
      entries.append(
        .object([
          ("name", .text(named.name)), ("type", .text("Transaction")),
          ("id", .text(transaction.id(chain).hex)),
          ("signedMessage", hashed(.transaction, Array(transaction.bodyBytes))),
          ("bcs", .hex(transaction.bytes)), ("receipt", .hex(receipt.bcs)),
          ("json", try FixtureJSON(answer: answer)),
        ]))
    }
    return .list(entries)
  }
}

// MARK: Bundles and blocks

extension FixtureFiles {
  private func bundlesFile() throws -> FixtureJSON {
    let entries = try made.entries.flatMap { entry in
      try entry.decided.bundles.map { bundle in
        let header = bundle.header
        let answer = BundleAnswer(bundle, chain: chain, height: entry.height, network: .test)
        return FixtureJSON.object([
          ("name", .text("bundle \(header.number) of the author, in block \(entry.height)")),
          ("type", .text("Bundle")), ("digest", .text(header.digest(chain).hex)),
          ("signedMessage", hashed(.bundle, header.bcs)), ("header", .hex(header.bcs)),
          ("bcs", .hex(bundle.bytes)), ("json", try FixtureJSON(answer: answer)),
        ])
      }
    }
    return .list(entries)
  }

  private func blocksFile() throws -> FixtureJSON {
    .list(
      try made.entries.map { entry in
        let hash = entry.header.hash(chain)
        let certificate = entry.decided.certificate
        let counts = OutcomeCounts(entry.receipts)
        let answer = BlockAnswer(
          entry.header, hash: hash, certificate: certificate,
          bundles: entry.decided.bundles.count, counts: counts, roots: entry.roots,
          statement: entry.statement, certifiedAfterMilliseconds: nil, network: .test)
        let certificateAnswer = CertificateAnswer(
          certificate, set: made.set, validatorsHash: made.set.hash(chain), network: .test)
        return .object([
          ("name", .text("block \(entry.height)")), ("type", .text("Block")),
          ("hash", .text(hash.hex)), ("header", .hex(entry.header.bcs)),
          ("bcs", .hex(entry.decided.block.bcs)), ("statement", .hex(entry.statement.bcs)),
          ("json", try FixtureJSON(answer: answer)),
          (
            "certificate",
            .object([
              ("type", .text("QuorumCertificate")),
              ("signedMessage", message(certificate.statement)), ("bcs", .hex(certificate.bcs)),
              ("json", try FixtureJSON(answer: certificateAnswer)),
            ])
          ),
        ])
      })
  }

  private func message(_ statement: VoteStatement) -> FixtureJSON {
    .hex(statement.prefix(chain) + statement.message)
  }
}

// MARK: Votes and accounts

extension FixtureFiles {
  /// The API serves no votes: their JSON names the fields as the certificate's does.
  private func votesFile() -> FixtureJSON {
    var entries: [FixtureJSON] = []
    for entry in made.entries where entry.height == 1 || entry.height == 3 {
      entries += entry.votes.map { vote in
        let name = "block \(entry.height), view \(vote.view): \(vote.statement.kind.name)"
        return .object([
          ("name", .text("\(name) of member \(vote.member)")), ("type", .text("Vote")),
          ("signedMessage", message(vote.statement)), ("bcs", .hex(vote.bcs)),
          ("json", json(vote)),
        ])
      }
      if let prepared = entry.prepared {
        entries.append(
          .object([
            ("name", .text("block \(entry.height), view 0: prepared certificate")),
            ("type", .text("QuorumCertificate")), ("signedMessage", message(prepared.statement)),
            ("bcs", .hex(prepared.bcs)),
          ]))
      }
    }
    return .list(entries)
  }

  private func json(_ vote: Vote) -> FixtureJSON {
    var entries: [(key: String, value: FixtureJSON)] = [
      ("kind", .text(vote.statement.kind.name)), ("height", .number(vote.height)),
      ("view", .number(vote.view)), ("member", .number(UInt64(vote.member))),
    ]
    switch vote.statement.content {
    case .viewChange(let prepared):
      if let prepared {
        entries.append(
          (
            "prepared",
            .object([("block", .text(prepared.block.hex)), ("view", .number(prepared.view))])
          ))
      }
    case .newView(let viewChanges, let block):
      entries += [("viewChanges", .text(viewChanges.hex)), ("block", .text(block.hex))]
    case .prePrepare(let block): entries.append(("block", .text(block.hex)))
    case .prepare(let block, let stateRoot), .commit(let block, let stateRoot):
      entries += [("block", .text(block.hex)), ("stateRoot", .text(stateRoot.hex))]
    }
    entries.append(("signature", .hex(vote.signature.array)))
    return .object(entries.sorted { $0.key < $1.key })
  }

  /// Accounts after the last block, as `GET /v1/accounts/{address}?proof=true` answers.
  private func accountsFile() throws -> FixtureJSON {
    let people = [
      ("an account with a window of used sequences", made.keys.alice),
      ("an account of other keys", made.keys.bob),
      ("an account paid for by another", made.keys.erin),
      ("an account that nothing has reached", made.keys.frank),
    ]
    return .list(
      try people.map { name, key in
        let answer = try provenAccount(key.account)
        return .object([
          ("name", .text(name)), ("type", .text("Account")), ("id", .text(key.account.hex)),
          ("json", try FixtureJSON(answer: answer)),
        ])
      })
  }

  func provenAccount(_ id: AccountID) throws -> ProvenAccountAnswer {
    var queries = made.queries()
    let account = try queries.account(id)
    let authority = try queries.authority(of: id)
    let sequence = account?.sequences.highest ?? 0
    let answer = AccountAnswer(
      address: id.address(network: .test), id: id.hex, height: made.last.height,
      exists: account != nil, eco2: "\(account?.eco2 ?? .zero)",
      ecc: "\(account?.ecc ?? .zero)", sequence: sequence, pendingSequence: sequence,
      threshold: Int(authority.threshold), keys: authority.keys.map(\.hex))
    return ProvenAccountAnswer(account: answer, proof: try proof(Account.key(id)))
  }

  func proof(_ key: StateKey) throws -> ProofAnswer {
    let value = try made.state.value(of: key)
    let proof =
      value == nil ? try made.state.absenceProof(key) : try made.state.existenceProof(key)
    return ProofAnswer(
      height: made.last.height, key: Hex.encode(key.bytes), value: value.map { Hex.encode($0) },
      proof: Hex.encode(proof.protobuf), stateRoot: made.state.root.hex,
      header: Hex.encode(made.last.header.bcs),
      certificate: Hex.encode(made.last.decided.certificate.bcs))
  }
}

extension VoteKind {
  /// As the fixtures' JSON says it.
  var name: String {
    switch self {
    case .viewChange: "view-change"
    case .newView: "new-view"
    case .prePrepare: "pre-prepare"
    case .prepare: "prepare"
    case .commit: "commit"
    }
  }
}
