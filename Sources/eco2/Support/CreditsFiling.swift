import LedgerClient
import LedgerCore
import NodeAnswers
import RegistryFiles

/// Files an export's eligible credits as requests to the registrars, batch by batch. What is on
/// chain or in a pending request of the same document is left out, so that it can be run again.
struct CreditsFiling {
  /// What came of it.
  struct Result: Encodable {
    var eligible = 0
    /// Their first serial is held by a lot on chain.
    var onChain = 0
    /// They stand in a pending request of the same document.
    var pending = 0
    /// Of a product that the ledger does not know.
    var unknown = 0
    var filed = 0
    /// The numbers of the requests' transactions, in order.
    var transactions: [String] = []
    /// Why it ended early; absent when all is filed.
    var stopped: String?
  }

  let ledger: Ledger
  let key: SigningKey
  let owner: AccountID
  let isBuffer: Bool
  /// SHA-256 of the document that shows custody.
  let document: Digest

  /// Of a request's ranges and projects: a transaction holds little more.
  private static let bytesMax = Limits.transactionBytesMax - 2_048

  private typealias Item = (project: CreditProject, range: CreditRange)

  /// - Parameter report: how many of the records have been looked at.
  func run(_ credits: [CreditRecord], report: (Int) -> Void) async throws -> Result {
    var result = Result()
    let waiting = try await pending()
    var projects: [String: CreditProject] = [:]
    var batch: [Item] = []
    var bytes = 0
    for (number, credit) in credits.enumerated() where credit.eligibility == .eligible {
      report(number)
      result.eligible += 1
      guard let range = CreditRange(credit) else {
        result.unknown += 1
        continue
      }
      guard !waiting.contains("\(range.serialBlock) \(range.start)") else {
        result.pending += 1
        continue
      }
      if try await ledger.serial(range.start, block: range.serialBlock) != nil {
        result.onChain += 1
        continue
      }
      // A project has one set of facts, whatever an export says in its later rows.
      let known = projects[credit.projectID]
      let project = if let known { known } else { try await project(credit) }
      projects[credit.projectID] = project
      let isNew = !batch.contains { $0.project.id == project.id }
      var more = range.bcs.count + (isNew ? project.bcs.count : 0)
      if bytes + more > Self.bytesMax || batch.count == CreditLimits.requestRangesMax
        || isNew && Set(batch.map(\.project.id)).count == CreditLimits.requestProjectsMax
      {
        guard try await file(batch, &result) else { return result }
        (batch, bytes) = ([], 0)
        more = range.bcs.count + project.bcs.count
      }
      batch.append((project, range))
      bytes += more
    }
    if !batch.isEmpty { _ = try await file(batch, &result) }
    return result
  }

  /// False when it was not applied: the next one would not be, either.
  private func file(_ items: [Item], _ result: inout Result) async throws -> Bool {
    var batches: [CreditRequest.Onboarding.Batch] = []
    for item in items {
      if let same = batches.firstIndex(where: { $0.project == item.project }) {
        batches[same].ranges.append(item.range)
      } else {
        batches.append(
          CreditRequest.Onboarding.Batch(project: item.project, ranges: [item.range]))
      }
    }
    let request = CreditRequest.onboard(
      CreditRequest.Onboarding(owner: owner, isBuffer: isBuffer, batches: batches))
    let draft = TransactionBuilder(from: AccountID(key.publicKey))
      .file(request, proof: CustodyProof(document: document))
    do throws(ClientError) {
      let outcome = try await ledger.send(draft, signedBy: Signers(sender: [key]))
      result.transactions.append(outcome.id.hex)
      result.filed += items.count
      return true
    } catch {
      switch error {
      case .transactionRefused(_, let code, let sentence),
        .transactionFailed(_, _, let code, let sentence):
        result.stopped = "\(sentence) [\(code)]"
        return false
      default: throw error
      }
    }
  }

  /// Block and first serial of what pending requests of this document name.
  private func pending() async throws -> Set<String> {
    var waiting: Set<String> = []
    for try await request in ledger.requests(pageSize: PageFormat.itemsMax)
    where request.standing == "pending" && request.document == document.hex {
      for range in try await ledger.request(request.number).ranges ?? [] {
        if let block = range.block { waiting.insert("\(block) \(range.start)") }
      }
    }
    return waiting
  }

  /// The project as it stands on chain, or as the record states it.
  private func project(_ credit: CreditRecord) async throws -> CreditProject {
    var project = CreditProject(
      registry: credit.registry.rawValue, id: credit.projectID, name: credit.projectName,
      country: credit.country, type: credit.projectType, methodology: credit.methodology)
    guard
      let known = try await ledger.project(registry: project.registry, id: project.id)
    else { return project }
    project.name = known.name
    project.country = known.country
    project.subdivision = known.subdivision
    project.type = known.type
    project.methodology = known.methodology
    project.proponent = known.proponent
    project.cap = known.cap
    project.documents = known.documents.compactMap { Digest(hex: $0) }
    return project
  }
}

extension CreditRange {
  /// A sound record's serials; nil where its product or vintage is not known.
  fileprivate init?(_ credit: CreditRecord) {
    guard let vintage = credit.vintage, let product = Self.product(credit.product) else {
      return nil
    }
    self.init(
      serialBlock: credit.serial.block.key, serialText: credit.serial.description,
      start: credit.serial.start, end: credit.serial.end,
      vintageFrom: vintage.lowerBound.yyyymmdd, vintageTo: vintage.upperBound.yyyymmdd,
      product: product)
  }

  private static func product(_ product: ProductType) -> CreditProduct? {
    switch product {
    case .verified: .verified
    case .certified: .certified
    case .planned: .planned
    case .climateReserveTonne: .climateReserveTonne
    case .verifiedCarbonUnit: .verifiedCarbonUnit
    case .emissionReductionTonne: .emissionReductionTonne
    case .other: nil
    }
  }
}
