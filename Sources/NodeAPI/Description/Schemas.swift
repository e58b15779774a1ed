import NodeAnswers

/// The shapes of all answers, by name; a test holds them against the types that are encoded.
enum Schemas {
  static let all: [ObjectSchema] =
    network + accounts + blocks + transactions + registry + lots + requests + neutrality
    + delegation + governance + pages
    + [problem, meaning]

  private static let network = [
    ObjectSchema(
      "Status", "What a node is and where it stands.",
      [
        .field("network", .text("The network's name from genesis.", example: "eco2-test")),
        .field("isTest", .yesOrNo("Whether nothing on this network is a claim.", example: true)),
        .field("chain", .hash("Genesis hash.")),
        .field("intervalMilliseconds", .whole("Block interval.", example: 10_000)),
        .field("role", .choice("Whether it votes.", ["validator", "full"])),
        .field("node", .address("The node's account.")),
        .field("name", .text("The ER Node's name; empty for a full node.", example: "Node 1")),
        .field("height", .height("Height of the last final block.")),
        .field("block", .hash("Hash of the last final block.")),
        .field("stateRoot", .hash("Root of the state after it.")),
        .field("timestamp", .milliseconds("Its timestamp, milliseconds since 1970.")),
        .field("mode", .choice("How it follows.", ["following", "catching-up", "halted"])),
        .optional("notVotingBecause", .text("Absent when it votes.", example: "full node")),
        .optional("pausedUntil", .milliseconds("Until when it gives its turns away.")),
        .field("view", .whole("View of the height being decided.", example: 0)),
        .field("peersConnected", .count("Peers connected.")),
        .field("peersKnown", .count("Peers it knows.")),
        .field("followers", .count("Full nodes that follow this node now.")),
        .field("pendingTransactions", .count("Transactions in its pool.")),
        .field("unflushedBlocks", .count("Final blocks in its log, not yet in its state file.")),
        .field("transactionsFinal", .count("Since the node's start.")),
        .field("viewChanges", .count("View changes it voted for since its start.")),
        .field("stages", .list("CPU time by stage.", of: .reference("Stage"))),
        .field("processMicroseconds", .whole("CPU-µs of the process.", example: 1_000_000)),
        .field("transferEstimate", .reference("Estimate")),
        .field("engines", .reference("Engines")),
      ]),
    ObjectSchema(
      "Engines", "What computes signatures and hashes; they differ in speed only.",
      [
        .field("ed25519", .text("Of Ed25519 verification.", example: "avx512ifma")),
        .field("sha256", .text("Of SHA-256.", example: "avx512")),
        .field("sha512", .text("Of SHA-512.", example: "avx512")),
      ]),
    ObjectSchema(
      "Stage", "CPU time of one stage since the node's start.",
      [
        .field("stage", .text("The stage.", example: "execute")),
        .field("microseconds", .whole("CPU-µs.", example: 1_000)),
      ]),
    ObjectSchema(
      "Estimate", "What a transaction would be charged in the next block.",
      [
        .field("charge", .amount("µg CO2e.", example: "170")),
        .field("fee", .amount("ECO2 base units.")),
        .field("creationFee", .amount("ECO2 base units for an account's first record.")),
      ]),
    ObjectSchema(
      "Genesis", "What the chain began with.",
      [
        .field("network", .text("The network's name.", example: "eco2-test")),
        .field("isTest", .yesOrNo("Whether nothing on this network is a claim.", example: true)),
        .field("chain", .hash("Genesis hash.")),
        .field("time", .milliseconds("Genesis time, milliseconds since 1970.")),
        .field("intervalMilliseconds", .whole("Block interval.", example: 10_000)),
        .field("stateRoot", .hash("Root of the state at height 0.")),
        .field("validators", .hexadecimal("The set of height 1 in BCS.")),
        .field("bytes", .whole("Length of the document in BCS.", example: 4_096)),
      ]),
    ObjectSchema(
      "Parameters", "What the rules count with now.",
      [
        .field("height", .height("The height whose state is shown.")),
        .field(
          "values",
          .table(
            "Decimals by name, those of a domain behind its name and a dot: registry, fund, "
              + "elections, governance. Amounts are in base units.",
            example: [("creationFee", "1000000"), ("elections.seats", "21")])),
        .field("baseFee", .amount("ECO2 base units per unit of weight in the next block.")),
      ]),
    ObjectSchema(
      "Validators", "The ER Nodes that decide blocks now.",
      [
        .field("height", .height("The height the set decides next.")),
        .field("firstHeight", .height("The set's first height.")),
        .field("hash", .hash("The set's hash.")),
        .field("quorum", .count("Members whose COMMITs make a block final.")),
        .field("faultyMax", .count("Members that may be faulty.")),
        .field("members", .list("By index.", of: .reference("Validator"))),
      ]),
    ObjectSchema(
      "Validator", "One ER Node of the set.",
      [
        .field("index", .count("Index in the set.")),
        .field("account", .address("Its account.")),
        .field("id", .hash("Its account's id.")),
        .field("name", .text("Its name.", example: "Node 1")),
        .field("consensusKey", .hash("The key it votes with.")),
        .field("arrears", .amount("Carbon dues not paid, µg CO2e.", example: "0")),
        .field("reserve", .amount("ECC held for its dues, µg CO2e.")),
      ]),
    ObjectSchema(
      "SetChange", "How one set was followed by the next; whoever trusts the set can check it all.",
      [
        .field("height", .height("The last height that the set before decided.")),
        .field("validatorsHash", .hash("Hash of the set that follows.")),
        .field("validators", .hexadecimal("The set that follows in BCS.")),
        .field("header", .hexadecimal("The header of that last block in BCS.")),
        .field("certificate", .hexadecimal("The block's certificate in BCS.")),
      ]),
    ObjectSchema(
      "Schedule", "Whose turn it is, as dues stand now.",
      [
        .field("height", .height("The height being decided.")),
        .field("roundFirstHeight", .height("The round's first height.")),
        .field("turns", .list("From that height on.", of: .reference("Turn"))),
      ]),
    ObjectSchema(
      "Turn", "A height and the ER Node that proposes it in view 0.",
      [
        .field("height", .height("The height.")),
        .field("account", .address("The ER Node's account.")),
        .field("name", .text("Its name.", example: "Node 1")),
        .field("earliest", .milliseconds("Earliest timestamp, milliseconds since 1970.")),
      ]),
    ObjectSchema(
      "Offence", "A proven offence of an ER Node, as the chain keeps it.",
      [
        .field("number", .whole("From 0, in the order of recording.", example: 0)),
        .field("offender", .address("The ER Node's account.")),
        .field(
          "offence", .choice("What was proven.", ["equivocation", "amnesia", "bad-bundle"])),
        .field("height", .height("The evidence's height: its set has judged it.")),
        .field("view", .whole("View of the first vote; 0 of a bundle.", example: 0)),
        .field("reporter", .address("Who brought the evidence.")),
        .field("recordedAt", .height("The block that recorded it.")),
        .field("first", .hash("Digest of the first thing signed.")),
        .field("second", .hash("Digest of the second.")),
      ]),
    ObjectSchema(
      "Mempool", "What waits on this node.",
      [
        .field("transactions", .count("Waiting for a bundle of this node.")),
        .field("bytes", .count("Their bytes.")),
        .field("bundles", .count("Bundles held that no final block names yet.")),
        .field("bundledTransactions", .count("Transactions in them.")),
        .field("transactionsMax", .whole("Bound of `transactions`.", example: 100_000)),
        .field("bytesMax", .whole("Bound of `bytes`.", example: 67_108_864)),
      ]),
  ]

  private static let account: [FieldSchema] = [
    .field("address", .address("The account's address.")),
    .field("id", .hash("The account's id.")),
    .field("height", .height("The height whose state is shown.")),
    .field("exists", .yesOrNo("Whether anything has ever reached it.", example: true)),
    .field("eco2", .amount("ECO2 base units.")),
    .field("ecc", .amount("µg CO2e.")),
    .field("sequence", .count("Highest sequence used in final blocks.")),
    .field("pendingSequence", .count("Highest one used or waiting; take a higher one.")),
    .field("threshold", .count("How many of `keys` must sign.")),
    .field("keys", .list("Public keys.", of: .hash("A public key."))),
    .optional("proof", .reference("Proof")),
  ]

  private static let accounts = [
    ObjectSchema("Account", "An account; with a proof where one was asked for.", account),
    ObjectSchema(
      "Proof", "That a record stands, or does not, in the state that a certificate signs.",
      [
        .field("height", .height("The height whose state root is proved against.")),
        .field("key", .hexadecimal("The record's key.")),
        .optional("value", .hexadecimal("The record's bytes; absent when there is none.")),
        .field("proof", .hexadecimal("ICS-23 CommitmentProof, protobuf.")),
        .field("stateRoot", .hash("The state root.")),
        .field("header", .hexadecimal("The block's header in BCS.")),
        .field("certificate", .hexadecimal("The block's certificate in BCS.")),
      ]),
  ]

  private static let listed = [
    "Block", "Transaction", "StatementAtHeight", "Offence", "Registry", "Project", "Custodian",
    "Lot", "Request", "Retirement", "Obligation", "Factor", "Candidate", "Stake", "Motion",
    "SetChange",
  ]

  private static let pages = listed.map { name in
    ObjectSchema(
      "\(name)Page", "A page, and where the next begins.",
      [
        .field("items", .list("In the list's order.", of: .reference(name))),
        .optional("next", .text("The next page's cursor; absent on the last.", example: "42")),
      ])
  }

  private static let problem = ObjectSchema(
    "Problem", "What was wrong with a request (RFC 9457).",
    [
      .field("type", .text("A reference for the kind.", example: "/v1/problems/busy")),
      .field("title", .text("The same for each case of the kind.", example: "The node is busy")),
      .field("status", .whole("The HTTP status.", example: 503)),
      .field("detail", .text("What was wrong here, and what to do.", example: "Try again.")),
      .field("code", .text("The kind's stable code.", example: "busy")),
    ])

  private static let meaning = ObjectSchema(
    "ProblemMeaning", "What a stable code means.",
    [
      .field("code", .text("The code.", example: "busy")),
      .optional("status", .whole("Its HTTP status; absent for transactions' codes.", example: 503)),
      .field("title", .text("What is wrong.", example: "The node is busy")),
      .field("advice", .text("What a client can do.", example: "Try again.")),
    ])
}
