import Foundation
public import LedgerCore
import LedgerRules
public import RegistryFiles

/// Credits of a registry's export that a test network brings on chain while it runs.
public struct OnboardingCredits: Sendable {
  /// Goes to the custodian's buffer first: without one, no more is brought.
  public let buffer: CreditRequest.Onboarding.Batch
  /// Comes on chain for the treasury.
  public let tradable: [CreditRequest.Onboarding.Batch]
  /// SHA-256 of the export, which stands in for a proof of custody: nothing here is a claim.
  public let document: Digest

  /// Reads an export: its first record that may enter the reserve is the buffer, the others are
  /// tradable.
  ///
  /// - Parameter time: the day that divides past vintages from future ones, milliseconds since
  ///   1970.
  /// - Throws: when it cannot be read, or has fewer than two such records.
  public init(file: String, registry: Registry, time: UInt64) throws {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw NetworkFolderError.missingSource(file)
    }
    let bytes = Array(data)
    let lots = try GenesisSources.credits(bytes, registry: registry, time: time).lots
    guard let first = lots.first, lots.count > 1 else {
      throw NetworkFolderError.nothingToOnboard(file)
    }
    buffer = CreditRequest.Onboarding.Batch(project: first.project, ranges: [first.range])
    var batches: [CreditRequest.Onboarding.Batch] = []
    for lot in lots.dropFirst().prefix(CreditLimits.requestProjectsMax) {
      if let same = batches.firstIndex(where: { $0.project == lot.project }) {
        batches[same].ranges.append(lot.range)
      } else {
        batches.append(
          CreditRequest.Onboarding.Batch(project: lot.project, ranges: [lot.range]))
      }
    }
    tradable = batches
    document = SHA256.hash(bytes)
  }
}
