import LedgerCore
import Testing

@testable import LedgerRules

/// What people try in elections and governance that must fail, each with its fault.
struct RefusedAttempt: CustomTestStringConvertible, Sendable {
  let name: String
  let fault: TransactionFault
  /// The place of the operation that fails.
  let place: Int
  /// Brings a network to where it is tried, and says who tries what.
  let make: @Sendable (inout ElectionWorld) throws -> (AccountID, [LedgerCore.Operation])

  var testDescription: String { name }

  init(
    _ name: String, _ fault: TransactionFault, at place: Int = 0,
    _ make:
      @escaping @Sendable (inout ElectionWorld) throws -> (
        AccountID, [LedgerCore.Operation]
      )
  ) {
    self.name = name
    self.fault = fault
    self.place = place
    self.make = make
  }

  private static let alice = TestGenesis.accounts[0]
  private static let bob = TestGenesis.accounts[1]

  // MARK: Operations

  private static func lock(_ amount: UInt128) -> LedgerCore.Operation {
    .lockVotes(LockVotes(amount: Amount(amount)))
  }

  private static func unlock(_ amount: UInt128) -> LedgerCore.Operation {
    .unlockVotes(UnlockVotes(amount: Amount(amount)))
  }

  private static func place(_ account: AccountID, _ amount: UInt128) -> LedgerCore.Operation {
    .placeVotes(PlaceVotes(candidate: account, amount: Amount(amount)))
  }

  private static func move(_ from: AccountID, _ to: AccountID) -> LedgerCore.Operation {
    .moveVotes(MoveVotes(from: from, to: to, amount: Amount(5)))
  }

  private static let collect = LedgerCore.Operation.collectUnlocked(CollectUnlocked())
  private static let release = LedgerCore.Operation.releaseNode(ReleaseNode())
  private static let resign = LedgerCore.Operation.resignCandidate(ResignCandidate())
  private static let bond = LedgerCore.Operation.collectBond(CollectBond())

  private static func propose(_ value: UInt128 = 77) -> LedgerCore.Operation {
    .proposeMotion(
      ProposeMotion(
        motion: .setParameters([ParameterChange(parameter: .creationFee, value: value)]),
        reason: "a test"))
  }

  private static func decide(_ motion: UInt64, _ approves: Bool = true) -> LedgerCore.Operation {
    .decideMotion(DecideMotion(motion: motion, approves: approves))
  }

  /// What must succeed on the way.
  private static func succeed(
    _ world: inout ElectionWorld, _ sender: AccountID, _ operations: LedgerCore.Operation...
  ) throws {
    #expect(try world.outcome(sender, operations) == .applied)
  }

  // MARK: Votes

  static let votes: [RefusedAttempt] = [
    RefusedAttempt("placing before the window", .votingClosed, at: 1) {
      (alice, [lock(9), place($0.node(1), 9)])
    },
    RefusedAttempt("moving after the window", .votingClosed) {
      try $0.vote(alice, [($0.node(1), 9)])
      try $0.go(to: 5)
      return (alice, [move($0.node(1), $0.node(2))])
    },
    RefusedAttempt("placing what was never locked", .votesInsufficient) {
      try $0.go(to: 85)
      return (alice, [place($0.node(1), 9)])
    },
    RefusedAttempt("placing what votes already", .votesInsufficient) {
      try $0.vote(alice, [($0.node(1), 9)])
      return (alice, [place($0.node(2), 1)])
    },
    RefusedAttempt("placing twice in one transaction", .votesInsufficient, at: 2) {
      try $0.go(to: 85)
      return (alice, [lock(9), place($0.node(1), 5), place($0.node(2), 5)])
    },
    RefusedAttempt("placing what is on its way back", .votesInsufficient) {
      try $0.go(to: 85)
      try succeed(&$0, alice, lock(9), unlock(9))
      return (alice, [place($0.node(1), 9)])
    },
    RefusedAttempt("placing more than is locked", .votesInsufficient, at: 1) {
      try $0.go(to: 85)
      return (alice, [lock(9), place($0.node(1), 10)])
    },
    RefusedAttempt("placing for nobody", .unknownCandidate, at: 1) {
      try $0.go(to: 85)
      return (alice, [lock(9), place(bob, 9)])
    },
    RefusedAttempt("placing for one that resigned", .candidateNotStanding, at: 1) {
      try $0.fundNode($0.node(1))
      try $0.go(to: 85)
      try succeed(&$0, $0.node(1), resign)
      return (alice, [lock(9), place($0.node(1), 9)])
    },
    RefusedAttempt("placing nothing", .zeroAmount) {
      try $0.go(to: 85)
      return (alice, [place($0.node(1), 0)])
    },
    RefusedAttempt("locking more than the balance", .insufficientBalance) { _ in
      (alice, [lock(1 << 90)])
    },
    RefusedAttempt("unlocking what votes", .votesInsufficient) {
      try $0.vote(alice, [($0.node(1), 9)])
      return (alice, [unlock(1)])
    },
    RefusedAttempt("collecting before its time", .notUnlocked) {
      try succeed(&$0, alice, lock(9), unlock(9))
      return (alice, [collect])
    },
    RefusedAttempt("collecting without having unlocked", .notUnlocked) {
      try succeed(&$0, alice, lock(9))
      return (alice, [collect])
    },
    RefusedAttempt("a seventeenth amount on its way back", .tooManyUnlocks) {
      try succeed(&$0, alice, lock(99))
      for _ in 0..<16 { try succeed(&$0, alice, unlock(1)) }
      return (alice, [unlock(1)])
    },
    RefusedAttempt("withdrawing more than was placed", .votesInsufficient) {
      try $0.vote(alice, [($0.node(1), 9)])
      let withdraw = WithdrawVotes(candidate: $0.node(1), amount: Amount(10))
      return (alice, [.withdrawVotes(withdraw)])
    },
    RefusedAttempt("moving another's votes", .votesInsufficient) {
      try $0.vote(alice, [($0.node(1), 9)])
      return (bob, [move($0.node(1), $0.node(2))])
    },
    RefusedAttempt("moving to where they are", .sameCandidate) {
      try $0.vote(alice, [($0.node(1), 9)])
      return (alice, [move($0.node(1), $0.node(1))])
    },
    RefusedAttempt("claiming rewards of another's votes", .votesInsufficient) {
      try $0.vote(alice, [($0.node(1), 9)])
      return (bob, [.claimRewards(ClaimRewards(candidate: $0.node(1)))])
    },
  ]

  // MARK: Candidates

  private static let reserve: UInt128 = 5_000_000_000

  static let candidates: [RefusedAttempt] = [
    RefusedAttempt("registering twice", .alreadyCandidate) {
      let new = $0.outsider(0)
      try succeed(
        &$0, new, $0.registration(new, $0.possession(new, 0), reserve: reserve))
      return (new, [try $0.registration(new, $0.possession(new, 1), reserve: reserve)])
    },
    RefusedAttempt("registering again after having resigned", .alreadyCandidate) {
      try $0.fundNode($0.node(1))
      try succeed(&$0, $0.node(1), resign)
      let possession = try $0.possession($0.node(1), 1)
      return ($0.node(1), [try $0.registration($0.node(1), possession, reserve: 0)])
    },
    RefusedAttempt("registering with a key that another has", .keyTaken) {
      let new = $0.outsider(0)
      let key = KeyPossession.prove(
        try TestGenesis.consensusKey(2), for: new, chain: $0.network.chain)
      return (new, [try $0.registration(new, key, reserve: reserve)])
    },
    RefusedAttempt("registering with a proof made for another", .possessionInvalid) {
      let key = try $0.possession($0.outsider(1), 3)
      return ($0.outsider(0), [try $0.registration($0.outsider(0), key, reserve: reserve)])
    },
    RefusedAttempt("registering without the bond", .insufficientBalance, at: 1) {
      let new = $0.outsider(0)
      let have = try $0.network.account(new).eco2.baseUnits
      let away = Transfer(token: .eco2, recipient: bob, amount: Amount(have - 19_990_000_000))
      let registration = try $0.registration(new, $0.possession(new, 0), reserve: reserve)
      return (new, [.transfer(away), registration])
    },
    RefusedAttempt("registering with too small a reserve", .reserveTooLow) {
      let new = $0.outsider(0)
      return (new, [try $0.registration(new, $0.possession(new, 0), reserve: 1)])
    },
    RefusedAttempt("registering without a name", .invalidCandidate) {
      let new = $0.outsider(0)
      let unnamed = RegisterCandidate(
        facts: try $0.facts(new, name: ""), key: try $0.possession(new, 0),
        reserve: Amount(reserve))
      return (new, [.registerCandidate(unnamed)])
    },
    RefusedAttempt("declaring another's node ready with the account's key", .unauthorised) {
      let ready = DeclareReady(term: 1, key: try $0.possession($0.outsider(0), 4))
      try $0.go(to: 95)
      return ($0.outsider(0), [.declareReady(ready)])
    },
    RefusedAttempt("resigning as nobody", .unknownCandidate) { _ in (alice, [resign]) },
    RefusedAttempt("collecting the bond of one that stands", .candidateStanding) {
      try $0.fundNode($0.node(1))
      return ($0.node(1), [bond])
    },
    RefusedAttempt("collecting a bond before its time", .bondLocked) {
      try $0.fundNode($0.node(1))
      try succeed(&$0, $0.node(1), resign)
      return ($0.node(1), [bond])
    },
    RefusedAttempt("releasing nobody", .unknownCandidate) { _ in (alice, [release]) },
    RefusedAttempt("releasing one that is not jailed", .notJailed) {
      try $0.fundNode($0.node(1))
      return ($0.node(1), [release])
    },
    RefusedAttempt("releasing before its time", .jailTooShort) {
      let down = $0.node(1)
      try $0.fundNode(down)
      while try $0.candidate(down).jailedAt == 0 { try $0.run(silent: [down]) }
      return (down, [release])
    },
    RefusedAttempt("releasing one that is excluded", .candidateNotStanding) {
      let offences = try TestOffences($0.network)
      let offender = offences.set.members[3].account
      try $0.fundNode(offender)
      let evidence = try offences.equivocation(3, height: $0.network.height)
      try $0.run([offences.report(evidence, by: 0)])
      #expect(try $0.candidate(offender).standing == .excluded)
      return (offender, [release])
    },
    RefusedAttempt("registering one that is excluded again", .alreadyCandidate) {
      let offences = try TestOffences($0.network)
      let offender = offences.set.members[3].account
      try $0.fundNode(offender)
      let evidence = try offences.equivocation(3, height: $0.network.height)
      try $0.run([offences.report(evidence, by: 0)])
      let possession = try $0.possession(offender, 1)
      return (offender, [try $0.registration(offender, possession, reserve: 0)])
    },
    RefusedAttempt("placing for one that is excluded", .candidateNotStanding, at: 1) {
      try $0.run()
      let offences = try TestOffences($0.network)
      let offender = offences.set.members[3].account
      let evidence = try offences.equivocation(3, height: $0.network.height)
      try $0.run([offences.report(evidence, by: 0)])
      try $0.go(to: 85)
      return (alice, [lock(9), place(offender, 9)])
    },
  ]

  // MARK: Motions

  static let motions: [RefusedAttempt] = [
    RefusedAttempt("a motion by nobody", .notEntitled) { _ in (alice, [propose()]) },
    RefusedAttempt("a motion by less than a hundredth of the votes", .notEntitled) {
      try $0.vote(bob, [($0.node(1), 9_910)])
      try $0.vote(alice, [($0.node(1), 99)])
      return (alice, [propose()])
    },
    RefusedAttempt("a motion that breaks a bound", .invalidMotion) {
      try $0.fundNode($0.node(1))
      return ($0.node(1), [propose(1 << 100)])
    },
    RefusedAttempt("a motion that changes nothing", .invalidMotion) {
      try $0.fundNode($0.node(1))
      var queries = $0.network.queries
      return ($0.node(1), [propose(try queries.parameters().creationFee.baseUnits)])
    },
    RefusedAttempt("a fifth open motion", .tooManyMotions) {
      try $0.fundNode($0.node(1))
      for value: UInt128 in 1...4 { try succeed(&$0, $0.node(1), propose(value)) }
      return ($0.node(1), [propose(5)])
    },
    RefusedAttempt("approving as nobody", .notAsked) {
      try $0.fundNode($0.node(1))
      try succeed(&$0, $0.node(1), propose())
      return (alice, [decide(0)])
    },
    RefusedAttempt("approving twice", .alreadyDecided) {
      try $0.fundNode($0.node(1))
      try succeed(&$0, $0.node(1), propose())
      try succeed(&$0, $0.node(1), decide(0))
      return ($0.node(1), [decide(0)])
    },
    RefusedAttempt("taking back what was not approved", .alreadyDecided) {
      try $0.fundNode($0.node(1))
      try succeed(&$0, $0.node(1), propose())
      return ($0.node(1), [decide(0, false)])
    },
    RefusedAttempt("approving after its end", .motionOver) {
      try $0.fundNode($0.node(1))
      try succeed(&$0, $0.node(1), propose())
      try succeed(&$0, $0.node(1), .cancelMotion(CancelMotion(motion: 0)))
      return ($0.node(1), [decide(0)])
    },
    RefusedAttempt("approving what there is not", .unknownMotion) {
      try $0.fundNode($0.node(1))
      return ($0.node(1), [decide(3)])
    },
    RefusedAttempt("cancelling another's motion", .notProposer) {
      for node in 1...2 { try $0.fundNode($0.node(node)) }
      try succeed(&$0, $0.node(1), propose())
      return ($0.node(2), [.cancelMotion(CancelMotion(motion: 0))])
    },
    RefusedAttempt("a veto of what has none", .noVeto) {
      try $0.fundNode($0.node(1))
      try succeed(&$0, $0.node(1), propose())
      try $0.vote(alice, [($0.node(1), 9)])
      return (alice, [.vetoMotion(VetoMotion(motion: 0, isVeto: true))])
    },
    RefusedAttempt("a veto without votes", .votesInsufficient) {
      try $0.fundNode($0.node(1))
      let cut = Motion.setParameters([ParameterChange(parameter: .dueMargin, value: 1)])
      try succeed(
        &$0, $0.node(1), .proposeMotion(ProposeMotion(motion: cut, reason: "a test")))
      return (alice, [.vetoMotion(VetoMotion(motion: 0, isVeto: true))])
    },
  ]
}
