import Foundation
public import LedgerClient
import Synchronization

/// One node of a local network: a process of its own that ends when its parent does.
public final class NodeProcess: Sendable {
  /// The node's home folder.
  public let home: String
  public let address: NodeAddress
  private let executable: String
  private let process = Mutex<Process?>(nil)

  /// The process's standard input stays open as long as we live: a node started with
  /// `--until-stdin-closes` ends when its parent is gone, however that happened.
  private let lifeline = Mutex<Pipe?>(nil)

  public init(executable: String, home: String, address: NodeAddress) {
    self.executable = executable
    self.home = home
    self.address = address
  }

  public var isRunning: Bool { process.withLock { $0?.isRunning ?? false } }

  public var processIdentifier: Int32? {
    process.withLock { $0.flatMap { $0.isRunning ? $0.processIdentifier : nil } }
  }

  /// Starts the node; its output goes to `node.log` in its home, after what is there.
  public func start() throws {
    let log = home + "/node.log"
    if !FileManager.default.fileExists(atPath: log) {
      FileManager.default.createFile(atPath: log, contents: nil)
    }
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: log))
    try output.seekToEnd()
    let pipe = Pipe()
    let started = Process()
    started.executableURL = URL(fileURLWithPath: executable)
    started.arguments = ["node", "--home", home, "--until-stdin-closes"]
    started.standardInput = pipe
    started.standardOutput = output
    started.standardError = output
    try started.run()
    try output.close()
    lifeline.withLock { $0 = pipe }
    process.withLock { $0 = started }
  }

  /// Ends the node at once, as a power cut would.
  public func kill() {
    guard let pid = processIdentifier else { return }
    Foundation.kill(pid, SIGKILL)
    waitForEnd()
  }

  /// Asks the node to end, and waits; after the grace period it is killed.
  public func stop(graceSeconds: Double = 20) {
    guard let pid = processIdentifier else { return }
    Foundation.kill(pid, SIGTERM)
    let deadline = Date(timeIntervalSinceNow: graceSeconds)
    while isRunning, Date(timeIntervalSinceNow: 0) < deadline {
      RunLoop.current.run(until: Date(timeIntervalSinceNow: 0.02))
    }
    if isRunning { kill() }
    waitForEnd()
  }

  /// The exit status of the last run, once ended.
  public var exitStatus: Int32? {
    process.withLock { $0.flatMap { $0.isRunning ? nil : $0.terminationStatus } }
  }

  private func waitForEnd() {
    let running = process.withLock { $0 }
    running?.waitUntilExit()
    lifeline.withLock { $0 = nil }
  }
}
