import LedgerCore

/// The query of a list of lots or of requests: its filter, and a lot list's cursors, as text.
enum CreditQuery {
  /// - Parameters:
  ///   - what: what is listed.
  ///   - owner, custodian: what these are to it.
  ///   - states: the names of its states.
  static func parameters(_ what: String, owner: String, custodian: String, states: [String])
    -> [RouteParameter]
  {
    [
      RouteParameter("owner", owner, .address("Address."), example: exampleAddress),
      RouteParameter("custodian", custodian, .address("Address."), example: exampleAddress),
      RouteParameter(
        "registry", "Only of this registry.", .text("Name.", example: "gold-standard"),
        example: "gold-standard"),
      RouteParameter(
        "project", "Only of this project of `registry`.", .text("Id.", example: "GS1363"),
        example: "GS1363"),
      RouteParameter(
        "state", "Only \(what) in this state.", .choice("State.", states), example: states[0]),
      RouteParameter(
        "vintage", "Only of vintages that touch this year.",
        .whole("Year.", example: 2_020, max: 9_999), example: "2020"),
      RouteParameter(
        "product", "Only of this product.", .choice("Product.", products), example: "VER"),
      RouteParameter(
        "label", "Only with this label.", .choice("Label.", labels), example: "ccp"),
      RouteParameter(
        "block", "The canonical key of the block of `serial`.",
        .text("Key.", example: "gs:1-TR-1363-12-2020-20912"),
        example: "gs:1-TR-1363-12-2020-20912"),
      RouteParameter(
        "serial", "Only \(what) with this serial of `block`.", .whole("Number.", example: 17),
        example: "17"),
    ]
  }

  /// The names of lots' states.
  static let lotStates = [
    "tradable", "escrowed", "in-reserve", "suspended", "exporting", "exported", "retired",
    "cancelled", "invalidated", "buffer",
  ]

  /// The names of requests' states.
  static let requestStates = ["pending", "approved", "rejected", "withdrawn", "expired"]

  private static let products = CreditProduct.allCases.map(\.code)
  private static let labels = CreditLabels.codes.map(\.code)

  static func filter(_ call: Call, isTest: Bool) throws(APIError) -> CreditFilter {
    var filter = CreditFilter()
    filter.owner = try account(call, "owner", isTest)
    filter.custodian = try account(call, "custodian", isTest)
    filter.registry = call.query["registry"]
    filter.project = call.query["project"]
    guard filter.project == nil || filter.registry != nil else {
      throw Problem.badParameter.because("`project` needs `registry`: ids are unique within one.")
    }
    let product = try choice(call, "product", products)
    filter.product = CreditProduct.allCases.first { $0.code == product }
    let label = try choice(call, "label", labels)
    filter.label = CreditLabels.codes.first { $0.code == label }?.label
    if call.query["vintage"] != nil {
      filter.vintage = UInt16(try call.number("vintage", in: 1_900...9_999, default: 1_900))
    }
    if call.query["serial"] != nil || call.query["block"] != nil {
      filter.serial = try serial(call)
    }
    return filter
  }

  /// A serial by its block and number, both of which are needed.
  static func serial(_ call: Call) throws(APIError) -> CreditFilter.SerialName {
    guard let block = call.query["block"], !block.isEmpty,
      block.utf8.count <= CreditLimits.serialBlockBytesMax
    else {
      throw Problem.badParameter.because(
        "`block` must be the key of a serial block, of 1 to "
          + "\(CreditLimits.serialBlockBytesMax) bytes.")
    }
    guard let serial = call.query["serial"].flatMap(Decimal.parse) else {
      throw Problem.badParameter.because("`serial` must be a serial's number.")
    }
    return CreditFilter.SerialName(block: block, number: serial)
  }

  private static func account(_ call: Call, _ name: String, _ isTest: Bool) throws(APIError)
    -> AccountID?
  {
    guard let text = call.query[name] else { return nil }
    do {
      return try AccountID(address: text, network: isTest ? .test : .main)
    } catch {
      throw Problem.badAddress.because("`\(name)`: \(error)")
    }
  }

  static func choice(_ call: Call, _ name: String, _ choices: [String]) throws(APIError)
    -> String?
  {
    guard let text = call.query[name] else { return nil }
    guard choices.contains(text) else {
      throw Problem.badParameter.because(
        "`\(name)` must be one of \(choices.joined(separator: ", ")), not `\(text.prefix(40))`.")
    }
    return text
  }

  /// A cursor of a list of lots.
  static func place(_ text: String) throws(APIError) -> LotPlace {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false).map(Decimal.parse)
    guard parts.count == 2, let issuance = parts[0], let serial = parts[1] else {
      throw Problem.badCursor.because(
        "This list's cursors are ISSUANCE.SERIAL, not `\(text.prefix(40))`.")
    }
    return LotPlace(issuance: issuance, serial: serial)
  }

  static func cursor(_ place: LotPlace) -> String { "\(place.issuance).\(place.serial)" }
}
