import Foundation
import LedgerCore
import LedgerRules
import LocalNetwork
import NodeAnswers
import NodeRuntime
import RegistryFiles
import Testing

@testable import Doctor

/// Homes as `eco2 genesis` makes them, on which each fault is made for real.
@Suite("The doctor finds what is wrong with a home")
struct DoctorTests {
  /// Gives the first home of a network of 4 that nobody runs.
  static func withHome(
    passphrase: [UInt8]? = nil, _ body: (NodeHome, GenesisDocument) async throws -> Void
  ) async throws {
    let path =
      FileManager.default.temporaryDirectory.path + "/eco2-doctor-\(UUID().uuidString.prefix(8))"
    defer { try? FileManager.default.removeItem(atPath: path) }
    let examples =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().path + "/Examples/genesis/"
    let ports = try #require(NetworkPorts.free(nodes: 4))
    let made = try NetworkMaker(
      credits: examples + "credits.csv", registry: .goldStandard,
      factors: examples + "factors.csv", nodes: examples + "nodes.csv", nodeCount: 4,
      network: "doctor", intervalMilliseconds: 10_000, ports: ports,
      loadAccounts: passphrase == nil ? 1 : nil, startMilliseconds: 2_000
    ).make(
      at: path, keysPath: path + "/keys", passphrase: passphrase, now: 1_795_000_000_000)
    try await body(made.folder.home(0), made.document)
  }

  private static func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
  }

  private static func mode(_ mode: Int, _ path: String) throws {
    try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
  }

  /// The worst finding of a check whose text holds these words.
  private static func verdict(
    _ report: DoctorReport, _ check: String, _ words: String
  ) -> Finding.Verdict? {
    let found = report.findings.filter { $0.check == check && $0.what.contains(words) }
    return found.map(\.verdict).max()
  }

  @Test("a home as it was made has no problem but that nobody else runs")
  func fresh() async throws {
    try await Self.withHome { home, document in
      let report = await Doctor(home: home.path).examine()
      let problems = report.findings.filter { $0.verdict == .problem }
      #expect(problems.map(\.check) == ["peers"], "\(problems)")
      #expect(report.process == nil && report.exitStatus == 2)
      #expect(Self.verdict(report, "genesis", document.chainID.hex) == .ok)
      #expect(Self.verdict(report, "keys", "is the consensus key of the genesis") == .ok)
      #expect(Self.verdict(report, "peers", "is not reached: Connection refused") == .warning)
      #expect(Self.verdict(report, "disk", "a durable write takes") != nil)
      let left = try FileManager.default.contentsOfDirectory(atPath: home.path)
      #expect(Set(left) == ["genesis.bcs", "node.toml", "keys"])
    }
  }

  @Test("files that others can use, foreign keys and account keys are found, with what to do")
  func keys() async throws {
    try await Self.withHome { home, _ in
      try Self.mode(0o644, home.transportKey)
      try Self.mode(0o755, home.path + "/keys")
      try FileManager.default.copyItem(
        atPath: home.path + "/../keys/treasury.pem", toPath: home.path + "/keys/treasury.pem")
      try FileManager.default.removeItem(atPath: home.consensusKey)
      try KeyFile.write(
        seed: [UInt8](repeating: 7, count: 32), passphrase: [], to: home.consensusKey,
        allowUnencrypted: true)
      let report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "keys", "transport.pem can be used by others") == .problem)
      #expect(Self.verdict(report, "keys", "keys can be used by others (mode 755)") == .problem)
      #expect(Self.verdict(report, "keys", "is not the consensus key") == .problem)
      #expect(Self.verdict(report, "keys", "treasury.pem is not the node's") == .warning)
      #expect(
        report.findings.contains { $0.advice == "chmod 600 \(home.transportKey)" },
        "\(report.findings)")
    }
  }

  @Test("a passphrase that is missing, wrong or open to others is found, and never shown")
  func passphrases() async throws {
    let passphrase = "correct horse battery"
    try await Self.withHome(passphrase: Array(passphrase.utf8)) { home, _ in
      var shown: [DoctorReport] = []
      shown.append(await Doctor(home: home.path).examine())
      try Self.write("wrong horse battery\n", to: home.passphrase)
      try Self.mode(0o640, home.passphrase)
      shown.append(await Doctor(home: home.path).examine())
      try Self.write(passphrase + "\n", to: home.passphrase)
      try Self.mode(0o600, home.passphrase)
      shown.append(await Doctor(home: home.path).examine())
      #expect(Self.verdict(shown[0], "keys", "is encrypted") == .problem)
      #expect(Self.verdict(shown[1], "keys", "does not open with this passphrase") == .problem)
      #expect(Self.verdict(shown[1], "keys", "passphrase can be used by others") == .problem)
      #expect(Self.verdict(shown[2], "keys", "is the transport key of the genesis") == .ok)
      #expect(!shown[2].findings.contains { $0.check == "keys" && $0.verdict != .ok })
      let text = String(decoding: try JSONEncoder().encode(shown), as: UTF8.self)
      #expect(!text.contains("horse"))
    }
  }

  @Test("settings, genesis and home that are not there or broken are found")
  func files() async throws {
    try await Self.withHome { home, _ in
      let text = try String(contentsOfFile: home.configuration, encoding: .utf8)
      try Self.write(
        text.replacing("# headers-max", with: "heders-max"), to: home.configuration)
      try Self.write("not a genesis", to: home.genesis)
      var report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "configuration", "did you mean headers-max?") == .problem)
      #expect(Self.verdict(report, "genesis", "is no genesis document") == .problem)
      try FileManager.default.removeItem(atPath: home.configuration)
      try FileManager.default.removeItem(atPath: home.genesis)
      report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "configuration", "node.toml is missing") == .problem)
      #expect(Self.verdict(report, "genesis", "genesis.bcs is missing") == .problem)
      report = await Doctor(home: home.path + "/none").examine()
      #expect(report.findings.map(\.check) == ["home"] && report.exitStatus == 2)
    }
  }

  @Test("a port in use, an address of another machine and what the disk lacks are found")
  func portsAndDisk() async throws {
    try await Self.withHome { home, _ in
      let listener = try #require(Listener())
      let report = await Doctor(
        home: home.path,
        environment: ["ECO2_API_LISTEN": "127.0.0.1:\(listener.port)"],
        overrides: [
          "peers.listen=192.0.2.1:9000", "store.free-disk-min-mib=16000000",
          "store.free-disk-warn-mib=16000000", "metrics.listen=127.0.0.1:0",
          "api.connections-max=65536",
        ]
      ).examine()
      #expect(
        Self.verdict(report, "ports", "api.listen 127.0.0.1:\(listener.port) is in use by process")
          == .problem)
      #expect(Self.verdict(report, "ports", "process \(getpid()): ") == .problem)
      #expect(Self.verdict(report, "ports", "192.0.2.1:9000 is no address") == .problem)
      #expect(Self.verdict(report, "ports", "takes any free port") == .ok)
      #expect(Self.verdict(report, "disk", "below store.free-disk-min-mib") == .problem)
      let files = ProcessFiles.limit("Max open files", of: nil) ?? 0
      #expect(
        Self.verdict(report, "limits", "may open \(files) files")
          == (files < 65_900 ? .problem : .ok))
    }
  }

  @Test("a peer that is no node, and one that does not answer, are told apart")
  func peers() async throws {
    try await Self.withHome { home, _ in
      let listener = try #require(Listener())
      var configuration = try home.loadConfiguration().configuration
      configuration.peers.known[0].endpoint = .init(host: "127.0.0.1", port: listener.port)
      try home.save(configuration)
      // It waits for a connection: on a thread of its own.
      async let answering = withCheckedContinuation { continuation in
        Thread.detachNewThread {
          continuation.resume(
            returning: listener.answerOnce("HTTP/1.1 400 Bad Request\r\n\r\n"))
        }
      }
      let report = await Doctor(home: home.path).examine()
      #expect(await answering)
      #expect(Self.verdict(report, "peers", "what answers there is no node") == .warning)
      #expect(Self.verdict(report, "peers", "Connection refused") == .warning)
      configuration.peers.known.removeLast()
      try home.save(configuration)
      let shorter = await Doctor(home: home.path).examine()
      #expect(Self.verdict(shorter, "peers", "of the genesis is not listed") == .warning)
    }
  }

  @Test("a lost watermark is told from one that was never made, and a held lock is seen")
  func watermark() async throws {
    try await Self.withHome { home, _ in
      var report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "keys", "no watermark yet") == .ok)
      try Self.write("", to: home.path + "/keys/watermark.made")
      report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "keys", "the watermark is lost") == .warning)
      try FileManager.default.createDirectory(
        atPath: home.data, withIntermediateDirectories: false)
      let lock = unsafe open(home.data + "/lock", O_CREAT | O_RDWR, 0o600)
      defer { close(lock) }
      #expect(ProcessFiles.lockHolder(of: home.data + "/lock") == nil)
      try #require(flock(lock, LOCK_EX | LOCK_NB) == 0)
      #expect(ProcessFiles.lockHolder(of: home.data + "/lock") == getpid())
      report = await Doctor(home: home.path).examine()
      #expect(report.process == getpid())
      #expect(Self.verdict(report, "node", "no API listens yet") == .warning)
      #expect(Self.verdict(report, "ports", "nothing listens on peers.listen") == .problem)
    }
  }

  @Test("a copied home and one that was given up are told, with what may be done")
  func places() async throws {
    try await Self.withHome { home, _ in
      var report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "keys", "the key has not been used yet") == .ok)
      // As a first start leaves it; what another inode wrote is a copy.
      try Self.write("", to: home.watermarkMade)
      try Self.write("inode 1 machine -\n", to: home.fence)
      report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "keys", "looks like a copy: keys/home is not the") == .problem)
      #expect(report.findings.contains { $0.advice?.contains("once with --moved") == true })

      try FileManager.default.removeItem(atPath: home.fence)
      try FileManager.default.removeItem(atPath: home.watermarkMade)
      let new = home.path + "-new"
      defer { try? FileManager.default.removeItem(atPath: new) }
      _ = try HomeRetirement(home: home, destination: new).run()
      report = await Doctor(home: home.path).examine()
      #expect(Self.verdict(report, "keys", "validator was moved to \(new)") == .problem)
      #expect(report.findings.contains { $0.advice?.contains("never starts again") == true })
      report = await Doctor(home: new).examine()
      #expect(Self.verdict(report, "keys", "the validator was moved here") == .ok)
      #expect(!report.findings.contains { $0.check == "keys" && $0.verdict != .ok })
    }
  }

  @Test("a full node's home has one key to look at; a consensus key there is too many")
  func fullNode() async throws {
    try await Self.withHome { home, document in
      let full = NodeHome(home.path + "-full")
      defer { try? FileManager.default.removeItem(atPath: full.path) }
      _ = try FullNodeHome(
        listen: .init(host: "127.0.0.1", port: 1),
        api: .init(host: "127.0.0.1", port: 2),
        peers: FullNodeHome.peers(of: document)
      ).make(
        at: full.path, genesis: [UInt8](try Data(contentsOf: URL(fileURLWithPath: home.genesis))),
        passphrase: nil)
      var report = await Doctor(home: full.path).examine()
      #expect(report.findings.filter { $0.verdict == .problem }.map(\.check) == ["peers"])
      #expect(Self.verdict(report, "keys", "transport.pem opens; its key is") == .ok)
      #expect(!report.findings.contains { $0.what.contains("watermark") })
      try FileManager.default.copyItem(atPath: home.consensusKey, toPath: full.consensusKey)
      report = await Doctor(home: full.path).examine()
      #expect(Self.verdict(report, "keys", "holds a consensus key") == .warning)
    }
  }

  @Test(
    "a file system in memory is a problem, and only a warning on a test network",
    .enabled(if: FileManager.default.isWritableFile(atPath: "/dev/shm")))
  func memoryDisk() throws {
    let path = "/dev/shm/eco2-doctor-\(UUID().uuidString.prefix(8))"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: path) }
    for isTest in [true, false] {
      let found = DiskCheck(
        home: NodeHome(path), store: .init(), interval: 10_000, isTest: isTest
      ).run()
      let kind = found.first { $0.what.contains("is on tmpfs") }
      #expect(kind?.verdict == (isTest ? .warning : .problem), "\(found)")
    }
  }
}

/// Somebody who listens on a port of 127.0.0.1 and is no node.
private final class Listener: Sendable {
  let port: Int
  private let descriptor: Int32

  init?() {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        guard unsafe bind(descriptor, pointer, length) == 0, listen(descriptor, 4) == 0 else {
          return Int32(-1)
        }
        return unsafe getsockname(descriptor, pointer, &length)
      }
    }
    guard code == 0 else { return nil }
    self.descriptor = descriptor
    port = Int(UInt16(bigEndian: address.sin_port))
  }

  deinit { close(descriptor) }

  /// Takes one connection, says something that is not TLS, and closes it.
  func answerOnce(_ text: String) -> Bool {
    let client = accept(descriptor, nil, nil)
    guard client >= 0 else { return false }
    let bytes = Array(text.utf8)
    let sent = unsafe bytes.withUnsafeBytes { unsafe send(client, $0.baseAddress, $0.count, 0) }
    shutdown(client, Int32(SHUT_WR))
    var rest = [UInt8](repeating: 0, count: 4_096)
    while unsafe rest.withUnsafeMutableBytes({ unsafe recv(client, $0.baseAddress, $0.count, 0) })
      > 0
    {}
    close(client)
    return sent == bytes.count
  }
}
