/// What a registry's exports call their columns, in order of preference. Exports of different days,
/// and of issuances, holdings and retirements, differ; case and punctuation carry no meaning.
struct ColumnNames {
  var serial = [
    "Serial Number", "Serial Numbers", "Serial Number Range", "Serial Number Block", "Serial",
    "Serials", "Serial No", "Credit Serial Number", "Credit Serial Numbers",
    "Offset Credit Serial Numbers", "Unit Serial Number", "Unit Serial Numbers",
    "Holding Serial Number",
  ]
  var quantity = [
    "Quantity", "Quantity of Credits", "Quantity of Units", "Credit Quantity", "Number of Credits",
    "Number of Units", "Units", "Unit Count", "Credits", "Holding Quantity", "Quantity (tCO2e)",
    "Quantity tonnes", "Quantity kg", "Volume", "Amount",
  ]
  var projectID = [
    "Project ID", "Project Number", "Project Reference", "Project Identifier", "Program ID",
    "Project",
  ]
  var vintage = ["Vintage", "Vintage Year", "Credit Vintage", "Vintage of Credits"]
  var projectName = ["Project Name", "Project Title", "Program Name", "Name"]
  var projectType = ["Project Type", "Type"]
  var country = [
    "Country", "Country/Area", "Project Site Country", "Project Country", "Host Country",
    "Country Code",
  ]
  var methodology = ["Methodology", "Methodology / Protocol", "Project Methodology/Protocol"]
  var product = ["Product Type", "Product", "Credit Type", "Unit Type"]
  var status = [
    "Credit Status", "Status", "Unit Status", "Serial Status", "Holding Status", "Current Status",
  ]
  var issuedOn = [
    "Issuance Date", "Date Issued", "Date Issued (GMT)", "Issue Date", "Date of Issuance",
    "Issued On",
  ]
  var retiredOn = [
    "Retirement Date", "Date Retired", "Date of Retirement", "Retired On", "Retire Date",
    "Retirement/Cancellation Date", "Retire or Cancel Date", "Retired/Cancelled Date",
  ]
  var cancelledOn = ["Cancellation Date", "Date Cancelled", "Date of Cancellation", "Cancelled On"]
  /// Without a status beside it, the day that a retirement or cancellation took effect.
  var statusEffectiveOn = ["Status Effective", "Status Effective (GMT)"]
  /// What only an export of retirements, or of cancellations, fills in.
  var retirementReason = ["Retirement Reason", "Purpose of Retirement"]
  var cancellationReason = ["Cancellation Reason", "Reason for Cancellation", "Cancellation Type"]
  var periodStart = [
    "Monitoring Period Start", "Monitoring Period Start Date", "Monitoring Start Date",
  ]
  var periodEnd = ["Monitoring Period End", "Monitoring Period End Date", "Monitoring End Date"]
  /// `Yes` in it, or the word CORSIA among other labels.
  var corsia = [
    "Eligible for CORSIA?", "CORSIA Eligible", "Additional Certifications",
    "Additional Certification(s) / SDGs",
  ]
  /// Days are written `dd/mm/yyyy` where the record itself does not show another order.
  var isDayFirst = false

  init(_ registry: Registry) {
    switch registry {
    case .generic:
      quantity += ["Quantity Issued", "Quantity of Offset Credits", "Credits Retired"]
      projectID += ["GSID", "ID", "Resource Identifier"]
    case .goldStandard:
      quantity += ["Credits Retired"]
      projectID += ["GSID"]
    case .climateActionReserve, .acr:
      let offset = registry == .climateActionReserve
      serial =
        [offset ? "Offset Credit Serial Numbers" : "Credit Serial Numbers"] + serial
      quantity =
        (offset
          ? ["Quantity of Offset Credits", "Quantity of Credits"]
          : ["Quantity of Credits", "Quantity of Offset Credits"]) + quantity
      methodology = ["Protocol Version", "Protocol", "Protocol and Version"] + methodology
    case .verra:
      // Not the "Total Vintage Quantity", which is that of all issuances of a vintage.
      quantity =
        [
          "Quantity Issued", "Quantity of Units", "Quantity of Units Issued", "Quantity of VCUs",
        ] + quantity
      projectID += ["ID", "Resource Identifier"]
      projectName += ["Resource Name"]
      product = []
      vintage = []
      periodStart = ["Vintage Start", "From Vintage"]
      periodEnd = ["Vintage End", "To Vintage"]
      retiredOn = ["Retirement/Cancellation Date", "Retire or Cancel Date"] + retiredOn
      isDayFirst = true
    }
  }
}

extension Registry {
  /// Columns that few exports but this registry's have.
  private var ownColumns: [String] {
    switch self {
    case .goldStandard:
      [
        "GSID", "POA GSID", "Programme of Activities", "Issuance Year", "Product Type",
        "Eligible for CORSIA?", "Monitoring Period Start",
      ]
    case .verra:
      [
        "Vintage Start", "Vintage End", "Total Vintage Quantity", "Quantity Issued",
        "Retirement/Cancellation Date", "Sustainable Development Goals", "Retirement Beneficiary",
      ]
    case .acr:
      [
        "Quantity of Credits", "Credit Serial Numbers", "Status Effective (GMT)",
        "Date Issued (GMT)", "Purpose of Retirement", "Total Credits Issued",
        "Project Methodology/Protocol",
      ]
    case .climateActionReserve:
      [
        "Quantity of Offset Credits", "Offset Credit Serial Numbers", "CORSIA Eligible",
        "Additional Certification(s) / SDGs", "Total Offset Credits Issued", "Status Effective",
        "Additional Certification(s)",
      ]
    case .generic: []
    }
  }

  /// The registry that most of a header's columns are of: two at least, and more than any other's.
  static func most(like header: CSVHeader) -> Registry? {
    let ranked = allCases.map { ($0, header.hits($0.ownColumns)) }.sorted { $0.1 > $1.1 }
    guard let best = ranked.first, best.1 >= 2, ranked.dropFirst().allSatisfy({ $0.1 < best.1 })
    else { return nil }
    return best.0
  }
}
