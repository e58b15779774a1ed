import LedgerCore
import NodeAnswers
import Testing

@testable import LedgerRules
@testable import NodeRuntime

@Suite("The parameters that a node shows")
struct ParametersAnswerTests {
  @Test("each that a motion can change is shown with its value, and what elections begin with")
  func values() throws {
    var parameters = Parameters.standard
    parameters.elections.seats = 23
    parameters.elections.termMilliseconds = 7_654_321
    for (index, id) in ParameterID.allCases.enumerated() {
      let isSet = parameters.set(id, to: UInt128(7_000_000_000 + index))
      #expect(isSet)
    }
    let shown = answer(parameters).values
    #expect(shown["elections.seats"] == "23")
    #expect(shown["elections.termMilliseconds"] == "7654321")
    #expect(shown["elections.bond"] == "\(parameters.elections.bond)")
    for (index, id) in ParameterID.allCases.enumerated() {
      #expect(shown.values.count { $0 == "\(7_000_000_000 + index)" } == 1, "\(id.name)")
    }
  }

  private func answer(_ parameters: Parameters) -> ParametersAnswer {
    ParametersAnswer(
      Tariff(
        parameters: parameters, baseFee: Amount(3),
        charges: OperationCharge([], parameters: parameters)), height: 5)
  }
}
