import Foundation

@testable import LedgerCore

/// The published ICS-23 cases (Tests/Vectors/merkle/ics23), read as they are written: protobuf JSON
/// with base64 bytes and absent defaults.
enum ICS23Vectors {
  /// The cases of a file, by name, in the order of their names.
  static func cases(_ file: String) throws -> [(name: String, fields: [String: Any])] {
    let cases = try json("merkle/ics23/\(file)") as? [String: [String: Any]] ?? [:]
    return cases.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  static func list(_ file: String) throws -> [[String: Any]] {
    try json("merkle/ics23/\(file)") as? [[String: Any]] ?? []
  }

  /// A case of `smt/`: hexadecimal fields.
  static func proofCase(_ name: String) throws -> (
    root: [UInt8], proof: [UInt8], key: [UInt8], value: [UInt8]
  ) {
    let fields = try json("merkle/ics23/smt/\(name).json") as? [String: String] ?? [:]
    func bytes(_ field: String) -> [UInt8] { fields[field].flatMap(Hex.decode) ?? [] }
    return (bytes("root"), bytes("proof"), bytes("key"), bytes("value"))
  }

  private static func json(_ path: String) throws -> Any {
    try JSONSerialization.jsonObject(with: Ed25519Case.data(path))
  }

  static func bytes(_ value: Any?) -> [UInt8] {
    (value as? String).flatMap { Data(base64Encoded: $0) }.map { Array($0) } ?? []
  }

  private static func number(_ value: Any?) -> Int { (value as? NSNumber)?.intValue ?? 0 }

  static func hash(_ value: Any?) -> HashOp { HashOp(rawValue: UInt8(number(value))) ?? .none }

  static func leaf(_ value: Any?) -> LeafOp? {
    guard let fields = value as? [String: Any] else { return nil }
    return LeafOp(
      hash: hash(fields["hash"]), prehashKey: hash(fields["prehash_key"]),
      prehashValue: hash(fields["prehash_value"]),
      length: LengthOp(rawValue: UInt8(number(fields["length"]))) ?? .none,
      prefix: bytes(fields["prefix"]))
  }

  static func inner(_ value: Any?) -> InnerOp {
    let fields = value as? [String: Any] ?? [:]
    return InnerOp(
      hash: hash(fields["hash"]), prefix: bytes(fields["prefix"]), suffix: bytes(fields["suffix"]))
  }

  static func existence(_ value: Any?) -> ExistenceProof {
    let fields = value as? [String: Any] ?? [:]
    return ExistenceProof(
      key: bytes(fields["key"]), value: bytes(fields["value"]), leaf: leaf(fields["leaf"]),
      path: (fields["path"] as? [Any] ?? []).map(inner))
  }

  static func spec(_ value: Any?) -> ProofSpec {
    let fields = value as? [String: Any] ?? [:]
    let inner = fields["inner_spec"] as? [String: Any] ?? [:]
    return ProofSpec(
      leaf: leaf(fields["leaf_spec"] ?? [:]) ?? ProofSpec.smt.leaf,
      inner: InnerSpec(
        childOrder: inner["child_order"] as? [Int] ?? [],
        childBytes: number(inner["child_size"]),
        prefixBytesMin: number(inner["min_prefix_length"]),
        prefixBytesMax: number(inner["max_prefix_length"]),
        emptyChild: bytes(inner["empty_child"]), hash: hash(inner["hash"])),
      maxDepth: number(fields["max_depth"]), minDepth: number(fields["min_depth"]))
  }

  static func isError(_ fields: [String: Any]) -> Bool {
    (fields["IsErr"] as? NSNumber)?.boolValue ?? false
  }
}
