import LedgerCore
import NodeAnswers
import Testing

@testable import LedgerClient

/// A chain whose set changes twice before the block that `ProvenChain` proves: real keys, real
/// signatures.
struct ChangingChain {
  static let chain = ProvenChain.chain

  /// The last set's.
  let proven: ProvenChain
  /// Of genesis, from height 7 and from height 10 on.
  let sets: [ValidatorSet]
  /// After heights 6 and 9.
  let changes: [SetChange]
  let anchor: TrustAnchor

  init() throws {
    proven = try ProvenChain(keys: 1...4, firstHeight: 10)
    let genesis = try Self.set(5...8, from: 1)
    let second = try Self.set(3...7, from: 7)
    sets = [genesis, second, proven.validators]
    changes = [
      try Self.change(genesis, to: second), try Self.change(second, to: proven.validators),
    ]
    anchor = TrustAnchor(chain: Self.chain, validators: genesis, network: .test)
  }

  static func set(_ keys: ClosedRange<UInt8>, from firstHeight: UInt64) throws -> ValidatorSet {
    try #require(
      ValidatorSet(
        firstHeight: firstHeight,
        members: try keys.map { number in
          let key = try ProvenChain.key(number).publicKey
          return Validator(account: AccountID(key), consensusKey: key)
        }))
  }

  /// The header of a block that a set decides, by default its last before `next`.
  static func header(
    _ set: ValidatorSet, before next: ValidatorSet, height: UInt64? = nil
  ) -> BlockHeader {
    BlockHeader(
      height: height ?? next.firstHeight - 1, timestamp: 1_700_000_000_000,
      author: set.members[0].account, parent: .zero, bundlesRoot: .zero,
      validatorsHash: set.hash(chain), nextValidatorsHash: next.hash(chain),
      parentRoots: StateRoots(state: .zero, transactions: .zero, receipts: .zero),
      parentStatement: .genesis, parentCommits: [], lateCommits: [])
  }

  /// Signatures of members of a set for a header, with the keys they have.
  static func certificate(
    _ header: BlockHeader, _ set: ValidatorSet, signers: [Int]? = nil,
    kind: QuorumCertificate.Kind = .commit, chain: ChainID = Self.chain
  ) throws -> QuorumCertificate {
    let unsigned = QuorumCertificate(
      kind: kind, height: header.height, view: 0, block: header.hash(chain), stateRoot: .zero,
      signatures: [])
    let statement = unsigned.statement
    let keys = try (1...20).map { try ProvenChain.key($0) }
    return QuorumCertificate(
      kind: kind, height: header.height, view: 0, block: unsigned.block, stateRoot: .zero,
      signatures: try (signers ?? Array(0..<set.quorum)).map { index in
        let key = try #require(
          keys.first { $0.publicKey == set.members[index].consensusKey })
        return MemberSignature(
          member: UInt16(index),
          signature: key.sign(
            domain: statement.kind.domain, chain: chain, message: statement.message[...]))
      })
  }

  static func change(_ set: ValidatorSet, to next: ValidatorSet) throws -> SetChange {
    let header = header(set, before: next)
    return SetChange(header: header, certificate: try certificate(header, set), next: next)
  }

  var answers: [SetChangeAnswer] { changes.map { SetChangeAnswer($0, chain: Self.chain) } }
}
