import LedgerCore
import LocalNetwork
import NodeAnswers

/// What was done with credits on a test network, for people.
enum RegistryText {
  static func sentence(_ event: RegistryEvent) -> String {
    switch event {
    case .bonded(let amount): "custodian: \(Token.eco2.format(amount)) ECO2 bonded"
    case .filed(let request):
      "custodian: request \(request.number) filed, \(request.serials ?? 0) serials"
        + (request.isBuffer == true ? " for its buffer" : "")
    case .approved(let request):
      "registrars: request \(request.number) approved by \(request.approvals.count)"
        + (request.endedAt.map { " at height \($0)" } ?? "")
    case .onboarded(let lots): "on-boarded: " + lots.map(text).joined(separator: "; ")
    case .issued(let lot):
      "ECC issued: \(Printing.mass(lot.amount)) for serials \(lot.start)–\(lot.end) of lot "
        + "\(lot.number), now in the reserve"
    case .retired(let retirement):
      "retired: \(Printing.mass(retirement.amount)), serials \(retirement.start)–"
        + "\(retirement.end) of \(retirement.serial), retirement \(retirement.number)"
    }
  }

  private static func text(_ lot: LotAnswer) -> String {
    "lot \(lot.number), \(Printing.mass(lot.amount)), serials \(lot.start)–\(lot.end) of "
      + lot.serial
  }

  static func facts(_ registry: RunSummary.Registry) -> [(String, String)] {
    func text(_ serials: RunSummary.Registry.Serials) -> String {
      "\(Printing.mass(serials.amount)), serials \(serials.start)–\(serials.end) of "
        + serials.serial
    }
    let lots = registry.lots.map { "lot \($0.lot), " + text($0) }
    return [
      (
        "requests", "\(registry.requestsFiled) filed, \(registry.requestsApproved) approved"
      ),
      ("on-boarded", lots.isEmpty ? "-" : lots.joined(separator: "; ")),
      ("ECC issued", Printing.mass(registry.eccIssued)),
      (
        "by holder",
        registry.retired.isEmpty
          ? "nothing retired" : registry.retired.map(text).joined(separator: "; ") + " retired"
      ),
    ]
  }
}

/// The same for programs.
struct RegistryLine: Encodable {
  let event = "registry"
  let step: String
  var bond: String?
  var request: RequestAnswer?
  var lots: [LotAnswer]?
  var ecc: String?
  var retirement: RetirementAnswer?

  init(_ event: RegistryEvent) {
    switch event {
    case .bonded(let amount):
      step = "bonded"
      bond = "\(amount)"
    case .filed(let request):
      step = "filed"
      self.request = request
    case .approved(let request):
      step = "approved"
      self.request = request
    case .onboarded(let lots):
      step = "onboarded"
      self.lots = lots
    case .issued(let lot):
      step = "issued"
      lots = [lot]
      ecc = lot.amount
    case .retired(let retirement):
      step = "retired"
      self.retirement = retirement
    }
  }
}
