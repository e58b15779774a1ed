/// Requests, the fund, factors and sums of statements.
extension Schemas {
  static let requests = [
    ObjectSchema(
      "RequestRange", "A range of serials that a request is about.",
      [
        .optional("registry", .text("On-boarding: the registry.", example: "gold-standard")),
        .optional("project", .text("On-boarding: the project's id.", example: "GS1363")),
        .optional(
          "serial",
          .text(
            "On-boarding: exactly as the registry writes it.",
            example: "GS1-1-TR-GS1363-12-2020-20912-1-7667")),
        .optional(
          "block",
          .text(
            "On-boarding: the canonical key of the serials' block.",
            example: "gs:1-TR-1363-12-2020-20912")),
        .optional("lot", .count("Else: the lot.")),
        .field("start", .count("First serial number, included.")),
        .field("end", .count("Last serial number, included.")),
      ]),
    ObjectSchema(
      "Request", "A request to the registrars, and what became of it.",
      [
        .field("number", .count("Its number, from 0.")),
        .field("kind", .text("Such as `onboard`.", example: "onboard")),
        .field("filer", .address("Address.")),
        .field("filedAt", .milliseconds("Ms since 1970.")),
        .field("expiresAt", .milliseconds("Nobody can approve it then or later, ms since 1970.")),
        .field("deposit", .amount("ECO2 base units locked until it ends, decimal.")),
        .field(
          "standing",
          .choice(
            "`pending`, `approved`, `rejected`, `withdrawn` or `expired`.",
            ["pending", "approved", "rejected", "withdrawn", "expired"])),
        .optional("endedAt", .height("The height at which it ended; absent while it is pending.")),
        .field(
          "approvals",
          .list("Addresses, in the order of their decisions.", of: .address("Address."))),
        .field("rejections", .list("Rejections.", of: .address("Address."))),
        .field("lotsMax", .count("Lots that it may make or change, as its filer stated.")),
        .field("document", .hash("SHA-256 of the document that it rests on, hexadecimal.")),
        .optional("voucher", .text("The voucher's number.", example: "V-17")),
        .optional("consent", .hash("SHA-256 of the registry's consent, hexadecimal.")),
        .optional("owner", .address("`onboard`: address of who receives the lots.")),
        .optional(
          "isBuffer",
          .yesOrNo("`onboard`: whether they go to the custodian's buffer.", example: false)),
        .optional("serials", .count("Serials that it is about, all ranges together.")),
        .optional(
          "ranges", .list("Of one request asked for by its number.", of: .reference("RequestRange"))
        ),
        .optional(
          "bytes",
          .hexadecimal(
            "Of one asked for by its number: the CreditRequest in BCS, "
              + "hexadecimal.")),
      ]),
  ]

  static let neutrality = [
    ObjectSchema(
      "Fund",
      "The neutrality fund and its bid for ECC. Amounts are decimal: µg "
        + "CO2e, ECO2 in base units.",
      [
        .field("height", .height("The height whose state is shown.")),
        .field("eco2", .amount("ECO2 it has.")),
        .field("ecc", .amount("ECC it has.")),
        .field("overheadOpen", .amount("What it could not consume yet.")),
        .field(
          "reserveOpen", .amount("ECC it has still to destroy for credits that nobody replaced.")),
        .field("bidOpenedAt", .milliseconds("When the day's bid opened, ms since 1970.")),
        .field("bidLeft", .amount("ECC it still wants.")),
        .field("bidPrice", .amount("ECO2 base units per tonne at the last block's time.")),
      ]),
    ObjectSchema(
      "Factor", "A row of the table of grid emission factors.",
      [
        .field("row", .count("Row.")),
        .field("regionCode", .text("The region's code.", example: "TUR")),
        .field("region", .text("The region's name.", example: "Turkey")),
        .field("year", .whole("The year the factor describes.", example: 2_024)),
        .field("microgramsPerKilowattHour", .whole("Μg CO2e per kWh.", example: 557_500_000)),
        .field("source", .text("Where it is from.", example: "Ember")),
        .field("licence", .text("Its licence.", example: "CC BY-SA 4.0")),
        .field(
          "isInForce", .yesOrNo("Whether it is the one charged in its region.", example: true)),
      ]),
    ObjectSchema(
      "StatementSums",
      "Carbon statements of a range of blocks, summed. Amounts are µg "
        + "CO2e, decimal.",
      [
        .field("from", .height("First height.")),
        .field("to", .height("Last height.")),
        .field("timestampFrom", .milliseconds("The first block's timestamp, ms since 1970.")),
        .field("timestampTo", .milliseconds("The last one's.")),
        .field(
          "footprint",
          .amount(
            "Of nodes, overhead and operations: what the line's footprint "
              + "grew by.")),
        .field("nodesFootprint", .amount("Of the ER Nodes alone.")),
        .field("due", .amount("What the ER Nodes owed.")),
        .field("paid", .amount("What of it they paid.")),
        .field("fund", .amount("What of it the fund paid for them.")),
        .field("arrears", .amount("What of it was booked as arrears.")),
        .field("overheadDue", .amount("Due for standbys, observers and other full nodes.")),
        .field("fundOverhead", .amount("What of that the fund paid.")),
        .field("charges", .amount("What transactions were charged.")),
        .field("consumed", .amount("What was consumed on the number line.")),
        .field("arrearsOpen", .amount("Open after the last block.")),
        .field("tonnesRetired", .count("Retired from the number line.")),
        .field("blocksNotCovered", .count("Blocks whose statement says not covered.")),
        .field("covered", .yesOrNo("Whether every block of the range was covered.", example: true)),
      ]),
    ObjectSchema(
      "StatementRange",
      "`GET /v1/carbon/statements`: what blocks used and who paid for "
        + "it.",
      [
        .field("sums", .reference("StatementSums")),
        .field(
          "buckets",
          .list(
            "The same in equal parts, in order; empty unless asked for.",
            of: .reference("StatementSums"))),
        .field("retirementCount", .count("Retirements in these blocks.")),
        .field(
          "retirements",
          .list("Of these with their serials, at most 100.", of: .reference("Retirement"))),
      ]),
    ObjectSchema(
      "Indicator", "A sustainability indicator of Delegated Regulation (EU) 2025/422.",
      [
        .field("field", .text("The field in the regulation's annex.", example: "S.8")),
        .field("name", .text("Its name.", example: "energy-consumption")),
        .optional(
          "value",
          .text(
            "Decimal, rounded to the nearest; absent where the chain does not know it.",
            pattern: "^[0-9]+(\\.[0-9]+)?$", example: "3986.15040")),
        .field("unit", .text("Such as `kWh/a`.", example: "kWh/a")),
        .optional(
          "note", .text("Why there is no value, or what to know of it.", example: "a note")),
      ]),
    ObjectSchema(
      "Indicators",
      "`GET /v1/carbon/indicators`: what the network used over some blocks, and its indicators.",
      [
        .field("isTest", .yesOrNo("A test network: no environmental claim.", example: true)),
        .field("from", .height("First height.")),
        .field("to", .height("Last height.")),
        .field(
          "timestampFrom", .milliseconds("Begin of the time that is charged, ms since 1970.")),
        .field("timestampTo", .milliseconds("Its end: the last block's timestamp.")),
        .field("transactions", .count("Executed in these blocks, applied and failed.")),
        .field("energy", .amount("FJ, exact: 3.6 × 10^21 are a kWh.")),
        .field("footprint", .amount("Of ER Nodes, overhead and operations, µg CO2e.")),
        .field("consumed", .amount("Consumed for it on the number line, µg CO2e.")),
        .field("tonnesRetired", .count("Retired from the number line.")),
        .field(
          "covered",
          .yesOrNo("Whether the last statement says that all is covered so far.", example: true)),
        .field(
          "indicators",
          .list("In the order of the regulation's fields.", of: .reference("Indicator"))),
      ]),
  ]
}
