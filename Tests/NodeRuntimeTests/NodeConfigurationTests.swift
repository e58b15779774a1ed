import Foundation
import LedgerCore
import Logging
import Testing

@testable import NodeRuntime

@Suite("node.toml")
struct NodeConfigurationTests {
  static let account = String(repeating: "a1", count: 32)
  static let key = String(repeating: "b2", count: 32)

  static func read(
    _ text: String, environment: [String: String] = [:], set: [String] = []
  ) throws(ConfigurationFaults) -> EffectiveConfiguration {
    try EffectiveConfiguration(
      text: text, file: "node.toml", environment: environment, overrides: set)
  }

  static func faults(
    _ text: String, environment: [String: String] = [:], set: [String] = []
  ) -> [String] {
    do {
      _ = try read(text, environment: environment, set: set)
      return []
    } catch { return error.faults.map(\.description) }
  }

  @Test("a port that is none is an error that names the file, not a trap later")
  func ports() throws {
    for (port, isGood) in [("0", true), ("65535", true), ("65536", false), ("-1", false)] {
      let text = "[node]\naccount = \"\(Self.account)\"\n[api]\nlisten = \"127.0.0.1:\(port)\"\n"
      let faults = Self.faults(text)
      #expect(faults.isEmpty == isGood, "port \(port)")
      #expect(isGood || faults.first?.hasPrefix("node.toml:4:10: ") == true, "\(faults)")
    }
  }

  @Test("workers are a number of them or auto, and nothing else")
  func workers() throws {
    for (text, count) in [("auto", nil), ("0", 0), ("64", 64)] as [(String, Int?)] {
      let read = try Self.read(
        "[node]\naccount = \"\(Self.account)\"\nworkers = \"\(text)\"\n")
      #expect(read.configuration.workers == count)
    }
    for text in ["", "65", "-1", "+1", " 1", "1.0", "all", "99999999999999999999"] {
      let faults = Self.faults("[node]\nworkers = \"\(text)\"\n")
      #expect(faults.first?.hasPrefix("node.toml:2:11: ") == true, "\(text): \(faults)")
    }
  }

  @Test("what is written is read back, and every setting has its comment")
  func roundTrip() throws {
    let account = try #require(AccountID(hex: Self.account))
    let key = try #require(PublicKey(hex: Self.key))
    var configuration = NodeConfiguration()
    configuration.account = account
    configuration.workers = 3
    configuration.peers.known = [
      .init(
        account: AccountID(hex: Self.key), transportKey: key,
        endpoint: .init(host: "::1", port: 9)),
      .init(
        account: nil, transportKey: try #require(PublicKey(hex: Self.account)),
        endpoint: .init(host: "er.example", port: 10)),
    ]
    configuration.peers.fullNodesAllowed = [key]
    configuration.api.listen = .init(host: "0.0.0.0", port: 80)
    configuration.api.publicNames = ["node.example"]
    configuration.store.history = false
    configuration.log.levels = ["peers": .debug, "store": .error]
    configuration.metrics.listen = .own(.init(host: "127.0.0.1", port: 9_100))
    let text = ConfigurationText.text(configuration)
    #expect(try Self.read(text).configuration == configuration, "\(text)")
    for line in text.split(separator: "\n") { #expect(line.count <= 100) }
    for setting in Setting.all {
      #expect(text.contains(setting.comment.prefix(20)), "\(setting.path)")
    }
  }
}
