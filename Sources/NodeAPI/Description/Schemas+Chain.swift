/// Blocks, bundles and transactions.
extension Schemas {
  static let blocks = [
    ObjectSchema(
      "Block", "A final block.",
      [
        .field("height", .height("Its height.")),
        .field("hash", .hash("Its hash.")),
        .field("parent", .hash("The hash of the block before.")),
        .field("timestamp", .milliseconds("The slot's start, milliseconds since 1970.")),
        .field("author", .address("The ER Node that proposed it first.")),
        .field("view", .whole("The view whose COMMITs decided it.", example: 0)),
        .field("transactions", .count("applied + failed + skipped.")),
        .field("applied", .count("Transactions applied.")),
        .field("failed", .count("Transactions that failed.")),
        .field("skipped", .count("Transactions skipped.")),
        .field("bundles", .count("Bundles it names.")),
        .field("stateRoot", .hash("Root of the state after it.")),
        .field("transactionsRoot", .hash("Root of its transactions.")),
        .field("receiptsRoot", .hash("Root of its receipts.")),
        .field("signers", .list("Members of the certificate.", of: .count("Index."))),
        .optional(
          "certifiedAfterMilliseconds",
          .whole("From the slot's start until this node held the certificate.", example: 120)),
        .field("statement", .reference("Statement")),
      ]),
    ObjectSchema(
      "Statement", "A block's carbon statement; amounts in µg CO2e.",
      [
        .field("footprint", .amount("What the block's making emitted.")),
        .field("due", .amount("What its ER Nodes owe.")),
        .field("paid", .amount("What they paid.")),
        .field("coveredByFund", .amount("What the fund paid for them.")),
        .field("arrears", .amount("What is left open.", example: "0")),
        .field("fundOverhead", .amount("Overhead the fund paid.")),
        .field("overheadDue", .amount("Overhead due.")),
        .field("operationCharges", .amount("What its transactions were charged.")),
        .field("arrearsOpen", .amount("All arrears after it.", example: "0")),
        .field("footprintCumulative", .amount("Of all blocks up to it.")),
        .field("consumedCumulative", .amount("ECC consumed up to it.")),
        .field("tonnesRetiredCumulative", .count("Whole tonnes retired up to it.")),
        .field("covered", .yesOrNo("Whether all that was due is paid.", example: true)),
      ]),
    ObjectSchema(
      "StatementAtHeight", "A carbon statement and its block's place.",
      [
        .field("height", .height("The block's height.")),
        .field("timestamp", .milliseconds("The block's timestamp.")),
        .field("statement", .reference("Statement")),
      ]),
    ObjectSchema(
      "Certificate", "The COMMITs that made a block final.",
      [
        .field("height", .height("The block's height.")),
        .field("view", .whole("Their view.", example: 0)),
        .field("block", .hash("The block's hash.")),
        .field("stateRoot", .hash("Root of the state after it.")),
        .field("validatorsHash", .hash("Hash of the set whose members signed.")),
        .field("quorum", .count("How many must have signed.")),
        .field("signatures", .list("One for each.", of: .reference("MemberSignature"))),
        .field("bytes", .hexadecimal("The certificate in BCS.")),
      ]),
    ObjectSchema(
      "MemberSignature", "One member's COMMIT.",
      [
        .field("member", .count("Index in the set.")),
        .field("account", .address("Its account.")),
        .field("signature", .hexadecimal("Ed25519 signature.")),
      ]),
    ObjectSchema(
      "Bundle", "A bundle of transactions.",
      [
        .field("digest", .hash("Its digest.")),
        .field("author", .address("The ER Node that sealed it.")),
        .field("incarnation", .count("The ER Node's start.")),
        .field("number", .count("Counts its bundles.")),
        .field("birthHeight", .height("The height it was sealed at.")),
        .field("transactionsRoot", .hash("RFC 6962 root of its transactions.")),
        .field("signature", .hexadecimal("Ed25519 signature.")),
        .optional("height", .height("The final block that names it.")),
        .field("transactions", .list("Ids, in order.", of: .hash("Id."))),
      ]),
  ]

  static let transactions = [
    ObjectSchema(
      "Submission", "What became of each transaction, in order.",
      [.field("transactions", .list("One for each.", of: .reference("Transaction")))]),
    ObjectSchema(
      "Transaction", "A transaction's state, and what is known of it.",
      [
        .optional("id", .hash("Absent when the bytes are no transaction.")),
        .field(
          "status",
          .choice("How far it is.", ["final", "pending", "accepted", "refused", "unknown"])),
        .optional(
          "accordingTo", .address("Of an accepted one, on a full node: who says so."),
          inExample: false),
        .optional("applied", .yesOrNo("Of a final one: whether it was applied.", example: true)),
        .optional("height", .height("Of a final one: its block.")),
        .optional(
          "code", .text("Stable code of what went wrong.", example: "expired"), inExample: false),
        .optional("message", .text("The same as a sentence.", example: ""), inExample: false),
        .optional("index", .count("Of a final one: its place in the block.")),
        .optional("transaction", .reference("TransactionContents")),
        .optional("receipt", .reference("Receipt")),
      ]),
    ObjectSchema(
      "TransactionContents", "What a transaction says, and who signed it.",
      [
        .field("chainTag", .hexadecimal("First 4 bytes of the genesis hash.", example: "9f86d081")),
        .field("sender", .address("Who sends it.")),
        .field("sequence", .count("Its sequence.")),
        .field("validUntil", .height("The last height at which it may be executed.")),
        .field("chargeMax", .amount("µg CO2e.")),
        .field("feeMax", .amount("ECO2 base units.")),
        .field("tip", .amount("ECO2 base units.", example: "0")),
        .optional("sponsor", .address("Who pays instead of the sender.")),
        .field("operations", .list("In order.", of: .reference("Operation"))),
        .field("senderAuthorizations", .list("Signatures.", of: .reference("Authorization"))),
        .field("sponsorAuthorizations", .list("Signatures.", of: .reference("Authorization"))),
      ]),
    ObjectSchema(
      "Operation", "One operation; only the fields of its kind are there.",
      [
        .field(
          "kind",
          .text(
            "transfer, set-authority, top-up-reserve, report-offence or one to come.",
            example: "transfer")),
        .optional("token", .choice("Of a transfer.", ["ECO2", "ECC"])),
        .optional("recipient", .address("Of a transfer.")),
        .optional("amount", .amount("Base units.")),
        .optional("node", .address("Of a top-up: the ER Node."), inExample: false),
        .optional("threshold", .count("Of a new authority."), inExample: false),
        .optional(
          "keys", .list("Of a new authority, ascending.", of: .hash("Key.")), inExample: false),
        .optional(
          "offence", .choice("Of a report.", ["equivocation", "amnesia", "bad-bundle"]),
          inExample: false),
        .optional("height", .count("Of a report: the evidence's."), inExample: false),
        .optional("evidence", .hexadecimal("Of a report: its bytes."), inExample: false),
        .optional(
          "priceMin", .amount("Of a sale to the fund: ECO2 base units per tonne, at least."),
          inExample: false),
        .optional("credits", .reference("CreditOperation"), inExample: false),
        .optional("delegation", .reference("DelegationOperation"), inExample: false),
      ]),
    ObjectSchema(
      "CreditOperation", "What an operation on credits asks for; only fields of its kind.",
      [
        .optional("lot", .count("The lot's number.")),
        .optional("start", .count("First serial number, included.")),
        .optional("end", .count("Last serial number, included.")),
        .optional("number", .count("The request, retirement or obligation."), inExample: false),
        .optional("request", .text("What is asked for.", example: "onboard"), inExample: false),
        .optional("bytes", .hexadecimal("The request's bytes."), inExample: false),
        .optional("approves", .yesOrNo("Whether it is approved.", example: true), inExample: false),
        .optional("lotsMax", .count("Lots that a request is charged for."), inExample: false),
        .optional("document", .hash("SHA-256 of what it rests on."), inExample: false),
        .optional(
          "reference", .text("Voucher, or the source's number.", example: "V-1"),
          inExample: false),
        .optional("date", .count("The day the source gives, yyyymmdd."), inExample: false),
        .optional(
          "isBuffer", .yesOrNo("Whether it goes into it.", example: true), inExample: false),
        .optional("beneficiary", .hash("Salted hash of a name."), inExample: false),
        .optional("reason", .text("The reason's code.", example: "voluntary"), inExample: false),
        .optional("periodFrom", .count("First day meant, yyyymmdd."), inExample: false),
        .optional("periodTo", .count("Last day meant, yyyymmdd."), inExample: false),
      ]),
    ObjectSchema(
      "Authorization", "A key and its signature.",
      [
        .field("key", .hash("Public key.")),
        .field("signature", .hexadecimal("Ed25519 signature.")),
      ]),
    ObjectSchema(
      "Receipt", "What executing a transaction gave.",
      [
        .field("outcome", .choice("How it ended.", ["applied", "failed", "skipped"])),
        .optional("operation", .count("The one that failed, from 0."), inExample: false),
        .optional("code", .text("Stable code.", example: "expired"), inExample: false),
        .optional("message", .text("A sentence.", example: ""), inExample: false),
        .optional("subject", .count("What it failed by, such as a lot."), inExample: false),
        .field("charge", .amount("µg CO2e consumed.")),
        .field("fee", .amount("ECO2 base units paid.")),
      ]),
  ]
}
