import LedgerCore

extension GenesisError: CustomStringConvertible {
  /// What is wrong, for a person; rows count from 1.
  public var description: String {
    switch self {
    case .networkName:
      "the network's name must be 1 to \(RulesLimits.networkNameBytesMax) printable ASCII "
        + "characters"
    case .time(let time, let interval):
      "genesis time \(time) ms and interval \(interval) ms are not within their bounds"
    case .parameter(let name): "the parameter \(name) is out of its bounds"
    case .factor(let row, let fault): "factor \(row + 1) \(fault)"
    case .noFactors: "there is no usable emission factor"
    case .node(let row, let fault): "ER Node \(row + 1) \(fault)"
    case .nodeCount(let count): "there are \(count) ER Nodes; a set has 4 to 64"
    case .founder(let row, let fault): "founder \(row + 1) \(fault)"
    case .founderShares(let total, let expected):
      "the founders' shares add up to \(total) base units, not \(expected)"
    case .allocation(let row, let fault): "allocation \(row + 1) \(fault)"
    case .allocationsTooLarge(let total, let available):
      "\(total) base units of ECO2 are allocated, \(available) are available"
    case .registry(let fault): "\(fault)"
    case .lot(let row, let fault): "lot \(row + 1) \(fault)"
    case .reserveTooSmall(let needed, let available):
      "the lots hold \(available) µg, \(needed) are given away; add credits"
    case .overflow: "a sum leaves 128 bits"
    }
  }
}

extension FactorFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .regionCode: "has no printable region code"
    case .text: "has a text that is too long"
    case .value(let value): "has the value \(value) µg per kWh, which is out of bounds"
    case .year(let year): "is of the year \(year), before 1990 or after genesis"
    case .duplicate(let earlier): "repeats factor \(earlier + 1)"
    }
  }
}

extension NodeFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .text: "has no name, or one that is too long"
    case .duplicate(let earlier): "shares its name or a key with ER Node \(earlier + 1)"
    case .consensusKey: "has a consensus key that is no canonical key of prime order"
    case .transportKey: "has a transport key that is no canonical key of prime order"
    case .possession: "does not prove that it holds its consensus key"
    case .region(let region): "is in `\(region)`, for which the factor table has no row"
    case .belowFloor(let floor):
      "declares less than its tier's floor of \(floor.idleMilliwatts) mW and PUE "
        + "\(floor.puePermille) ‰"
    case .profile: "has an energy profile out of bounds"
    }
  }
}

extension AllocationFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .zero: "gives nothing"
    case .duplicate(let earlier): "is of the same account as row \(earlier + 1)"
    case .notATestNetwork: "gives ECO2, which only test networks do"
    }
  }
}

extension RegistryFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .registry(let row): "registry \(row + 1) has no name, or that of an earlier one"
    case .custodian(let row):
      "custodian \(row + 1) has no name, or is named twice, or is an ER Node"
    case .registrar(let row):
      "registrar \(row + 1) is named twice, or is an ER Node or a custodian too"
    case .threshold(let threshold, let count):
      "\(threshold) of \(count) registrars cannot be asked to approve"
    }
  }
}

extension LotFault: CustomStringConvertible {
  public var description: String {
    switch self {
    case .text: "lacks a text, or has one that is too long"
    case .registry(let name): "is of the registry `\(name)`, which is not listed"
    case .product(let product): "is of product \(product.code), which may not enter the reserve"
    case .status(let status): "is \(status) at its source"
    case .range(let start, let end): "has the serials \(start) to \(end)"
    case .tonnes(let stated, let serials): "states \(stated) t for \(serials) serials"
    case .vintage(let from, let to): "has the vintage \(from) to \(to), which no calendar has"
    case .vintageInFuture(let to): "has a vintage that ends after genesis (\(to))"
    case .vintageTooOld(let to): "has a vintage that ended too long ago (\(to))"
    case .project(let earlier): "states its project otherwise than lot \(earlier + 1)"
    case .cap(let cap): "exceeds its project's cap of \(cap) serials"
    case .overlap(let earlier): "shares serials with lot \(earlier + 1)"
    }
  }
}
