public import LedgerCore

/// How a block's transactions ended, in numbers.
public struct OutcomeCounts: Hashable, Sendable {
  public var applied = 0
  public var failed = 0
  public var skipped = 0

  public init() {}

  /// Counts the outcomes of a block.
  public init(_ receipts: [Receipt]) {
    for receipt in receipts { add(receipt.outcome) }
  }

  public mutating func add(_ outcome: Receipt.Outcome) {
    switch outcome {
    case .applied: applied += 1
    case .failed: failed += 1
    case .skipped: skipped += 1
    }
  }

  public var all: Int { applied + failed + skipped }
}

extension BlockAnswer {
  /// A final block with what its execution gave.
  ///
  /// - Parameters:
  ///   - bundles: how many bundles the block names.
  ///   - certifiedAfterMilliseconds: nil when this node did not see it decided.
  public init(
    _ header: BlockHeader, hash: Digest, certificate: QuorumCertificate, bundles: Int,
    counts: OutcomeCounts, roots: StateRoots, statement: CarbonStatement,
    certifiedAfterMilliseconds: UInt64?, network: NetworkKind
  ) {
    self.init(
      height: header.height, hash: hash.hex, parent: header.parent.hex,
      timestamp: header.timestamp, author: header.author.address(network: network),
      view: certificate.view, transactions: counts.all, applied: counts.applied,
      failed: counts.failed, skipped: counts.skipped, bundles: bundles,
      stateRoot: roots.state.hex, transactionsRoot: roots.transactions.hex,
      receiptsRoot: roots.receipts.hex, signers: certificate.signatures.map { Int($0.member) },
      certifiedAfterMilliseconds: certifiedAfterMilliseconds,
      statement: StatementAnswer(statement))
  }
}

extension StatementAnswer {
  /// A statement with its amounts as text.
  public init(_ statement: CarbonStatement) {
    self.init(
      footprint: "\(statement.footprint)", due: "\(statement.due)", paid: "\(statement.paid)",
      coveredByFund: "\(statement.coveredByFund)", arrears: "\(statement.arrears)",
      fundOverhead: "\(statement.fundOverhead)", overheadDue: "\(statement.overheadDue)",
      operationCharges: "\(statement.operationCharges)",
      arrearsOpen: "\(statement.arrearsOpen)",
      footprintCumulative: "\(statement.footprintCumulative)",
      consumedCumulative: "\(statement.consumedCumulative)",
      tonnesRetiredCumulative: statement.tonnesRetiredCumulative, covered: statement.covered)
  }
}

extension CertificateAnswer {
  /// A block's commit certificate.
  ///
  /// - Parameter set: the set that decided the block, whose hash is the header's
  ///   `validatorsHash`; nil when it is not known: then `quorum` is 0 and accounts are empty.
  public init(
    _ certificate: QuorumCertificate, set: ValidatorSet?, validatorsHash: Digest,
    network: NetworkKind
  ) {
    self.init(
      height: certificate.height, view: certificate.view, block: certificate.block.hex,
      stateRoot: certificate.stateRoot.hex, validatorsHash: validatorsHash.hex,
      quorum: set?.quorum ?? 0,
      signatures: certificate.signatures.map { vote in
        let member = Int(vote.member)
        let members = set?.members ?? []
        let account = members.indices.contains(member) ? members[member].account : nil
        return MemberSignatureAnswer(
          member: member, account: account?.address(network: network) ?? "",
          signature: Hex.encode(vote.signature.array))
      },
      bytes: Hex.encode(certificate.bcs))
  }
}

extension BundleAnswer {
  /// A bundle and the ids of its transactions.
  ///
  /// - Parameter height: of the final block that names it, when that is known.
  public init(_ bundle: Bundle, chain: ChainID, height: UInt64?, network: NetworkKind) {
    let header = bundle.header
    self.init(
      digest: header.digest(chain).hex, author: header.author.address(network: network),
      incarnation: header.incarnation, number: header.number, birthHeight: header.birthHeight,
      transactionsRoot: header.transactionsRoot.hex,
      signature: Hex.encode(bundle.signature.array), height: height,
      transactions: Transaction.ids(of: bundle.transactions, chain: chain).map(\.hex))
  }
}
