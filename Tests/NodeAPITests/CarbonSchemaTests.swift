import NodeAnswers
import Testing

@testable import NodeAPI

extension SchemaTests {
  func carbonShapes() throws -> [Shape] {
    [
      try Shape("Registry", Samples.registry),
      try Shape("Project", Samples.project),
      try Shape("Issuance", Samples.issuance),
      try Shape("Registrars", Samples.registrars),
      try Shape("Custodian", Samples.custodian),
      try Shape("Book", Samples.book),
      try Shape("Obligation", Samples.obligation(4)),
      try Shape("Adjustment", Samples.adjustment),
      try Shape("Lot", Samples.lot(4)),
      try Shape("LotDetail", Samples.lotDetail),
      try Shape("SerialHistory", Samples.serial),
      try Shape("Mirror", Samples.mirror),
      try Shape("Retirement", Samples.retirement(4)),
      try Shape("RequestRange", Samples.requestRange),
      try Shape("Request", Samples.request(4)),
      try Shape("Fund", Samples.fund),
      try Shape("Factor", Samples.factor),
      try Shape("StatementSums", Samples.statementSums),
      try Shape("StatementRange", Samples.statementRange),
      try Shape("Indicator", Samples.indicator),
      try Shape("Indicators", Samples.indicators),
      try Shape("RegistryPage", PageAnswer(items: [Samples.registry], next: "4")),
      try Shape("ProjectPage", PageAnswer(items: [Samples.project], next: "4")),
      try Shape("CustodianPage", PageAnswer(items: [Samples.custodian], next: "4")),
      try Shape("LotPage", PageAnswer(items: [Samples.lot(4)], next: "4")),
      try Shape("RequestPage", PageAnswer(items: [Samples.request(4)], next: "4")),
      try Shape("RetirementPage", PageAnswer(items: [Samples.retirement(4)], next: "4")),
      try Shape("ObligationPage", PageAnswer(items: [Samples.obligation(4)], next: "4")),
      try Shape("FactorPage", PageAnswer(items: [Samples.factor], next: "4")),
    ]
  }
}
