import LedgerCore
import LedgerRules

/// The names under which members are counted: a bounded set of label values.
struct MemberNames: Sendable {
  private let names: [AccountID: String]

  /// Names as genesis gives them; where two nodes have one name, the account tells them apart.
  init(_ nodes: [GenesisNode]) {
    var names: [AccountID: String] = [:]
    for node in nodes {
      let isUnique = nodes.count { $0.name == node.name } == 1
      names[node.account] = isUnique ? node.name : "\(node.name) \(node.account.hex.prefix(8))"
    }
    self.names = names
  }

  /// All of them, sorted.
  var all: [String] { names.values.sorted() }

  /// A node that genesis does not name is called by its account.
  subscript(account: AccountID) -> String {
    names[account] ?? String(account.hex.prefix(16))
  }
}
