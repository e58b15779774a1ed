import Dissemination
import LedgerCore
import LedgerRules
import LedgerState
import LedgerStore
import NodeAPI
import NodeAnswers
import Replica

/// What the state says, most of it from the board, without asking the replica.
extension NodeQueries {
  private func chainView() throws(NodeServiceError) -> ChainView {
    guard let view = board.chain else { throw .unavailable }
    return view
  }

  func validators() async throws(NodeServiceError) -> ValidatorsAnswer {
    try chainView().validatorsAnswer(opened.chain, network)
  }

  func schedule(turns: Int) async throws(NodeServiceError) -> ScheduleAnswer {
    try chainView().schedule(
      turns: min(turns, ScheduleFormat.turnsMax), interval: opened.document.interval,
      opened.chain, network)
  }

  func parameters() async throws(NodeServiceError) -> ParametersAnswer {
    let view = try chainView()
    return ParametersAnswer(view.tariff, height: view.height)
  }

  func genesis() -> (GenesisAnswer, bytes: [UInt8]) { opened.genesisFacts.answer }

  func mempool() async -> MempoolAnswer {
    let now = try? await read { replica in (replica.gauges, replica.bundledTransactions) }
    return MempoolAnswer(
      transactions: now?.0.pendingTransactions ?? 0, bytes: now?.0.pendingBytes ?? 0,
      bundles: now?.0.bundles ?? 0, bundledTransactions: now?.1 ?? 0,
      transactionsMax: DisseminationLimits.poolTransactionsMax,
      bytesMax: DisseminationLimits.poolBytesMax)
  }

  func estimate(_ body: TransactionBody, signatureCount: Int)
    async throws(NodeServiceError) -> EstimateAnswer
  {
    let tariff = try chainView().tariff
    // Two counts and the signatures with their keys follow the body.
    let price = tariff.price(
      byteCount: body.bcs.count + 2 + signatureCount * Self.authorizationBytes,
      signatureCount: signatureCount, operations: body.operations)
    let created = try await newAccounts(of: body)
    let creationFee = tariff.parameters.creationFee
    let creation = creationFee.baseUnits.multipliedReportingOverflow(by: UInt128(created))
    let fee = price.fee.baseUnits.addingReportingOverflow(creation.partialValue)
    return EstimateAnswer(
      charge: "\(price.charge)",
      fee: "\(fee.overflow || creation.overflow ? UInt128.max : fee.partialValue)",
      creationFee: "\(creationFee)")
  }

  private static let authorizationBytes = 96

  /// How many accounts get their first record: the sender, and whom it transfers to.
  private func newAccounts(of body: TransactionBody) async throws(NodeServiceError) -> Int {
    var named = [body.sender]
    for case .transfer(let transfer) in body.operations
    where !named.contains(transfer.recipient) {
      named.append(transfer.recipient)
    }
    return try await read { [named] replica in
      var queries = replica.queries()
      var missing = 0
      for account in named where try queries.account(account) == nil { missing += 1 }
      return missing
    }
  }

  func offences(before number: UInt64?, limit: Int)
    async throws(NodeServiceError) -> [OffenceAnswer]
  {
    try await read { [network] replica in
      var queries = replica.queries()
      var next = min(number ?? .max, try queries.offenceCount())
      var answers: [OffenceAnswer] = []
      while next > 0, answers.count < limit, let offence = try queries.offence(next - 1) {
        next -= 1
        answers.append(
          OffenceAnswer(
            number: next, offender: offence.offender, offence: offence.offence,
            height: offence.height, view: offence.view, reporter: offence.reporter,
            recordedAt: offence.recordedAt, first: offence.first, second: offence.second,
            network: network))
      }
      return answers
    }
  }

  func accountProof(_ id: AccountID) async throws(NodeServiceError) -> ProofAnswer {
    try await recordProof(Account.key(id).bytes)
  }

  /// Record, proof, header and certificate are of one height: the replica's thread finalises blocks
  /// and answers reads by turns, so the board's last block is the state's.
  func recordProof(_ key: [UInt8]) async throws(NodeServiceError) -> ProofAnswer {
    let key = StateKey(key)
    let answer = try await read { [board] replica -> ProofAnswer? in
      guard let certificate = replica.certificate, let tip = board.recent.tip,
        tip.header.height == certificate.height, certificate.stateRoot == replica.stateRoot
      else { return nil }
      let (value, proof) = try replica.proof(of: key)
      return ProofAnswer(
        height: certificate.height, key: Hex.encode(key.bytes), value: value.map(Hex.encode),
        proof: Hex.encode(proof.protobuf), stateRoot: certificate.stateRoot.hex,
        header: Hex.encode(tip.header.bcs), certificate: Hex.encode(certificate.bcs))
    }
    // At genesis nothing is certified yet.
    guard let answer else { throw .unavailable }
    return answer
  }

  func bundle(_ digest: Digest) async throws(NodeServiceError) -> (BundleAnswer, bytes: [UInt8])? {
    if let (bundle, height) = board.recent.bundle(digest) {
      return answer(bundle, height: height)
    }
    if let bytes = try await read({ $0.bundleBytes(digest) }) {
      return try decoded(bytes, height: nil)
    }
    let (store, log) = (opened.store.bundles, opened.store.log)
    let (stored, place) = try await reads.quick { [history = history.ready] in
      (try store.read(digest), try history?.place(ofBundle: digest, log: log))
    }
    if let stored { return try decoded(stored.bytes[...], height: place?.height) }
    guard let place, let block = try await reads.block(place.height),
      block.decided.bundles.indices.contains(place.index)
    else { return nil }
    return answer(block.decided.bundles[place.index], height: place.height)
  }

  private func decoded(_ bytes: ArraySlice<UInt8>, height: UInt64?)
    throws(NodeServiceError) -> (BundleAnswer, bytes: [UInt8])
  {
    do {
      return answer(try Bundle(decoding: bytes), height: height)
    } catch {
      throw .storeFailed("\(error)")
    }
  }

  private func answer(_ bundle: Bundle, height: UInt64?) -> (BundleAnswer, bytes: [UInt8]) {
    (
      BundleAnswer(bundle, chain: opened.chain, height: height, network: network),
      Array(bundle.bytes)
    )
  }
}
