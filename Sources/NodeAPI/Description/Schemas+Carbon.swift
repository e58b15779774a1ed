/// Registries, lots and their history.
extension Schemas {
  /// Fields that several of these objects have.
  private enum Shared {
    static let origin: [FieldSchema] = [
      .field("registry", .text("The registry's name.", example: "gold-standard")),
      .field("project", .text("The project's id.", example: "GS1363")),
      .field(
        "block",
        .text(
          "The canonical key of the serials' block.", example: "gs:1-TR-1363-12-2020-20912")),
    ]

    /// Serials of an issuance.
    static let serials: [FieldSchema] =
      origin + [
        .field(
          "serial",
          .text(
            "The issuance's serial, exactly as the registry writes it.",
            example: "GS1-1-TR-GS1363-12-2020-20912-1-7667")),
        .field("start", .count("First serial number, included.")),
        .field("end", .count("Last serial number, included.")),
      ]

    static let vintage: [FieldSchema] = [
      .field("vintageFrom", .whole("First day, yyyymmdd.", example: 20_200_101)),
      .field("vintageTo", .whole("Last day, yyyymmdd.", example: 20_201_231)),
      .field("product", .text("Such as `VER`.", example: "VER")),
    ]
  }

  static let registry = [
    ObjectSchema(
      "Registry", "A registry whose credits the ledger takes.",
      [
        .field(
          "name",
          .text(
            "As credits name it, such as `gold-standard`.", example: "gold-standard")),
        .field(
          "unit",
          .choice(
            "What each of its serials stands for: `tonne` or `kilogram`.", ["tonne", "kilogram"])),
      ]),
    ObjectSchema(
      "Project", "A project on chain.",
      [
        .field("registry", .text("The registry's name.", example: "gold-standard")),
        .field("id", .text("As the registry writes it.", example: "GS1363")),
        .field("name", .text("The name.", example: "Aliaga Wind Power Project")),
        .field("country", .text("The country.", example: "Turkey")),
        .field("subdivision", .text("May be empty, as the three below.", example: "Bavaria")),
        .field("type", .text("The project's type.", example: "Wind")),
        .field("methodology", .text("May be empty.", example: "ACM0002")),
        .field("proponent", .text("May be empty.", example: "A company")),
        .optional(
          "cap",
          .count(
            "The most serials that may ever be brought of it; absent where "
              + "nothing limits them.")),
        .field("serials", .count("Serials ever brought on chain.")),
        .field("documents", .list("SHA-256 of its documents, hexadecimal.", of: .hash("SHA-256."))),
      ]),
    ObjectSchema(
      "Issuance", "One range of serials as it was brought on chain.",
      [
        .field("number", .count("Its number, from 0."))
      ] + Shared.origin + [
        .field(
          "serial",
          .text(
            "Exactly as the registry writes it.", example: "GS1-1-TR-GS1363-12-2020-20912-1-7667")),
        .field("start", .count("First serial number, included.")),
        .field("end", .count("Last serial number, included.")),
      ] + Shared.vintage + [
        .field(
          "unit",
          .choice("What a serial stands for: `tonne` or `kilogram`.", ["tonne", "kilogram"])),
        .optional("request", .count("The request that brought it; absent for genesis.")),
        .field("height", .height("The block that brought it; 0 for genesis.")),
      ]),
    ObjectSchema(
      "Registrars", "Who decides on requests.",
      [
        .field("threshold", .count("How many must approve.")),
        .field("seats", .list("Their addresses.", of: .address("Address."))),
      ]),
    ObjectSchema(
      "Custodian",
      "Who holds credits at their source for the ledger. Amounts are µg "
        + "CO2e, decimal, the bond is in ECO2 base units.",
      [
        .field("account", .address("Address.")),
        .field("name", .text("The name.", example: "Aliaga Wind Power Project")),
        .field("limit", .amount("The most it may hold live.")),
        .field("live", .amount("What it holds live, its buffer included.")),
        .field("buffer", .amount("What of it is its buffer.")),
        .field("bond", .amount("Bond.")),
        .field("attestedUntil", .milliseconds("Its lots are suspended after this, ms since 1970.")),
        .optional(
          "attestation",
          .hash(
            "SHA-256 of its last attestation, hexadecimal; absent for "
              + "genesis.")),
        .field("openObligations", .count("Obligations that it has not met.")),
      ]),
    ObjectSchema(
      "Book",
      "What the registry counts. Amounts are decimal: µg CO2e, or ECO2 "
        + "base units for deposits and bonds.",
      [
        .field("height", .height("The height whose state is shown.")),
        .field("onboarded", .amount("Ever on-boarded: the sum of all states.")),
        .field(
          "states",
          .table(
            "What stands in each state, by its name.", example: [("tradable", "1000000000000")])),
        .field("lots", .count("Lots.")),
        .field("issuances", .count("Issuances.")),
        .field("requests", .count("Requests.")),
        .field("retirements", .count("Retirements.")),
        .field("obligations", .count("Obligations.")),
        .field("deposits", .amount("What filers have locked.")),
        .field("bonds", .amount("Of all custodians.")),
        .field("supply", .amount("ECC in existence.")),
        .field("reserveTonnes", .count("Tonnes in the reserve.")),
        .field(
          "reserveObligations", .amount("What custodians owe the reserve for invalidated lots.")),
        .field("consumed", .amount("Consumed on the number line.")),
        .field("tonnesRetired", .count("Tonnes retired from the line's start.")),
      ]),
    ObjectSchema(
      "Obligation",
      "What a custodian owes because a source reversed or invalidated "
        + "credits. Amounts are µg CO2e, decimal.",
      [
        .field("number", .count("Its number, from 0.")),
        .field("lot", .count("The lot that was invalidated.")),
        .field("custodian", .address("Address.")),
        .field(
          "purpose",
          .choice(
            "Whom replacement serves: `reserve`, `retirement` or `owner`.",
            ["reserve", "retirement", "owner"])),
        .optional("owner", .address("Of purpose `owner`: address.")),
        .field("amount", .amount("Amount.")),
        .field("open", .amount("What of it is still owed.")),
        .field("dueBy", .milliseconds("After this buffer and bond stand in, ms since 1970.")),
        .field("isClosed", .yesOrNo("Nothing of it is the custodian's any more.", example: false)),
        .field("bondTaken", .yesOrNo("The bond was taken for what is open.", example: false)),
      ]),
  ]

  static let lots = [
    ObjectSchema(
      "Adjustment",
      "What the host country says and does about counting a credit "
        + "itself.",
      [
        .field(
          "declaration",
          .choice(
            "`unknown`, `not-required` or `committed`.", ["unknown", "not-required", "committed"])),
        .field(
          "status",
          .choice(
            "`not-started`, `pending` or `completed`.", ["not-started", "pending", "completed"])),
        .optional(
          "date",
          .whole(
            "The day both are of, yyyymmdd; absent where nothing is declared.", example: 20_200_101)
        ),
      ]),
    ObjectSchema(
      "Lot", "A lot: serials of one issuance with one owner and one state.",
      [
        .field("number", .count("Its number, from 0.")),
        .field("issuance", .count("Issuance.")),
      ] + Shared.serials + [
        .field("count", .count("Serials.")),
        .field("amount", .amount("Μg CO2e, decimal.")),
      ] + Shared.vintage + [
        .field("labels", .list("Such as `ccp`.", of: .text("Code.", example: "ccp"))),
        .field("adjustment", .reference("Adjustment")),
        .field("owner", .address("Address.")),
        .field("custodian", .address("Address.")),
        .field(
          "state",
          .text(
            "Such as `tradable`; a lapsed attestation shows as `suspended`.", example: "tradable")),
        .field(
          "isReversed",
          .yesOrNo(
            "Retired, and reversed or invalidated at its source since: it "
              + "stays retired.", example: false)),
        .optional(
          "reference",
          .count(
            "What explains the state: the number of a request, retirement or "
              + "obligation.")),
      ]),
    ObjectSchema(
      "LotDetail", "A lot with what it is of, and what became of it.",
      [
        .field("lot", .reference("Lot")),
        .field("issuance", .reference("Issuance")),
        .field("project", .reference("Project")),
        .optional("retirement", .reference("Retirement")),
      ]),
    ObjectSchema(
      "SerialHistory", "Where one serial is, and its whole history.",
      [
        .field(
          "block",
          .text(
            "The canonical key of the serials' block.", example: "gs:1-TR-1363-12-2020-20912")),
        .field("serial", .whole("The serial's number.", example: 17)),
        .field("lot", .reference("Lot")),
        .field("issuance", .reference("Issuance")),
        .field("project", .reference("Project")),
        .optional("request", .reference("Request")),
        .field(
          "neighbours",
          .list(
            "Lots of the same issuance, what splits made of it, in the order "
              + "of serials from a little before this one on; at most 64.", of: .reference("Lot"))),
        .optional("retirement", .reference("Retirement")),
      ]),
    ObjectSchema(
      "Mirror", "Where the source shows a retirement.",
      [
        .field("reference", .text("The source's own number.", example: "R-17")),
        .field("date", .whole("Yyyymmdd.", example: 20_200_101)),
        .field("height", .height("The block in which the custodian told it.")),
      ]),
    ObjectSchema(
      "Retirement", "Serials that were retired.",
      [
        .field("number", .count("Its number, from 0.")),
        .field("height", .height("The block that retired them.")),
        .field("retiredAt", .milliseconds("Its timestamp, ms since 1970.")),
        .field("lot", .count("The lot's number.")),
        .field(
          "custodian",
          .address("Who holds them at their source, and has the source show it.")),
      ] + Shared.serials + [
        .field("amount", .amount("Μg CO2e, decimal.")),
        .field(
          "purpose",
          .choice(
            "`pool`: tonnes of the number line; `holder`: its holder wished "
              + "it; `replacement`.", ["pool", "holder", "replacement"])),
        .optional("firstTonne", .count("`pool`: the first tonne of the line, counted from 1.")),
        .optional("holder", .address("`holder`: address.")),
        .optional(
          "beneficiary",
          .hash(
            "`holder`: a salted hash of the beneficiary's name, hexadecimal; "
              + "absent for the holder itself.")),
        .optional("reason", .text("`holder`: the reason's code.", example: "voluntary")),
        .optional(
          "periodFrom",
          .whole(
            "`holder`: the first day of the period that is meant, yyyymmdd.", example: 20_200_101)),
        .optional("periodTo", .whole("`holder`: its last day.", example: 20_201_231)),
        .optional("obligation", .count("`replacement`: the obligation.")),
        .optional("mirror", .reference("Mirror")),
        .optional(
          "mirrorDueBy",
          .milliseconds("By when the source has to show it, ms since 1970; absent once it does.")),
      ]),
  ]
}
