import Foundation
public import LedgerClient
import NodeRuntime
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

  /// What the node has printed, over all its starts.
  public var logPath: String { home + "/node.log" }

  /// Starts the node; its output goes to `node.log` in its home, after what is there.
  ///
  /// - Parameter arguments: what `eco2 node` is given beside the home.
  public func start(_ arguments: [String] = []) throws {
    if !FileManager.default.fileExists(atPath: logPath) {
      guard FileManager.default.createFile(atPath: logPath, contents: nil) else {
        throw NetworkFolderError.file(logPath, reason: "it cannot be created")
      }
    }
    let output = try FileHandle(forWritingTo: URL(fileURLWithPath: logPath))
    try output.seekToEnd()
    let pipe = Pipe()
    let started = Process()
    started.executableURL = URL(fileURLWithPath: executable)
    started.arguments = ["node", "--home", home, "--until-stdin-closes"] + arguments
    started.standardInput = pipe
    started.standardOutput = output
    started.standardError = output
    try started.run()
    try output.close()
    lifeline.withLock { $0 = pipe }
    process.withLock { $0 = started }
  }

  /// Ends the node at once, as a power cut would.
  public func kill() async {
    guard let pid = processIdentifier else { return }
    Foundation.kill(pid, SIGKILL)
    _ = await hasEnded(within: .seconds(60))
    lifeline.withLock { $0 = nil }
  }

  /// Lets the node stand still.
  public func pause() {
    if let pid = processIdentifier { Foundation.kill(pid, SIGSTOP) }
  }

  /// Lets it go on.
  public func resume() {
    if let pid = processIdentifier { Foundation.kill(pid, SIGCONT) }
  }

  /// Asks the node to end, and waits; after the grace period it is killed. Answers whether it ended
  /// by itself and without a fault.
  @discardableResult
  public func stop(grace: Duration = .seconds(20)) async -> Bool {
    guard let pid = processIdentifier else { return exitStatus == 0 }
    Foundation.kill(pid, SIGTERM)
    guard await hasEnded(within: grace) else {
      await kill()
      return false
    }
    lifeline.withLock { $0 = nil }
    return exitStatus == 0
  }

  /// The exit status of the last run, once ended; a signal's number when one ended it.
  public var exitStatus: Int32? {
    process.withLock { $0.flatMap { $0.isRunning ? nil : $0.terminationStatus } }
  }

  private func hasEnded(within limit: Duration) async -> Bool {
    let clock = ContinuousClock()
    let deadline = clock.now + limit
    while isRunning {
      guard clock.now < deadline else { return false }
      // Not to be cut short by a cancelled task: the process must end first.
      await Task.detached { try? await Task.sleep(for: .milliseconds(10)) }.value
    }
    return true
  }
}

extension NetworkFolder {
  /// Its nodes, full nodes behind the ER Nodes, not yet started.
  ///
  /// - Parameter executable: `eco2`, whose `node` command runs a node.
  public func processes(executable: String) -> [NodeProcess] {
    description.all.enumerated().compactMap { index, node in
      NodeAddress(node.api).map {
        NodeProcess(executable: executable, home: home(index).path, address: $0)
      }
    }
  }
}
