// `make weights` writes this file: what it measures and how is said in Benchmarks/README.md. These
// rows are still the estimates made before it.

/// The costs of this implementation, with their margin.
enum MeasuredCosts {
  static let transaction = WorkCost(cpuNanoseconds: 20_000, bytes: 160)
  static let signature = WorkCost(cpuNanoseconds: 40_000, bytes: 0)
  /// Of each lot that an operation states.
  static let lot = WorkCost(cpuNanoseconds: 20_000, bytes: 512)
  /// In the order of the operations' tags.
  static let operations = [
    // transfer
    WorkCost(cpuNanoseconds: 10_000, bytes: 128),
    // set-authority
    WorkCost(cpuNanoseconds: 10_000, bytes: 192),
    // top-up-reserve
    WorkCost(cpuNanoseconds: 10_000, bytes: 256),
    // report-offence
    WorkCost(cpuNanoseconds: 150_000, bytes: 384),
    // file-request
    WorkCost(cpuNanoseconds: 100_000, bytes: 2_048),
    // decide-request
    WorkCost(cpuNanoseconds: 100_000, bytes: 2_048),
    // withdraw-request
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // attest-custody
    WorkCost(cpuNanoseconds: 10_000, bytes: 256),
    // post-bond
    WorkCost(cpuNanoseconds: 10_000, bytes: 256),
    // set-buffer
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // replace-credits
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // confirm-retirement
    WorkCost(cpuNanoseconds: 10_000, bytes: 256),
    // transfer-lot
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // split-lot
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // deposit-lot
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // retire-lot
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // cancel-lot
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // withdraw-reserve
    WorkCost(cpuNanoseconds: 10_000, bytes: 256),
    // collect-reserve
    WorkCost(cpuNanoseconds: 10_000, bytes: 256),
    // sell-to-fund
    WorkCost(cpuNanoseconds: 10_000, bytes: 256),
    // lock-votes
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // unlock-votes
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // collect-unlocked
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // place-votes
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // move-votes
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // withdraw-votes
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // claim-rewards
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // register-candidate
    WorkCost(cpuNanoseconds: 60_000, bytes: 1_024),
    // update-candidate
    WorkCost(cpuNanoseconds: 20_000, bytes: 512),
    // change-consensus-key
    WorkCost(cpuNanoseconds: 60_000, bytes: 256),
    // declare-ready
    WorkCost(cpuNanoseconds: 60_000, bytes: 256),
    // resign-candidate
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // collect-bond
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // release-node
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // propose-motion
    WorkCost(cpuNanoseconds: 40_000, bytes: 1_024),
    // decide-motion
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // cancel-motion
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
    // veto-motion
    WorkCost(cpuNanoseconds: 20_000, bytes: 256),
  ]
}
