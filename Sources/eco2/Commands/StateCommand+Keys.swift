import ArgumentParser
import LedgerCore
import LedgerRules
import LedgerState

/// A record's key as people write it: hexadecimal, an address, or a kind's name with what names
/// the record within its kind.
enum StateKeyText {
  /// What stands behind the kind's name.
  enum Naming {
    /// There is one record.
    case single
    case number
    case address
    case region
    /// Several things one behind the other: as bytes.
    case hexadecimal
  }

  static func naming(_ kind: RecordKind) -> Naming {
    switch kind {
    case .chainFacts, .parameters, .tip, .vesting, .factorTable, .fund, .numberLine, .reserve,
      .validatorSets, .pastSets, .rewardReserve, .offenceCount, .registrars, .registryBook,
      .fundBid, .delegation, .governanceBook, .featureList:
      .single
    case .block, .factorRow, .lot, .retirement, .statement, .pastSet, .offence, .issuance, .request,
      .obligation, .motion, .motionVetoes:
      .number
    case .account, .nodeCarbon, .node, .bundleProgress, .custodian, .candidate, .voter,
      .signedBlocks:
      .address
    case .activeFactor: .region
    case .offender, .orderedTree, .orderedPage, .registry, .project, .serialBlock, .voteStake,
      .keyOwner, .feature, .termRate:
      .hexadecimal
    }
  }

  /// The forms there are, for `--help`.
  static var help: String {
    func names(_ wanted: Naming, _ form: String) -> String {
      RecordKind.allCases.filter { naming($0) == wanted }.map { $0.name + form }
        .joined(separator: ", ")
    }
    return """
      KEY is one of:
        \(names(.address, ":ADDRESS"))
        \(names(.number, ":NUMBER"))
        \(names(.region, ":CODE"))
        \(names(.hexadecimal, ":BYTES"))
        \(names(.single, ""))
        an address alone: the account's record
        the key's bytes in hexadecimal
      """
  }

  /// The key that a text names on a kind of network.
  static func parse(_ text: String, network: NetworkKind) throws -> StateKey {
    let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let kind = RecordKind.allCases.first { $0.name.lowercased() == parts[0].lowercased() }
    if let kind {
      return try parse(parts.count > 1 ? String(parts[1]) : nil, of: kind, network: network)
    }
    guard parts.count == 1 else {
      throw ValidationError("`\(parts[0])` is no kind of record; see eco2 state get --help.")
    }
    if text.lowercased().hasPrefix("eco2") {
      return Account.key(try AccountID(address: text, network: network))
    }
    let digits = text.hasPrefix("0x") ? String(text.dropFirst(2)) : text
    guard let bytes = Hex.decode(digits.lowercased()),
      (1...Limits.recordKeyBytesMax).contains(bytes.count)
    else { throw ValidationError("`\(text)` is no key of a record; see eco2 state get --help.") }
    return StateKey(bytes)
  }

  private static func parse(
    _ id: String?, of kind: RecordKind, network: NetworkKind
  ) throws -> StateKey {
    func given(_ form: String) throws -> String {
      guard let id, !id.isEmpty else {
        throw ValidationError("A record of kind \(kind.name) is named by \(kind.name):\(form).")
      }
      return id
    }
    switch naming(kind) {
    case .single:
      guard id == nil else {
        throw ValidationError("There is one record of kind \(kind.name): leave out `:\(id ?? "")`.")
      }
      return StateKey(kind.keyPrefix)
    case .number:
      let text = try given("NUMBER")
      guard let number = UInt64(text) else { throw ValidationError("`\(text)` is no number.") }
      let bytes = stride(from: UInt64(56), through: 0, by: -8).map {
        UInt8(truncatingIfNeeded: number >> $0)
      }
      return StateKey(kind.keyPrefix + bytes)
    case .address:
      let account = try AccountID(address: given("ADDRESS"), network: network)
      return StateKey(kind.keyPrefix + account.bytes.array)
    case .region:
      let code = try given("CODE")
      guard code.utf8.count <= RulesLimits.regionCodeBytesMax else {
        throw ValidationError("`\(code)` is no code of a region.")
      }
      return StateKey(kind.keyPrefix + Array(code.utf8))
    case .hexadecimal:
      let text = try given("BYTES")
      guard let bytes = Hex.decode(text.lowercased()), bytes.count < Limits.recordKeyBytesMax - 1
      else { throw ValidationError("`\(text)` is not hexadecimal.") }
      return StateKey(kind.keyPrefix + bytes)
    }
  }

  /// The key as `parse` reads it: by name where it has one, else in hexadecimal.
  static func show(_ key: StateKey, network: NetworkKind) -> String {
    let id = Array(key.bytes.dropFirst(2))
    guard let kind = RecordKind(of: key) else { return Hex.encode(key.bytes) }
    switch naming(kind) {
    case .single where id.isEmpty: return kind.name
    case .number where id.count == 8:
      return "\(kind.name):\(id.reduce(UInt64(0)) { $0 << 8 | UInt64($1) })"
    case .address:
      guard let account = AccountID(id) else { break }
      return "\(kind.name):\(account.address(network: network))"
    case .region where id.allSatisfy { (0x21...0x7E).contains($0) } && !id.isEmpty:
      return "\(kind.name):\(String(decoding: id, as: UTF8.self))"
    case .hexadecimal where !id.isEmpty: return "\(kind.name):\(Hex.encode(id))"
    default: break
    }
    return Hex.encode(key.bytes)
  }
}
