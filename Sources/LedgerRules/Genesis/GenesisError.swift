public import LedgerCore

/// Why a genesis document makes no chain. Rows count from 0, in the document's order.
public enum GenesisError: Error, Equatable, Sendable {
  /// The network's name is empty, too long or not printable ASCII.
  case networkName
  /// Genesis time or interval lies outside its bounds, or the time is no multiple of a millisecond
  /// slot the network could keep.
  case time(genesisTime: UInt64, interval: UInt64)
  /// The named parameter lies outside its bounds.
  case parameter(String)
  case factor(row: Int, FactorFault)
  /// No factor row at all.
  case noFactors
  case node(row: Int, NodeFault)
  /// Fewer or more ER Nodes than a set may have.
  case nodeCount(Int)
  case founder(row: Int, AllocationFault)
  /// The founders' shares do not add up to theirs.
  case founderShares(total: Amount, expected: Amount)
  case allocation(row: Int, AllocationFault)
  /// Test allocations exceed the operating committee's share.
  case allocationsTooLarge(total: Amount, available: Amount)
  /// A registry, a custodian or a registrar; rows of each kind count for themselves.
  case registry(RegistryFault)
  case lot(row: Int, LotFault)
  /// The lots hold less than nodes, fund and allocations are given; µg CO2e.
  case reserveTooSmall(needed: Amount, available: Amount)
  /// A sum leaves the range of its numbers.
  case overflow
}

/// What is wrong with a factor row.
public enum FactorFault: Equatable, Sendable {
  /// The region code is empty, too long or not printable ASCII.
  case regionCode
  /// A text is too long.
  case text
  /// Zero means that there is no data; the other end is `RulesLimits.factorMicrogramsMax`.
  case value(UInt64)
  /// Not a year from 1990 to the year of genesis.
  case year(UInt16)
  /// The same as an earlier row.
  case duplicate(of: Int)
}

/// What is wrong with an ER Node.
public enum NodeFault: Equatable, Sendable {
  /// The name is empty or too long, or the endpoint is too long.
  case text
  /// Account, consensus key, transport key or name is that of an earlier node, or one key serves as
  /// two.
  case duplicate(of: Int)
  /// The consensus key is not canonical or not of prime order.
  case consensusKey
  /// The transport key is not canonical or not of prime order.
  case transportKey
  /// The consensus key's signature does not prove possession.
  case possession
  /// The factor table has no such region.
  case region(String)
  /// The profile lies below its tier's floor.
  case belowFloor(ProfileFloor)
  /// A number of the profile lies outside its bounds.
  case profile
}

/// What is wrong with an allocation or a founder's share.
public enum AllocationFault: Equatable, Sendable {
  case zero
  /// The account stands in an earlier row.
  case duplicate(of: Int)
  /// ECO2 is allocated by hand on test networks only.
  case notATestNetwork
}

/// What is wrong with who runs the registry.
public enum RegistryFault: Equatable, Sendable {
  /// A registry has no name, or that of an earlier row.
  case registry(row: Int)
  /// A custodian has no name, or stands in an earlier row.
  case custodian(row: Int)
  /// A registrar stands in an earlier row, or is an ER Node or a custodian.
  case registrar(row: Int)
  /// The threshold is not one of so many registrars.
  case threshold(UInt8, registrars: Int)
}

/// Why a lot may not enter the reserve.
public enum LotFault: Equatable, Sendable {
  /// A text is missing or too long.
  case text
  /// The registry is not among the listed ones.
  case registry(String)
  /// The product may not enter the reserve.
  case product(CreditProduct)
  /// Retired or cancelled at its source.
  case status(CreditStatus)
  /// The last serial lies before the first, or the range has no end.
  case range(start: UInt64, end: UInt64)
  /// The tonnes are not what the serials stand for.
  case tonnes(stated: UInt64, serials: UInt64)
  /// An earlier row states the project otherwise.
  case project(of: Int)
  /// The project's cap lies below its serials.
  case cap(UInt64)
  /// A day that no calendar has, or the vintage ends before it begins.
  case vintage(from: UInt32, to: UInt32)
  /// The vintage ends after genesis.
  case vintageInFuture(to: UInt32)
  /// The vintage ended too long ago.
  case vintageTooOld(to: UInt32)
  /// The range shares serials with an earlier row's.
  case overlap(with: Int)
}
