/// Which kind of network an address is for: told by its prefix, so that nobody sends to an address
/// of the wrong one.
public enum NetworkKind: UInt8, Sendable, CaseIterable {
  case main = 0
  case test = 1

  /// The prefix of addresses.
  public var addressPrefix: String { self == .main ? "eco2" : "eco2t" }
}

extension AccountID {
  /// The account as people write it: bech32m, `eco2…` or `eco2t…` (protocol §2).
  public func address(network: NetworkKind) -> String {
    // Prefix and 32 bytes always fit; hexadecimal stands for what cannot happen.
    (try? Bech32m.encode(prefix: network.addressPrefix, bytes.array)) ?? hex
  }

  /// Reads an address of a network; in upper case as well, as QR codes have it.
  public init(address: String, network: NetworkKind) throws(AddressError) {
    let (prefix, bytes): (String, [UInt8])
    do { (prefix, bytes) = try Bech32m.decode(address) } catch { throw .notBech32m(error) }
    guard prefix == network.addressPrefix else {
      throw NetworkKind.allCases.contains { $0.addressPrefix == prefix }
        ? .otherNetwork(wanted: network) : .wrongPrefix(prefix, wanted: network.addressPrefix)
    }
    guard let account = AccountID(bytes) else { throw .wrongLength(bytes: bytes.count) }
    self = account
  }
}

/// Why a text is not an address of the network, in words for the person who wrote it.
public enum AddressError: Error, Equatable, Sendable, CustomStringConvertible {
  case notBech32m(Bech32mError)
  /// An address of this ledger, but of the other kind of network.
  case otherNetwork(wanted: NetworkKind)
  case wrongPrefix(String, wanted: String)
  case wrongLength(bytes: Int)

  public var description: String {
    switch self {
    case .notBech32m(let error): error.sentence
    case .otherNetwork(.main):
      "This is a test-network address (eco2t…); an address of the main network starts with eco2."
    case .otherNetwork(.test):
      "This is a main-network address (eco2…); an address of a test network starts with eco2t."
    case .wrongPrefix(let prefix, let wanted):
      "The address starts with \(prefix); one of this network starts with \(wanted)."
    case .wrongLength(let bytes): "The address holds \(bytes) bytes; an account has 32."
    }
  }
}

extension Bech32mError {
  /// What is wrong with an address, and what to do.
  fileprivate var sentence: String {
    switch self {
    case .invalidCharacter(let index):
      "Character \(index + 1) of the address cannot stand in one; copy it again."
    case .mixedCase: "The address mixes upper and lower case; write it all in one of them."
    case .tooLong(let characters, let max):
      "The address has \(characters) characters; none has more than \(max)."
    case .noSeparator, .emptyPrefix: "This is no address: one starts with eco21 or eco2t1."
    case .tooShort: "The address is cut off; copy it again."
    case .wrongChecksum:
      "The address has a wrong character (its checksum does not fit); copy it again."
    case .otherVariant: "The address has the checksum of Bech32; addresses here are Bech32m."
    case .invalidPadding, .invalidDigit: "The address does not hold whole bytes; copy it again."
    }
  }
}
