import LedgerCore
import Testing

@testable import LedgerRules

@Suite("Rule changes by name")
struct FeatureTests {
  @Test("what is not known stops at its height, what is known never, what comes later not yet")
  func unknown() {
    let features = [
      FeatureActivation(name: "first", height: 10), FeatureActivation(name: "second", height: 20),
    ]
    #expect(Features.unknown(of: features, at: 9, known: []) == nil)
    #expect(Features.unknown(of: features, at: 10, known: []) == features[0])
    #expect(Features.unknown(of: features, at: 19, known: ["first"]) == nil)
    #expect(Features.unknown(of: features, at: 20, known: ["first"]) == features[1])
    // Who comes with an older release long after must not go on either.
    #expect(Features.unknown(of: features, at: 99, known: ["second"]) == features[0])
    #expect(Features.unknown(of: features, at: 99, known: ["first", "second"]) == nil)
  }

  @Test("the block before an unknown feature's height is executed, the one at it is not")
  func stops() throws {
    var world = try ElectionWorld { $0.parameters.governance.delayMilliseconds = 50_000 }
    for index in 0..<5 { try world.fundNode(world.node(index)) }
    let activation = FeatureActivation(name: "later", height: world.network.height + 15)
    let propose = LedgerCore.Operation.proposeMotion(
      ProposeMotion(motion: .activateFeature(activation), reason: "a test"))
    #expect(try world.fault(world.node(0), [propose]) == nil)
    for index in 0..<5 {
      let approve = DecideMotion(motion: 0, approves: true)
      #expect(try world.fault(world.node(index), [.decideMotion(approve)]) == nil)
    }
    while world.network.height + 1 < activation.height { try world.run() }
    var queries = world.network.queries
    #expect(try queries.features().all == [activation])
    #expect(try queries.features().unknown == [activation])
    let before = world.network.records.records
    #expect(throws: ExecutionError.unknownFeature(activation)) { try world.run() }
    #expect(world.network.records.records == before)
    #expect(ExecutionError.unknownFeature(activation).isFatal)
    #expect("\(ExecutionError.unknownFeature(activation))".contains("\"later\""))
  }
}
