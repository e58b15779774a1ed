import HTTPTypes
import LedgerCore
import NodeAnswers

/// Elections and governance.
struct DelegationRoutes: Sendable {
  let service: any NodeService

  var routes: [Route] { elections + votes + motions }

  private static func account(_ of: String) -> RouteParameter {
    RouteParameter("address", "The \(of)'s address.", .address("Address."), example: exampleAddress)
  }

  private var elections: [Route] {
    [
      Route(
        .get, "/v1/election", "getElection",
        "The present term, who has seats, and when the next election is",
        results: [.json(.reference("Election"), "Times are those of blocks.")],
        problems: [.storeFailed, .busy]
      ) { _ in try .json(await service.election()) },
      Route(
        .get, "/v1/candidates", "getCandidates", "Candidates, the most votes first",
        query: Paging.parameters("as the page before gave it"),
        results: [.json(.page(of: "Candidate"), "Those that stand no more, too.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await call.keyed { try await service.candidates(after: $0, limit: $1) }
      },
      Route(
        .get, "/v1/candidates/{address}", "getCandidate", "An ER Node, or who wants to be one",
        pathParameters: [Self.account("candidate")],
        results: [.json(.reference("Candidate"), "With its votes, bond and profile.")],
        problems: [.badAddress, .storeFailed, .busy]
      ) { call in
        let account = try account(call)
        guard let candidate = try await service.candidate(account) else {
          throw Problem.notFound.because("The account is no candidate.")
        }
        return try .json(candidate)
      },
      Route(
        .get, "/v1/candidates/{address}/votes", "getSupporters",
        "Who votes for a candidate, the most votes first",
        pathParameters: [Self.account("candidate")],
        query: Paging.parameters("as the page before gave it"),
        results: [.json(.page(of: "Stake"), "With what each has earned.")],
        problems: [.badAddress, .badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        let account = try account(call)
        return try await call.keyed {
          try await service.supporters(of: account, after: $0, limit: $1)
        }
      },
    ]
  }

  private var votes: [Route] {
    [
      Route(
        .get, "/v1/voters/{address}", "getVoter", "What an account has locked to vote with",
        pathParameters: [Self.account("voter")],
        results: [.json(.reference("Voter"), "Zeros where nothing is locked.")],
        problems: [.badAddress, .storeFailed, .busy]
      ) { call in try .json(await service.voter(try account(call))) },
      Route(
        .get, "/v1/voters/{address}/votes", "getVotes", "For whom an account votes",
        pathParameters: [Self.account("voter")],
        query: Paging.parameters("as the page before gave it"),
        results: [.json(.page(of: "Stake"), "With what each has earned.")],
        problems: [.badAddress, .badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        let account = try account(call)
        return try await call.keyed {
          try await service.stakes(of: account, after: $0, limit: $1)
        }
      },
    ]
  }

  private var motions: [Route] {
    [
      Route(
        .get, "/v1/motions", "getMotions", "Motions, the newest first",
        query: Paging.parameters("the number of the last one seen"),
        results: [.json(.page(of: "Motion"), "Those that are over, too.")],
        problems: [.badCursor, .badLimit, .storeFailed, .busy], cost: 4
      ) { call in
        try await call.newest(number: \.number) {
          try await service.motions(before: $0, limit: $1)
        }
      },
      Route(
        .get, "/v1/motions/{number}", "getMotion", "A motion, and what became of it",
        pathParameters: [
          RouteParameter(
            "number", "The motion's number.", .whole("Number, from 0.", example: 1),
            example: "1")
        ],
        results: [.json(.reference("Motion"), "With its approvals and the votes against it.")],
        problems: [.badParameter, .storeFailed, .busy]
      ) { call in
        guard let number = Decimal.parse(call.value) else {
          throw Problem.badParameter.because("`\(call.value.prefix(40))` is no number.")
        }
        guard let motion = try await service.motion(number) else {
          throw Problem.notFound.because("There is no motion \(number).")
        }
        return try .json(motion)
      },
    ]
  }

  private func account(_ call: Call) throws(APIError) -> AccountID {
    do {
      return try AccountID(address: call.value, network: service.isTestNetwork ? .test : .main)
    } catch { throw Problem.badAddress.because("\(error)") }
  }
}
