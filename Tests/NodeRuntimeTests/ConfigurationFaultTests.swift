import Foundation
import LedgerCore
import Logging
import Testing

@testable import NodeRuntime

@Suite("What is wrong with node.toml is said, all of it, with its place")
struct ConfigurationFaultTests {
  private static let account = NodeConfigurationTests.account
  private static let key = NodeConfigurationTests.key
  private static let good = "[node]\naccount = \"\(account)\"\n"

  @Test(
    "each fault has its line and column, and says what is expected",
    arguments: [
      ("[api]\nconections-max = 5\n", "4:1", "did you mean connections-max?"),
      ("[api]\nsubscribers-max = \"5\"\n", "4:19", "must be an integer, not a string"),
      ("[api]\nsubscribers-max = 70000\n", "4:19", "between 0 and 65536 (streams)"),
      ("[api]\nsubscribers-max = 5.5\n", "4:19", "not a number with a fraction"),
      ("[store]\nhistory = \"yes\"\n", "4:11", "must be true or false, not a string"),
      ("[store]\nkeep-blocks = 999\n", "4:1", "0, which keeps all, or at least 1000"),
      ("[store]\nhistory = 1\n", "4:11", "must be true or false, not an integer"),
      ("[log]\nlevel = \"loud\"\n", "4:9", "one of \"trace\""),
      ("[log]\nlevels = { peer = \"debug\" }\n", "4:10", "did you mean peers?"),
      ("[log.levels]\npeers = 3\n", "3:2", "must be a table of strings"),
      ("[metrics]\nlisten = \"on\"\n", "4:10", "\"api\", \"off\" or \"HOST:PORT\""),
      ("[apy]\nlisten = \"a:1\"\n", "3:2", "apy is no section; did you mean api?"),
      ("[peers]\nlisten = \"::1:80\"\n", "4:10", "such as"),
      ("[api]\npublic-names = [\"ok\", \"a b\"]\n", "4:16", "\"a b\" must be"),
      ("[api]\nallowed-origins = [\"ftp://x\"]\n", "4:19", "scheme://host"),
      ("[peers]\nfull-nodes-allowed = [\"ab\"]\n", "4:22", "it has 2 characters"),
      ("[store]\nlevel = 1\n", "4:1", "did you mean log.level?"),
      ("store = 1\n", "3:1", "no setting of [node]"),
      (
        "[api]\nlisten = \"a:1\"\nlisten = \"b:1\"\n", "5:1",
        "there twice; it is first set at line 4"
      ),
      ("[api]\nlisten = a\n", "4:10", "this is not TOML"),
      ("[api\n", "3:5", "this is not TOML"),
      ("[[peers.known]]\naddress = \"h:1\"\n", "3:3", "transport-key is missing"),
      ("[peers]\nknown = [1]\n", "4:10", "write one [[peers.known]] table a node"),
      ("[api]\n\"lis\\u0007ten\" = 1\n", "4:1", "lis\\u{7}ten is no setting"),
    ])
  func places(text: String, place: String, reason: String) {
    let faults = NodeConfigurationTests.faults(Self.good + text)
    #expect(faults.count == 1, "\(faults)")
    #expect(faults.first?.hasPrefix("node.toml:\(place): ") == true, "\(faults)")
    #expect(faults.first?.contains(reason) == true, "\(faults)")
  }

  @Test("all faults are said at once, in the order of the file")
  func allAtOnce() {
    let faults = NodeConfigurationTests.faults(
      """
      [node]
      account = "abc"
      rolle = "full"
      [store]
      history = 3
      [[peers.known]]
      account = "\(Self.account)"
      transport-key = "zz"
      address = "nowhere"
      adress = 1
      """)
    let places = faults.compactMap { $0.split(separator: ":").dropFirst().first }
    #expect(places == ["2", "3", "5", "8", "9", "10"], "\(faults.joined(separator: "\n"))")
  }

  @Test("keys after strings, lists and tables that hold signs and newlines have their places")
  func scanning() {
    let faults = NodeConfigurationTests.faults(
      Self.good + #"""
        # [api]
        [api]
        public-names = [ # ] "
          "a", 'b',
          """c"x""", '''d'"''' ]
        "allowed-origins" = [ "https://é.example" ]
        [log]
        levels = { peers = "debug", 'api' = "info" } # }
        levl = """
        [store]
        history = 3 \""" "" """ # "
        format = "xml"
        """#)
    let places = faults.map {
      $0.split(separator: ":").dropFirst().prefix(2).joined(separator: ":")
    }
    #expect(places == ["5:16", "8:21", "11:1", "14:10"], "\(faults.joined(separator: "\n"))")
  }

  @Test("a text with a NUL byte is not read up to it")
  func nul() {
    let faults = NodeConfigurationTests.faults(Self.good + "[api]\n\0listen = 3\n")
    #expect(faults == ["node.toml:4:1: a NUL byte; this is no text."])
  }

  @Test("no text, however broken, does more than be refused or read", arguments: 0..<400)
  func mutations(seed: Int) {
    var configuration = NodeConfiguration()
    configuration.log.levels = ["api": .debug]
    var bytes = Array((Self.good + ConfigurationText.text(configuration)).utf8.prefix(1_500))
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    for _ in 0..<(1 + seed % 7) {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let signs = Array("[]{}\"'=.,#\n\\0x".utf8)
      bytes[Int(state >> 33) % bytes.count] = signs[Int(state >> 20) % signs.count]
    }
    let faults = NodeConfigurationTests.faults(String(decoding: bytes, as: UTF8.self))
    #expect(faults.allSatisfy { $0.hasPrefix("node.toml") && !$0.contains("\n") }, "\(faults)")
  }

  @Test("what no single setting shows is found: own account, one node twice, roles, ports")
  func consistency() {
    let other = String(repeating: "c3", count: 32)
    func known(_ account: String, _ key: String) -> String {
      "[[peers.known]]\naccount = \"\(account)\"\ntransport-key = \"\(key)\"\naddress = \"h:1\"\n"
    }
    func faults(_ text: String) -> String {
      NodeConfigurationTests.faults(text).joined(separator: "\n")
    }
    #expect(
      faults("") == "node.toml: node.account is missing: "
        + "a validator names its account (64 hexadecimal digits).")
    #expect(faults(Self.good + known(Self.account, Self.key)).contains("node.toml:3:3: "))
    #expect(
      faults(Self.good + known(other, Self.key) + known(other, other))
        .hasSuffix("node.toml:7:3: this node's account is also that of the node at line 3."))
    #expect(
      faults(Self.good + known(other, Self.key) + known(Self.key, Self.key))
        .hasSuffix("this node's transport-key is also that of the node at line 3."))
    #expect(faults("[node]\nrole = \"full\"\n").contains("needs at least one to follow"))
    #expect(faults("[node]\nrole = \"full\"\n" + known(other, Self.key)).isEmpty)
    #expect(
      faults("[node]\nrole = \"full\"\naccount = \"\(Self.account)\"\n" + known(other, Self.key))
        .contains("node.toml:3:1: node.account: a full node has none"))
    #expect(
      faults(Self.good + "[api]\nlisten = \"h:1\"\n[peers]\nlisten = \"h:1\"\n")
        .contains("is also peers.listen"))
    #expect(
      faults(Self.good + "[store]\nfree-disk-min-mib = 9999\n").contains("must not be below"))
  }

  @Test("two ways to write a table twice are refused, a third list element is not")
  func tables() {
    #expect(
      NodeConfigurationTests.faults(Self.good + "[api]\nlisten = \"a:1\"\n[log]\n[api]\n")
        .map { $0.prefix(14) } == ["node.toml:6:2:"])
    #expect(
      NodeConfigurationTests.faults(Self.good + "log.level = 1\n").count == 1)
  }
}
