import ArgumentParser
import LocalNetwork

/// Kinds of faults with commas between them, or `all`.
struct FaultKinds: ExpressibleByArgument {
  let kinds: [NodeFaults.Kind]

  init?(argument: String) {
    if argument == "all" {
      kinds = NodeFaults.Kind.allCases
      return
    }
    var kinds: [NodeFaults.Kind] = []
    for part in argument.split(separator: ",", omittingEmptySubsequences: false) {
      guard let kind = NodeFaults.Kind(rawValue: String(part)), !kinds.contains(kind) else {
        return nil
      }
      kinds.append(kind)
    }
    self.kinds = kinds
  }
}
