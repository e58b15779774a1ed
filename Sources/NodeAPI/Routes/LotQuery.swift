import LedgerCore

/// The query of a list of lots: its filter and its cursors, as text.
enum LotQuery {
  static let parameters = [
    RouteParameter(
      "owner", "Only lots of this account.", .address("Address."), example: exampleAddress),
    RouteParameter(
      "registry", "Only of this registry.", .text("Name.", example: "gold-standard"),
      example: "gold-standard"),
    RouteParameter(
      "project", "Only of this project of `registry`.", .text("Id.", example: "GS1363"),
      example: "GS1363"),
    RouteParameter(
      "state", "Only in this state.", .choice("State.", states), example: "tradable"),
    RouteParameter(
      "vintage", "Only of vintages that touch this year.",
      .whole("Year.", example: 2_020, max: 9_999), example: "2020"),
    RouteParameter(
      "product", "Only of this product.", .choice("Product.", products), example: "VER"),
    RouteParameter(
      "label", "Only with this label.", .choice("Label.", labels), example: "ccp"),
  ]

  /// The names of lots' states.
  static let states = [
    "tradable", "escrowed", "in-reserve", "suspended", "exporting", "exported", "retired",
    "cancelled", "invalidated", "buffer",
  ]

  private static let products = CreditProduct.allCases.map(\.code)
  private static let labels = CreditLabels.codes.map(\.code)

  static func filter(_ call: Call, isTest: Bool) throws(APIError) -> LotFilter {
    var filter = LotFilter()
    if let owner = call.query["owner"] {
      do {
        filter.owner = try AccountID(address: owner, network: isTest ? .test : .main)
      } catch {
        throw Problem.badAddress.because("\(error)")
      }
    }
    filter.registry = call.query["registry"]
    filter.project = call.query["project"]
    guard filter.project == nil || filter.registry != nil else {
      throw Problem.badParameter.because("`project` needs `registry`: ids are unique within one.")
    }
    filter.state = try choice(call, "state", states)
    filter.product = try choice(call, "product", products)
    filter.label = try choice(call, "label", labels)
    if call.query["vintage"] != nil {
      let year = try call.number("vintage", in: 1_900...9_999, default: 0)
      filter.vintage = UInt32(exactly: year)
    }
    return filter
  }

  private static func choice(_ call: Call, _ name: String, _ choices: [String]) throws(APIError)
    -> String?
  {
    guard let text = call.query[name] else { return nil }
    guard choices.contains(text) else {
      throw Problem.badParameter.because(
        "`\(name)` must be one of \(choices.joined(separator: ", ")), not `\(text.prefix(40))`.")
    }
    return text
  }

  /// A cursor: a number; of a project's lots issuance and serial.
  static func place(_ text: String, ofProject: Bool) throws(APIError) -> LotPlace {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(Decimal.parse)
    switch (parts.count, ofProject) {
    case (1, false): if let number = parts[0] { return .below(number) }
    case (2, true):
      if let issuance = parts[0], let serial = parts[1] {
        return .issuance(issuance, serial: serial)
      }
    default: break
    }
    throw Problem.badCursor.because(
      "This list's cursors are \(ofProject ? "ISSUANCE.SERIAL" : "numbers"), not "
        + "`\(text.prefix(40))`.")
  }

  static func cursor(_ place: LotPlace) -> String {
    switch place {
    case .below(let number): "\(number)"
    case .issuance(let issuance, let serial): "\(issuance).\(serial)"
    }
  }
}
