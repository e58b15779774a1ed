import CatchUp
import Logging
import Testing

@testable import NodeRuntime

@Suite("How modes are logged")
struct ModeTextTests {
  @Test("each mode is a notice; while a node catches up, one more block elsewhere is not")
  func levels() {
    let behind = CatchUpMode.catchingUp(.behind(target: 9))
    #expect(behind.logLevel(after: nil) == .notice)
    #expect(behind.logLevel(after: .catchingUp(.tipsUnknown(known: 1, quorum: 3))) == .notice)
    #expect(behind.logLevel(after: .following(mayVoteFrom: 1, nil)) == .notice)
    #expect(CatchUpMode.catchingUp(.behind(target: 10)).logLevel(after: behind) == .info)
    #expect(CatchUpMode.following(mayVoteFrom: 1, nil).logLevel(after: behind) == .notice)
    #expect(CatchUpMode.diverged(height: 10).logLevel(after: behind) == .notice)
  }
}
