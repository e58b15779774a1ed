import Foundation
import LocalNetwork
import Testing

extension EndToEndTests {
  @Suite("Attacks on the HTTP API")
  struct HostileClientTests {
    @Test(
      "all kinds at once: each ends in time, memory and blocks hold, and who behaves is served",
      .timeLimit(.minutes(4)))
    func attacks() async throws {
      try await LiveNetwork.run(prepare: Self.bound) { network in
        // Events and pages have something to tell.
        _ = try await network.block(2)
        let (status, output) = try await BackgroundTool.run(
          [
            "python3", LiveNetwork.package.appending(path: "Scripts/hostile.py").path,
            "--eco2", LiveNetwork.eco2, "--network", network.folder.path,
          ], executable: "/usr/bin/env")
        #expect(status == 0, "\(output)\n\(network.log(of: network.nodes[0]))")
        #expect(network.nodes.allSatisfy { $0.isRunning })
      }
    }

    /// The first node's shares by address hold for this machine, and its patience is short.
    private static func bound(_ network: LiveNetwork) throws {
      let path = network.nodes[0].home + "/node.toml"
      let settings = [
        ("limits-loopback", "true"), ("connections-per-address-max", "256"),
        ("requests-per-second-max", "500"), ("submissions-per-second-max", "500"),
        ("header-timeout-seconds", "4"), ("write-timeout-seconds", "4"),
      ]
      let lines = try String(contentsOfFile: path, encoding: .utf8)
        .split(separator: "\n", omittingEmptySubsequences: false)
        .map { line in
          let found = settings.first {
            line.hasPrefix("# \($0.0) =") || line.hasPrefix("\($0.0) =")
          }
          return found.map { "\($0.0) = \($0.1)" } ?? String(line)
        }
      try lines.joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
    }
  }
}
