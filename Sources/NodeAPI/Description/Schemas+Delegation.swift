/// Elections and governance.
extension Schemas {
  private static let standings = ["standing", "resigned", "excluded"]

  private static let profile = ObjectSchema(
    "EnergyProfile", "What a node declares of its energy.",
    [
      .field("tier", .choice("Where it stands.", ["home", "rack", "cloud"])),
      .field("region", .text("Code of the grid region.", example: "DEU")),
      .field("idleMilliwatts", .count("Draw at the wall when idle.")),
      .field("millijoulesPerCPUSecond", .count("Above idle for each second of CPU time.")),
      .field("puePermille", .count("Power usage effectiveness, thousandths.")),
    ])

  static let delegation = [
    profile,
    ObjectSchema(
      "Election", "The present term, and the election at its end.",
      [
        .field("term", .count("Its number, from 0.")),
        .field("height", .height("The height whose state is shown.")),
        .field("time", .milliseconds("Of its block.")),
        .field("startedAt", .milliseconds("The term's beginning.")),
        .field("endsAt", .milliseconds("The first block at or after it holds the election.")),
        .field("votingFrom", .milliseconds("Votes are placed and moved after this.")),
        .field("isVoting", .yesOrNo("Whether they are now.", example: false)),
        .field("readyFrom", .milliseconds("Nodes declare themselves ready after this.")),
        .field("seats", .count("Members of a full set.")),
        .field("members", .list("Who decides the next height.", of: .address("Address."))),
        .field("standbys", .list("Who takes a seat that becomes free.", of: .address("Address."))),
        .field("candidates", .count("Registered so far.")),
        .field("locked", .amount("ECO2 base units of all voters.")),
        .field("placed", .amount("Votes for candidates, ECO2 base units.")),
      ]),
    ObjectSchema(
      "Candidate", "An ER Node, or one who wants to be.",
      [
        .field("account", .address("Address.")),
        .field("name", .text("The name.", example: "north")),
        .field("number", .count("In the order of registration.")),
        .field("standing", .choice("Whether it stands.", standings)),
        .field("role", .choice("What it is now.", ["member", "standby", "candidate"])),
        .field("votes", .amount("ECO2 base units.")),
        .field("bond", .amount("ECO2 base units.")),
        .field("isReady", .yesOrNo("Whether its node is ready for the next term.", example: true)),
        .optional("jailedAt", .milliseconds("Absent for one that is not jailed.")),
        .optional("leftAt", .milliseconds("When it left the set.")),
        .optional("missedBlocks", .count("Of a member: blocks it has not signed of the last.")),
        .field("consensusKey", .hash("Public key.")),
        .field("transportKey", .hash("Public key.")),
        .field("endpoint", .text("May be empty.", example: "192.0.2.1:9000")),
        .field("profile", .reference("EnergyProfile")),
        .optional("nextProfile", .reference("EnergyProfile")),
        .field("reserve", .amount("ECC for its dues, µg CO2e.")),
        .field("debts", .amount("Dues that it owes, µg CO2e.")),
      ]),
    ObjectSchema(
      "Voter", "What an account has locked to vote with, ECO2 base units.",
      [
        .field("account", .address("Address.")),
        .field("locked", .amount("What votes or can.")),
        .field("placed", .amount("What votes for candidates.")),
        .field("idle", .amount("What can be placed or unlocked.")),
        .field("unlocks", .list("What is on its way back.", of: .reference("Unlock"))),
        .field("vetoes", .list("Motions that its votes are against.", of: .count("Number."))),
      ]),
    ObjectSchema(
      "Unlock", "ECO2 on its way back.",
      [
        .field("amount", .amount("ECO2 base units.")),
        .field("readyAt", .milliseconds("When it can be collected.")),
      ]),
    ObjectSchema(
      "Stake", "An account's votes for a candidate.",
      [
        .field("voter", .address("Address.")),
        .field("candidate", .address("Address.")),
        .field("name", .text("The candidate's.", example: "north")),
        .field("standing", .choice("The candidate's.", standings)),
        .field("amount", .amount("ECO2 base units.")),
        .field("earned", .amount("What can be claimed, ECO2 base units.")),
      ]),
  ]

  static let governance = [
    ObjectSchema(
      "Motion", "A motion, and what became of it.",
      [
        .field("number", .count("From 0 in the order of proposal.")),
        .field("motion", .reference("MotionContents")),
        .field("reason", .text("Why.", example: "https://example.org/motion")),
        .field("proposer", .address("Address.")),
        .field("proposedAt", .milliseconds("When.")),
        .field(
          "standing",
          .choice(
            "How it stands.",
            [
              "pending", "approved", "executed", "failed", "cancelled", "vetoed", "expired",
            ])),
        .field("dueAt", .milliseconds("When it expires while it is pending, or is executed.")),
        .field("approvals", .list("Who approves it.", of: .address("Address."))),
        .field("vetoes", .amount("Votes against it, ECO2 base units.")),
        .optional("endedAt", .height("The height at which it ended.")),
      ]),
    ObjectSchema(
      "MotionContents", "What a motion changes; only fields of its kind.",
      [
        .field("kind", .text("Its name.", example: "set-parameters")),
        .optional("changes", .list("New values.", of: .reference("ParameterChange"))),
        .optional("operation", .text("An operation.", example: "transfer"), inExample: false),
        .optional("cpuNanoseconds", .count("What it costs."), inExample: false),
        .optional("bytes", .count("What it costs."), inExample: false),
        .optional(
          "tier", .choice("Absent for nodes that are not attested.", ["home", "rack", "cloud"]),
          inExample: false),
        .optional("idleMilliwatts", .count("A floor's."), inExample: false),
        .optional("puePermille", .count("A floor's."), inExample: false),
        .optional("region", .text("Code of the region.", example: "DEU"), inExample: false),
        .optional("year", .count("That a factor describes."), inExample: false),
        .optional("microgramsPerKilowattHour", .count("A factor."), inExample: false),
        .optional("source", .text("Of a factor.", example: "Ember"), inExample: false),
        .optional("threshold", .count("How many registrars must approve."), inExample: false),
        .optional(
          "accounts", .list("Who is appointed or dismissed.", of: .address("Address.")),
          inExample: false),
        .optional("name", .text("A custodian's or a feature's.", example: "x"), inExample: false),
        .optional("limit", .amount("A custodian's, µg CO2e."), inExample: false),
        .optional("height", .height("The first height of a feature."), inExample: false),
        .optional(
          "subject",
          .choice("What costs so much beside operations.", ["transaction", "signature", "lot"]),
          inExample: false),
        .optional(
          "registries",
          .list(
            "Whose credits may enter the reserve.",
            of: .text("A registry's name.", example: "gold-standard")),
          inExample: false),
        .optional(
          "products",
          .list("Which of them may.", of: .text("A product's code.", example: "VER")),
          inExample: false),
      ]),
    ObjectSchema(
      "ParameterChange", "A parameter's new value.",
      [
        .field("parameter", .text("Its name.", example: "creation-fee")),
        .field("value", .amount("In its own unit.")),
      ]),
    ObjectSchema(
      "DelegationOperation",
      "What an operation of a candidate, a voter or governance asks for; only fields of its kind.",
      [
        .optional("amount", .amount("ECO2 base units; of a reserve µg CO2e.")),
        .optional("candidate", .address("Of moved votes the one that loses them.")),
        .optional("to", .address("Of moved votes the one that gains them."), inExample: false),
        .optional("facts", .reference("CandidateFacts"), inExample: false),
        .optional("key", .hash("Consensus key."), inExample: false),
        .optional("possession", .hexadecimal("Its signature."), inExample: false),
        .optional("height", .height("The first that the key signs for."), inExample: false),
        .optional("term", .count("The term to come."), inExample: false),
        .optional("number", .count("The motion's."), inExample: false),
        .optional("motion", .reference("MotionContents"), inExample: false),
        .optional("reason", .text("Why.", example: "x"), inExample: false),
        .optional(
          "isYes", .yesOrNo("Approved, or against it.", example: true), inExample: false),
      ]),
    ObjectSchema(
      "CandidateFacts", "What a candidate tells of itself.",
      [
        .field("name", .text("The name.", example: "north")),
        .field("transportKey", .hash("Public key.")),
        .field("endpoint", .text("May be empty.", example: "192.0.2.1:9000")),
        .field("profile", .reference("EnergyProfile")),
      ]),
  ]
}
