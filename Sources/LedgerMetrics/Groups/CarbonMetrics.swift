/// What the chain uses and who pays for it, as of the last final block. Raw values are µg CO2e.
public struct CarbonMetrics: Sendable {
  public let footprint: Gauge
  public let due: Gauge
  public let paid: Gauge
  public let byFund: Gauge
  public let arrears: Gauge
  public let charges: Gauge
  public let arrearsOpen: Gauge
  public let footprintCumulative: Gauge
  public let consumedCumulative: Gauge
  public let retired: Gauge
  public let covered: Gauge
  public let fund: Gauge
  public let nodeReserve: Gauge
  public let nodeArrears: Gauge
  public let nodeFundDebt: Gauge
  public let debtors: Gauge

  init(_ list: inout MetricList) {
    func grams(_ name: String, _ help: String) -> Gauge {
      list.gauge(name, help, unit: .gramsFromMicrograms)
    }
    footprint = grams("eco2_carbon_footprint_grams", "CO2e of the last block, all nodes.")
    due = grams("eco2_carbon_due_grams", "Dues of the last block, all nodes.")
    paid = grams("eco2_carbon_paid_grams", "Of the dues, paid by the nodes.")
    byFund = grams("eco2_carbon_paid_by_fund_grams", "Of the dues, paid by the fund.")
    arrears = grams("eco2_carbon_arrears_grams", "Of the dues, paid by nobody.")
    charges = grams(
      "eco2_carbon_operation_charges_grams", "Carbon charges of the last block's transactions.")
    arrearsOpen = grams(
      "eco2_carbon_open_arrears_grams", "Dues of all nodes that are still unpaid.")
    footprintCumulative = grams(
      "eco2_carbon_cumulative_footprint_grams", "CO2e of the chain since block 1.")
    consumedCumulative = grams(
      "eco2_carbon_cumulative_consumed_grams", "Credits consumed since block 1.")
    retired = list.gauge(
      "eco2_carbon_retired_tonnes", "Tonnes retired from the number line.", unit: .tonnes)
    covered = list.gauge(
      "eco2_carbon_covered", "Whether the last block says that all is paid: 1 or 0.")
    fund = grams("eco2_carbon_fund_grams", "Credits of the neutrality fund.")
    nodeReserve = grams("eco2_carbon_node_reserve_grams", "This node's reserve for its dues.")
    nodeArrears = grams("eco2_carbon_node_arrears_grams", "This node's dues nobody has paid.")
    nodeFundDebt = grams(
      "eco2_carbon_node_fund_debt_grams", "What the fund has paid for this node and gets back.")
    debtors = list.gauge(
      "eco2_carbon_debtors", "Members that owe dues and are passed over as primaries.")
  }
}
