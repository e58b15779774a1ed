import Foundation
import Testing

@testable import NodeRuntime

@Suite("node.json")
struct NodeConfigurationTests {
  @Test("a port that is none is an error that names the file, not a trap later")
  func ports() throws {
    let folder = FileManager.default.temporaryDirectory.path + "/eco2-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let home = NodeHome(folder)
    for (port, isGood) in [(0, true), (65_535, true), (65_536, false), (-1, false)] {
      try home.save(
        NodeConfiguration(
          account: "", listen: .init(host: "127.0.0.1", port: 1),
          api: .init(host: "127.0.0.1", port: 1),
          peers: [
            .init(account: "", transportKey: "", endpoint: .init(host: "::1", port: port))
          ]))
      let loaded = try? home.loadConfiguration()
      #expect((loaded != nil) == isGood, "port \(port)")
    }
    #expect(throws: NodeStartError.self) { try NodeHome(folder + "/none").loadConfiguration() }
  }
}
