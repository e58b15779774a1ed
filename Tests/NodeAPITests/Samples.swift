import LedgerCore
import NodeAnswers

/// Answers with plausible values.
enum Samples {
  static let address = "eco2t1qypqxpq9qcrsszg2pvxq6rs0zqg3yyc5lzv7xu"
  static let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"

  static func status(height: UInt64) -> StatusAnswer {
    StatusAnswer(
      network: "stub", isTest: true, chain: hash, intervalMilliseconds: 1_000, node: address,
      name: "one", height: height, block: hash, stateRoot: hash, timestamp: 1_000 * height,
      mode: "following", notVotingBecause: nil, view: 0, peersConnected: 3, peersKnown: 3,
      pendingTransactions: 0, unflushedBlocks: 0, transactionsFinal: 9, viewChanges: 0,
      stages: [StageAnswer(stage: "execute", microseconds: 7)], processMicroseconds: 70,
      transferEstimate: EstimateAnswer(charge: "1", fee: "2", creationFee: "3"),
      engines: EnginesAnswer(ed25519: "portable", sha256: "evp", sha512: "evp"))
  }

  static let statement = StatementAnswer(
    footprint: "10", due: "10", paid: "9", coveredByFund: "1", arrears: "0", fundOverhead: "0",
    overheadDue: "0", operationCharges: "5", arrearsOpen: "0", footprintCumulative: "100",
    consumedCumulative: "100", tonnesRetiredCumulative: 0, covered: true)

  static func block(_ height: UInt64) -> BlockAnswer {
    BlockAnswer(
      height: height, hash: hash, parent: hash, timestamp: 1_000 * height, author: address, view: 0,
      transactions: 3, applied: 3, failed: 0, skipped: 0, bundles: 1, stateRoot: hash,
      transactionsRoot: hash, receiptsRoot: hash, signers: [0, 1, 2],
      certifiedAfterMilliseconds: nil, statement: statement)
  }

  static func account(_ address: String, height: UInt64) -> AccountAnswer {
    AccountAnswer(
      address: address, id: hash, height: height, exists: true, eco2: "12", ecc: "13", sequence: 4,
      pendingSequence: 5, threshold: 1, keys: [hash])
  }

  static func certificate(_ height: UInt64) -> CertificateAnswer {
    CertificateAnswer(
      height: height, view: 0, block: hash, stateRoot: hash, validatorsHash: hash, quorum: 3,
      signatures: [MemberSignatureAnswer(member: 0, account: address, signature: hash + hash)],
      bytes: "0a0b")
  }

  static func transaction(
    _ height: UInt64, _ index: Int, recipient: String
  ) -> TransactionAnswer {
    TransactionAnswer(
      id: hash, status: .final, applied: false, height: height, code: "insufficient_balance",
      message: "A \"quoted\" \\ text / with \u{1}\u{1F} \n\t ünïcode 😀.", index: index,
      transaction: TransactionContents(
        chainTag: "0a0b0c0d", sender: address, sequence: 8, validUntil: 900, chargeMax: "5",
        feeMax: "6", tip: "0", sponsor: index == 0 ? address : nil,
        operations: [
          OperationContents(kind: "transfer", token: "ECO2", recipient: recipient, amount: "7"),
          OperationContents(kind: "set-authority", threshold: 1, keys: [hash, hash]),
        ],
        senderAuthorizations: [AuthorizationContents(key: hash, signature: hash + hash)],
        sponsorAuthorizations: []),
      receipt: ReceiptContents(
        outcome: "failed", operation: 0, code: "insufficient_balance", message: "Too little.",
        charge: "4", fee: "3"))
  }

  static let proof = ProofAnswer(
    height: 4, key: "01", value: "02", proof: "0304", stateRoot: hash, header: "05",
    certificate: "06")

  static let bundle = BundleAnswer(
    digest: hash, author: address, incarnation: 1, number: 2, birthHeight: 3,
    transactionsRoot: hash, signature: hash + hash, height: 4, transactions: [hash])

  static func setChange(_ height: UInt64) -> SetChangeAnswer {
    SetChangeAnswer(
      height: height, validatorsHash: hash, validators: "07", header: "05", certificate: "06")
  }

  static let validators = ValidatorsAnswer(
    height: 6, firstHeight: 1, hash: hash, quorum: 3, faultyMax: 1,
    members: [
      ValidatorAnswer(
        index: 0, account: address, id: hash, name: "one", consensusKey: hash, arrears: "0",
        reserve: "100")
    ])

  static func schedule(_ turns: Int) -> ScheduleAnswer {
    ScheduleAnswer(
      height: 6, roundFirstHeight: 5,
      turns: (0..<turns).map {
        TurnAnswer(height: UInt64(6 + $0), account: address, name: "one", earliest: 6_000)
      })
  }

  static func offence(_ number: UInt64) -> OffenceAnswer {
    OffenceAnswer(
      number: number, offender: AccountID(.zero), offence: .amnesia, height: 3, view: 1,
      reporter: AccountID(.zero), recordedAt: 4, first: .zero, second: .zero, network: .test)
  }

  static let mempool = MempoolAnswer(
    transactions: 1, bytes: 2, bundles: 3, bundledTransactions: 4, transactionsMax: 5, bytesMax: 6)

  static let genesis = GenesisAnswer(
    network: "stub", isTest: true, chain: hash, time: 1, intervalMilliseconds: 1_000,
    stateRoot: hash, validators: "00", bytes: 3)

  static let parameters = ParametersAnswer(
    height: 5, values: ["creationFee": "1000000"], baseFee: "2")
}
