import LedgerCore
public import LedgerState

/// An entry of an ordered index beside the records, derived from one record.
public struct DerivedEntry: Hashable, Sendable {
  /// The index's name.
  public let index: String
  /// Its bytewise order is the index's order.
  public let key: [UInt8]
  /// Nil where the entry goes.
  public let value: [UInt8]?
}

/// The ordered indexes of the domains that read ranges (protocol §6). Derived data: an index is
/// what these functions make of the records, and can be rebuilt from them at any time.
public enum DerivedIndexes {
  /// Issuances by registry and project; the value is the issuance's number, big-endian.
  public static let projectIssuances = "project-issuances"

  /// Registries by name; the value is the name.
  public static let registries = "registries"

  /// Projects by registry and id, as in `projectKey`; the value is the same.
  public static let projects = "projects"

  /// Custodians by account; the value is the account.
  public static let custodians = "custodians"

  /// The indexes there are.
  public static let names = [projectIssuances, registries, projects, custodians]

  /// The kinds of records that ask for entries.
  public static let kinds: [RecordKind] = [.issuance, .registry, .project, .custodian]

  /// What a record's change does to the indexes. A record that cannot be read asks for nothing: its
  /// leaf hash or the audit tells.
  public static func entries(of change: StateChange) -> [DerivedEntry] {
    guard let kind = RecordKind(of: change.key), let value = change.value else { return [] }
    switch kind {
    case .issuance:
      guard let number = change.key.number, let issuance = try? Issuance(bcs: value) else {
        return []
      }
      return [
        DerivedEntry(
          index: projectIssuances,
          key: projectKey(registry: issuance.registry, id: issuance.projectID)
            + [UInt8](bigEndian: number),
          value: [UInt8](bigEndian: number))
      ]
    // These are never removed, and their keys never change: what is put once stays.
    case .registry: return [entry(registries, Array(change.key.bytes.dropFirst(2)))]
    case .project: return [entry(projects, Array(change.key.bytes.dropFirst(2)) + [0])]
    case .custodian: return [entry(custodians, Array(change.key.bytes.dropFirst(2)))]
    default: return []
    }
  }

  private static func entry(_ index: String, _ key: [UInt8]) -> DerivedEntry {
    DerivedEntry(index: index, key: key, value: key)
  }

  /// Where a project's issuances begin: its two texts, each ended by a zero byte.
  public static func projectKey(registry: String, id: String) -> [UInt8] {
    Array(registry.utf8) + [0] + Array(id.utf8) + [0]
  }
}
