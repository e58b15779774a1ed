import HTTPTypes
import LedgerCore
import NodeAnswers

/// Credits, ECC and who paid for what blocks used.
struct CarbonRoutes: Sendable {
  let service: any NodeService

  var routes: [Route] { directories + lots + numbered + figures }

  private static let registry = RouteParameter(
    "registry", "The registry's name.", .text("Name.", example: "gold-standard"),
    example: "gold-standard")

  private static func number(_ of: String) -> RouteParameter {
    RouteParameter(
      "number", "The \(of)'s number.", .whole("Number, from 0.", example: 1), example: "1")
  }

  // MARK: What runs the registry

  private var directories: [Route] {
    [
      Route(
        .get, "/v1/carbon/registries", "getRegistries",
        "Registries whose credits the ledger takes, by name",
        query: Paging.parameters("as the page before gave it"),
        results: [.json(.page(of: "Registry"), "With what a serial stands for.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await call.keyed { try await service.registries(after: $0, limit: $1) }
      },
      Route(
        .get, "/v1/carbon/projects", "getProjects", "Projects on chain, by registry and id",
        query: [Self.registry] + Paging.parameters("as the page before gave it"),
        results: [.json(.page(of: "Project"), "As their registries state them.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await call.keyed {
          try await service.projects(registry: call.query["registry"], after: $0, limit: $1)
        }
      },
      Route(
        .get, "/v1/carbon/projects/{registry}/{id}", "getProject", "A project on chain",
        pathParameters: [
          Self.registry,
          RouteParameter(
            "id", "The project's id, as the registry writes it.",
            .text("Id.", example: "GS1363"), example: "GS1363"),
        ],
        results: [.json(.reference("Project"), "As its registry states it.")],
        problems: [.badParameter, .storeFailed, .busy]
      ) { call in
        let texts = call.pathValues.compactMap { RequestTarget.unescaped($0[...]) }
        guard texts.count == 2 else {
          throw Problem.badParameter.because("The path is not well escaped.")
        }
        guard let project = try await service.project(registry: texts[0], id: texts[1]) else {
          throw Problem.notFound.because("Nothing of this project was brought on chain.")
        }
        return try .json(project)
      },
      Route(
        .get, "/v1/carbon/custodians", "getCustodians",
        "Who holds credits at their source for the ledger",
        query: Paging.parameters("as the page before gave it"),
        results: [.json(.page(of: "Custodian"), "With limit, holdings, buffer and bond.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await call.keyed { try await service.custodians(after: $0, limit: $1) }
      },
      Route(
        .get, "/v1/carbon/registrars", "getRegistrars", "Who decides on requests",
        results: [.json(.reference("Registrars"), "Seats, and how many must approve.")],
        problems: [.storeFailed, .busy]
      ) { _ in try .json(await service.registrars()) },
    ]
  }

  // MARK: Lots

  private var lots: [Route] {
    [
      Route(
        .get, "/v1/carbon/lots", "getLots", "Lots of credits",
        query: CreditQuery.parameters(
          "lots", owner: "Only lots of this account.",
          custodian: "Only lots that this custodian holds at their source.",
          states: CreditQuery.lotStates) + Paging.parameters("ISSUANCE.SERIAL"),
        results: [
          .json(
            .page(of: "Lot"),
            "The newest issuances first, the lots of each in the order of their serials. "
              + Self.shortPages)
        ],
        problems: [.badParameter, .badAddress, .badCursor, .badLimit, .storeFailed, .busy],
        cost: 8, run: lotList),
      Route(
        .get, "/v1/carbon/lots/{number}", "getLot", "A lot, with its issuance and project",
        pathParameters: [Self.number("lot")],
        results: [.json(.reference("LotDetail"), "With its retirement where it is retired.")],
        problems: [.badParameter, .storeFailed, .busy]
      ) { call in
        let number = try Self.number(call)
        guard let lot = try await service.lot(number) else { throw Self.missing("lot", number) }
        return try .json(lot)
      },
      Route(
        .get, "/v1/carbon/serials", "getSerial", "Where a serial is, and its whole history",
        query: [
          RouteParameter(
            "block", "The canonical key of the serial's block; required.",
            .text("Key.", example: "gs:1-TR-1363-12-2020-20912"),
            example: "gs:1-TR-1363-12-2020-20912"),
          RouteParameter(
            "serial", "The serial's number; required.", .whole("Number.", example: 17),
            example: "17"),
        ],
        results: [
          .json(
            .reference("SerialHistory"),
            "The lot that holds it, what brought it, and what became of it.")
        ],
        problems: [.badParameter, .storeFailed, .busy], cost: 4, run: serial),
    ]
  }

  private func lotList(_ call: Call) async throws -> Answer {
    let limit = try call.limit()
    let filter = try CreditQuery.filter(call, isTest: service.isTestNetwork)
    let state = try CreditQuery.choice(call, "state", CreditQuery.lotStates)
    let place = try call.query["cursor"].map(CreditQuery.place)
    let found = try await service.lots(filter, state: state, from: place, limit: limit)
    return try .json(PageAnswer(items: found.items, next: found.next.map(CreditQuery.cursor)))
  }

  private static let shortPages =
    "Where several things are asked for that seldom meet, a page may have fewer items than asked "
    + "for, or none, and still name a next one."

  private static let unshown = ["pending", "overdue"]

  private func retirementList(_ call: Call) async throws -> Answer {
    guard let mirror = try CreditQuery.choice(call, "mirror", Self.unshown) else {
      return try await call.newest(number: \.number) {
        try await service.retirements(before: $0, limit: $1)
      }
    }
    let limit = try call.limit()
    let after = try call.query["cursor"].map(Paging.index).map(UInt64.init)
    let found = try await service.unshownRetirements(
      isOverdue: mirror == "overdue", after: after, limit: limit)
    return try .json(PageAnswer(items: found.items, next: found.next.map { "\($0)" }))
  }

  private func requestList(_ call: Call) async throws -> Answer {
    let limit = try call.limit()
    let filter = try CreditQuery.filter(call, isTest: service.isTestNetwork)
    let state = try CreditQuery.choice(call, "state", CreditQuery.requestStates)
    let below = try call.query["cursor"].map(Paging.index).map(UInt64.init)
    let found = try await service.requests(filter, state: state, below: below, limit: limit)
    return try .json(PageAnswer(items: found.items, next: found.next.map { "\($0)" }))
  }

  private func serial(_ call: Call) async throws -> Answer {
    let serial = try CreditQuery.serial(call)
    guard let history = try await service.serial(serial.number, block: serial.block) else {
      throw Problem.notFound.because(
        "No lot on chain holds the serial \(serial.number) of that block.")
    }
    return try .json(history)
  }

  // MARK: What is numbered

  private var numbered: [Route] {
    [
      Route(
        .get, "/v1/carbon/requests", "getRequests", "Requests to the registrars, newest first",
        query: CreditQuery.parameters(
          "requests",
          owner: "Only for this account: who receives credits, or asks for their release.",
          custodian: "Only filed by this account.", states: CreditQuery.requestStates)
          + Paging.parameters("NUMBER of the last one had"),
        results: [
          .json(.page(of: "Request"), "Without their ranges and bytes. " + Self.shortPages)
        ],
        problems: [.badParameter, .badAddress, .badCursor, .badLimit, .storeFailed, .busy],
        cost: 8, run: requestList),
      Route(
        .get, "/v1/carbon/requests/{number}", "getRequest", "A request to the registrars",
        pathParameters: [Self.number("request")],
        results: [.json(.reference("Request"), "With its ranges and bytes.")],
        problems: [.badParameter, .storeFailed, .busy]
      ) { call in
        let number = try Self.number(call)
        guard let request = try await service.request(number) else {
          throw Self.missing("request", number)
        }
        return try .json(request)
      },
      Route(
        .get, "/v1/carbon/retirements", "getRetirements", "Retired serials, newest first",
        query: [
          RouteParameter(
            "mirror",
            "Only those that their source does not show yet, the first due first: `pending`, or "
              + "`overdue` for those of more than 30 days ago.", .choice("Which.", Self.unshown),
            example: "overdue")
        ] + Paging.parameters("NUMBER of the last one had"),
        results: [.json(.page(of: "Retirement"), "For whom, and whether the source shows it.")],
        problems: [.badParameter, .badCursor, .badLimit, .storeFailed, .busy], cost: 4,
        run: retirementList),
      Route(
        .get, "/v1/carbon/retirements/{number}", "getRetirement", "Serials that were retired",
        pathParameters: [Self.number("retirement")],
        results: [.json(.reference("Retirement"), "For whom, and whether the source shows it.")],
        problems: [.badParameter, .storeFailed, .busy]
      ) { call in
        let number = try Self.number(call)
        guard let retirement = try await service.retirement(number) else {
          throw Self.missing("retirement", number)
        }
        return try .json(retirement)
      },
      Route(
        .get, "/v1/carbon/obligations", "getObligations",
        "What custodians owe for invalidated credits, newest first",
        query: Paging.parameters("NUMBER of the last one had"),
        results: [.json(.page(of: "Obligation"), "Open and closed ones.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await call.newest(number: \.number) {
          try await service.obligations(before: $0, limit: $1)
        }
      },
    ]
  }

  // MARK: Figures

  private var figures: [Route] {
    [
      Route(
        .get, "/v1/carbon/book", "getBook", "How much stands in each state, and what backs ECC",
        results: [.json(.reference("Book"), "Counts and amounts of the registry.")],
        problems: [.storeFailed, .busy]
      ) { _ in try .json(await service.book()) },
      Route(
        .get, "/v1/carbon/fund", "getFund", "The neutrality fund, and what it bids for ECC",
        results: [.json(.reference("Fund"), "With the bid's price at the last block's time.")],
        problems: [.storeFailed, .busy]
      ) { _ in try .json(await service.fund()) },
      Route(
        .get, "/v1/carbon/factors", "getFactors", "The table of grid emission factors",
        query: Paging.parameters("ROW of the first"),
        results: [.json(.page(of: "Factor"), "With source and licence of each row.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        let limit = try call.limit()
        let first = try call.query["cursor"].map(Paging.index) ?? 0
        let found = try await service.factors(from: UInt64(first), limit: limit + 1)
        var page = PageAnswer(items: Array(found.prefix(limit)))
        if found.count > limit { page.next = "\(first + limit)" }
        return try .json(page)
      },
      Route(
        .get, "/v1/carbon/statements", "getStatementRange",
        "What a range of blocks used, and who paid for it",
        query: [
          RouteParameter(
            "from", "The first height; required.", .height("Height."), example: "1"),
          RouteParameter(
            "to",
            "The last height, up to \(CarbonFormat.rangeBlocksMax - 1) above the first; required.",
            .height("Height."), example: "42"),
          RouteParameter(
            "buckets", "Into how many equal parts to divide it, too; none if absent.",
            .whole("Parts.", example: 10, max: UInt64(CarbonFormat.bucketsMax)), example: "10"),
        ],
        results: [.json(.reference("StatementRange"), "Sums, and the retirements with serials.")],
        problems: [.badHeight, .badParameter, .storeFailed, .busy], cost: 20, run: range),
      Route(
        .get, "/v1/carbon/indicators", "getIndicators",
        "Energy and emissions of a range of blocks, as EU rules on crypto-assets ask for them",
        query: [
          RouteParameter("from", "The first height; required.", .height("Height."), example: "1"),
          RouteParameter("to", "The last height; required.", .height("Height."), example: "42"),
        ],
        results: [
          .json(
            .reference("Indicators"),
            "Of any number of blocks; what the chain does not know is said to be so.")
        ],
        problems: [.badHeight, .storeFailed, .busy]
      ) { call in
        let (from, to) = try Self.heights(call)
        guard from <= to else {
          throw Problem.badHeight.because("`to` must not be below `from`.")
        }
        guard let indicators = try await service.indicators(from: from, to: to) else {
          throw Problem.notFound.because("Not all of these blocks are final yet.")
        }
        return try .json(indicators)
      },
    ]
  }

  private static func heights(_ call: Call) throws(APIError) -> (from: UInt64, to: UInt64) {
    func height(_ name: String) throws(APIError) -> UInt64 {
      guard let height = call.query[name].flatMap(Decimal.parse), height > 0 else {
        throw Problem.badHeight.because("`\(name)` must be a block's height, from 1 on.")
      }
      return height
    }
    return (try height("from"), try height("to"))
  }

  private func range(_ call: Call) async throws -> Answer {
    let (from, to) = try Self.heights(call)
    guard from <= to, to - from < CarbonFormat.rangeBlocksMax else {
      throw Problem.badHeight.because(
        "`to` must be `from` or up to \(CarbonFormat.rangeBlocksMax - 1) above it.")
    }
    let buckets = try call.number("buckets", in: 0...CarbonFormat.bucketsMax, default: 0)
    guard let sums = try await service.statements(from: from, to: to, buckets: buckets) else {
      throw Problem.notFound.because("Not all of these blocks are final yet.")
    }
    return try .json(sums)
  }

  private static func number(_ call: Call) throws(APIError) -> UInt64 {
    guard let number = Decimal.parse(call.value) else {
      throw Problem.badParameter.because(
        "A number of decimal digits is expected, not `\(call.value.prefix(40))`.")
    }
    return number
  }

  private static func missing(_ what: String, _ number: UInt64) -> APIError {
    Problem.notFound.because("There is no \(what) \(number).")
  }
}
