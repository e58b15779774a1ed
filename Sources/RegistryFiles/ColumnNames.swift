/// What a registry's exports call their columns, in order of preference. Exports of different days,
/// and of issuances, holdings and retirements, differ; case and punctuation carry no meaning.
struct ColumnNames {
  var serial = ["Serial Number", "Serial Numbers"]
  var quantity = ["Quantity"]
  var projectID = ["Project ID"]
  var vintage = ["Vintage", "Vintage Year"]
  var projectName = ["Project Name"]
  var projectType = ["Project Type"]
  var country = ["Country", "Country/Area", "Project Site Country", "Project Country"]
  var methodology = ["Methodology"]
  var product: [String] = []
  var status = ["Credit Status", "Status", "Unit Status"]
  var issuedOn = ["Issuance Date", "Date Issued", "Date Issued (GMT)"]
  var retiredOn = ["Retirement Date", "Date Retired"]
  var periodStart = ["Monitoring Period Start", "Monitoring Period Start Date"]
  var periodEnd = ["Monitoring Period End", "Monitoring Period End Date"]
  /// `Yes` in it, or the word CORSIA among other labels.
  var corsia = ["Eligible for CORSIA?", "CORSIA Eligible", "Additional Certifications"]
  /// Days are written `dd/mm/yyyy` where the record itself does not show another order.
  var isDayFirst = false

  init(_ registry: Registry) {
    switch registry {
    case .goldStandard:
      quantity += ["Quantity of Credits"]
      projectID += ["GSID"]
      product = ["Product Type", "Product"]
    case .climateActionReserve:
      serial = ["Offset Credit Serial Numbers"] + serial
      quantity = ["Quantity of Offset Credits"] + quantity
      methodology = ["Protocol Version", "Protocol"] + methodology
      // An export of retirements: its date is the day the retirement took effect.
      retiredOn = ["Status Effective"] + retiredOn
    case .acr:
      serial = ["Credit Serial Numbers", "Offset Credit Serial Numbers"] + serial
      quantity = ["Quantity of Credits", "Quantity of Offset Credits"] + quantity
      methodology += ["Protocol", "Protocol Version", "Methodology / Protocol"]
      retiredOn = ["Status Effective (GMT)", "Status Effective"] + retiredOn
    case .verra:
      // Not the "Total Vintage Quantity", which is that of all issuances of a vintage.
      quantity = ["Quantity Issued", "Quantity of Units"] + quantity
      projectID += ["ID", "Resource Identifier"]
      projectName += ["Name"]
      vintage = []
      periodStart = ["Vintage Start"]
      periodEnd = ["Vintage End"]
      retiredOn = ["Retirement/Cancellation Date", "Retire or Cancel Date"] + retiredOn
      isDayFirst = true
    }
  }
}
