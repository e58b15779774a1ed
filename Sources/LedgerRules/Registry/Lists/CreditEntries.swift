import LedgerCore
import LedgerState

// What issuances, lots and requests ask of the indexes beside the state. Each entry is what it is
// found by, then its place in lists.

extension LotPlace {
  /// Sorts as lists do: the issuance's number in reverse, then the serial.
  var bytes: [UInt8] { [UInt8](bigEndian: ~issuance) + [UInt8](bigEndian: serial) }

  /// Nil unless these are 16 bytes.
  init?(_ bytes: [UInt8]) {
    guard bytes.count == 16 else { return nil }
    self.init(
      issuance: ~bytes[..<8].bigEndianNumber, serial: bytes[8...].bigEndianNumber)
  }
}

extension Issuance {
  /// What all its lots have.
  var facets: [CreditFacet] {
    [.registry(registry), .project(registry: registry, id: projectID)]
      + CreditFacet.facets(of: range)
  }

  func entries(_ number: UInt64) -> [DerivedEntry] {
    facets.map {
      DerivedEntry(DerivedIndexes.issuances, $0.bytes + [UInt8](bigEndian: ~number))
    }
  }
}

extension Lot {
  func entries(_ number: UInt64) -> [DerivedEntry] {
    let facets = [.owner(owner), .custody(custodian, state)] + CreditFacet.facets(of: labels)
    let place = LotPlace(issuance: issuance, serial: start).bytes
    return facets.map {
      DerivedEntry(
        DerivedIndexes.lots, $0.bytes + place, value: [UInt8](bigEndian: number))
    }
  }
}

extension RequestRecord {
  /// Serials that a request is about, each under the canonical key of its block.
  struct Serials {
    let block: String
    let start: UInt64
    let end: UInt64
  }

  func entries(_ number: UInt64, reading others: inout some RecordSource)
    throws(StateReadError) -> [DerivedEntry]
  {
    var facets: [CreditFacet] = [.filer(filer), .standing(standing)]
    switch request {
    case .onboard(let onboarding):
      facets.append(.owner(onboarding.owner))
      for batch in onboarding.batches {
        facets += Self.facets(of: batch.project)
        for range in batch.ranges {
          facets += CreditFacet.facets(of: range) + CreditFacet.facets(of: range.labels)
          facets.append(.serialBlock(range.serialBlock))
        }
      }
    case .export, .invalidate, .declare:
      if case .export = request { facets.append(.owner(filer)) }
      if case .declare(let declaration) = request {
        facets += CreditFacet.facets(of: declaration.labels)
      }
      if let issuance = try issuance(&others) {
        facets += issuance.facets + [.serialBlock(issuance.range.serialBlock)]
      }
    case .amend(let project): facets += Self.facets(of: project)
    case .addRegistry(let registry): facets.append(.registry(registry.name))
    }
    var seen: Set<CreditFacet> = []
    let deadline = Deadline.request.entry(due: expiresAt, [UInt8](bigEndian: number))
    return (standing == .pending ? [deadline] : [])
      + facets.filter { seen.insert($0).inserted }.map {
        DerivedEntry(DerivedIndexes.requests, $0.bytes + [UInt8](bigEndian: ~number))
      }
  }

  private static func facets(of project: CreditProject) -> [CreditFacet] {
    [.registry(project.registry), .project(registry: project.registry, id: project.id)]
  }

  /// The serials that it names.
  func serials(reading others: inout some RecordSource) throws(StateReadError) -> [Serials] {
    if case .onboard(let onboarding) = request {
      return onboarding.batches.flatMap(\.ranges).map {
        Serials(block: $0.serialBlock, start: $0.start, end: $0.end)
      }
    }
    guard let range = lotRange, let issuance = try issuance(&others) else { return [] }
    return [Serials(block: issuance.range.serialBlock, start: range.start, end: range.end)]
  }

  /// The issuance of the lot that it names; a lot keeps it for ever.
  private func issuance(_ others: inout some RecordSource) throws(StateReadError) -> Issuance? {
    guard let range = lotRange, let bytes = try others.value(of: Lot.key(range.lot)),
      let lot = try? Lot(bcs: bytes),
      let bytes = try others.value(of: Issuance.key(lot.issuance))
    else { return nil }
    return try? Issuance(bcs: bytes)
  }

  private var lotRange: LotRange? {
    switch request {
    case .export(let range), .invalidate(let range): range
    case .declare(let declaration): declaration.range
    case .onboard, .amend, .addRegistry: nil
    }
  }
}
