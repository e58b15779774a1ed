import Foundation
import LedgerCore
import Logging
import Testing

@testable import NodeRuntime

@Suite("Settings from the environment and the command line")
struct ConfigurationSourceTests {
  private static let good = """
    [node]
    account = "\(NodeConfigurationTests.account)"
    [api]
    subscribers-max = 1
    connections-max = 300
    """

  private static func value(_ path: String, _ read: EffectiveConfiguration) -> String? {
    read.entries.first { $0.setting.path == path }.map { "\($0.value) from \($0.source)" }
  }

  @Test("a flag goes over a variable, a variable over the file, the file over the default")
  func order() throws {
    let read = try NodeConfigurationTests.read(
      Self.good,
      environment: [
        "ECO2_API_SUBSCRIBERS_MAX": "2", "ECO2_API_CONNECTIONS_MAX": "301", "HOME": "/root",
        "ECO2_PASSPHRASE": "secret", "ECO2_LOG_LEVELS": "peers=debug,api=error",
        "ECO2_API_PUBLIC_NAMES": "a.example, B.example", "ECO2_STORE_HISTORY": "false",
      ],
      set: ["api.subscribers-max=3", "log.level=info"])
    let path = "api.subscribers-max"
    #expect(Self.value(path, read) == "3 from flag")
    #expect(
      Self.value("api.connections-max", read)
        == "301 from environment, ECO2_API_CONNECTIONS_MAX")
    #expect(Self.value("node.account", read)?.hasSuffix("from file, line 2") == true)
    #expect(Self.value("api.listen", read) == "\"127.0.0.1:8101\" from default")
    #expect(read.configuration.log.levels == ["peers": .debug, "api": .error])
    #expect(read.configuration.log.level == .info)
    #expect(read.configuration.api.publicNames == ["a.example", "b.example"])
    #expect(!read.configuration.store.history)
    let report = try JSONEncoder().encode(read.report(file: "node.toml"))
    #expect(!String(decoding: report, as: UTF8.self).contains("secret"))
  }

  @Test("a variable or flag that sets nothing, or nothing possible, is a fault that names it")
  func faults() {
    let faults = NodeConfigurationTests.faults(
      Self.good,
      environment: [
        "ECO2_API_CONECTIONS_MAX": "2", "ECO2_API_HEADERS_MAX": "many", "ECO2_KEYRING": "x",
        "ECO2_LOG_LEVELS": "peers=debug,peers=info",
      ],
      set: ["api.subscriber-max=3", "nothing", "log.format=xml", "peers.known=x"])
    let expected = [
      "environment variable ECO2_API_CONECTIONS_MAX: there is no such setting; did you mean "
        + "ECO2_API_CONNECTIONS_MAX?",
      "environment variable ECO2_API_HEADERS_MAX: api.headers-max must be an integer",
      "environment variable ECO2_LOG_LEVELS: log.levels must be a table of strings",
      "--set api.subscriber-max=3: there is no setting api.subscriber-max; did you mean "
        + "api.subscribers-max?",
      "--set nothing: write section.name=value",
      "--set log.format=xml: log.format: it must be one of \"text\", \"json\"",
      "--set peers.known=x: peers.known must be tables",
    ]
    #expect(
      faults == expected.map { $0 + ($0.hasSuffix("?") ? "" : ".") },
      "\(faults.joined(separator: "\n"))")
  }

  @Test("every setting's default is in its range, and no two share a name or a variable")
  func table() {
    for setting in Setting.all {
      var configuration = NodeConfiguration()
      let builtIn = setting.get(configuration)
      let reason = setting.set(&configuration, builtIn)
      #expect(reason == nil || setting.path == "node.account", "\(setting.path): \(reason ?? "")")
      #expect(setting.comment.hasSuffix("."), "\(setting.path)")
    }
    #expect(Set(Setting.all.map(\.path)).count == Setting.all.count)
    #expect(Set(Setting.all.compactMap(\.variable)).count == Setting.all.count - 1)
    let sections = Set(Setting.sections.map(\.name))
    #expect(Setting.all.allSatisfy { sections.contains($0.components.first ?? "") })
  }

  @Test("the documentation has the table that the settings have")
  func documentation() throws {
    let page = try String(
      contentsOfFile: #filePath.replacing(
        "Tests/NodeRuntimeTests/ConfigurationSourceTests.swift",
        with: "Documentation/operations/configuration.md"), encoding: .utf8)
    #expect(page.contains(Setting.reference), "print it with `eco2 config reference`")
  }
}
