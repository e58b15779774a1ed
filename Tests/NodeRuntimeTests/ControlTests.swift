import Foundation
import Glibc
import LedgerCore
import Testing

@testable import NodeRuntime

@Suite("What an operator asks of a running node")
struct ControlTests {
  static let standing = ControlStanding(
    now: 5_000, processIdentifier: 7, height: 3, mode: "following", isVoting: true,
    pausedUntil: 9_000, turnsHandedOver: 1, intervalMilliseconds: 1_000, members: 4,
    leadsNow: false, turns: [ControlTurn(height: 6, time: 8_000)])

  @Test("a request is one line of known words, and nothing else")
  func requests() {
    for request in [ControlRequest.status, .resume, .pause(seconds: 1), .pause(seconds: 86_400)] {
      #expect(ControlRequest(line: request.line.utf8) == request)
    }
    let wrong = [
      "", " status", "status ", "status now", "STATUS", "pause", "pause 0", "pause -1", "pause 01",
      "pause 86401", "pause 1 ", "pause  1", "pause 1.5", "pause 99999999999999999999", "resume 1",
      "status\r", String(repeating: "x", count: 65),
    ]
    for line in wrong { #expect(ControlRequest(line: line.utf8) == nil, "\(line)") }
  }

  @Test("a node answers on a socket that only its user may open, and is gone with it")
  func socket() throws {
    try withHome { home in
      let socket = try ControlSocket(path: home.controlSocket) { request in
        request == .resume ? ControlAnswer(error: "no") : ControlAnswer(Self.standing)
      }
      let mode = try FileManager.default.attributesOfItem(atPath: home.controlSocket)
      #expect((mode[.posixPermissions] as? NSNumber)?.intValue == 0o600)
      #expect(try ControlClient.ask(.pause(seconds: 5), of: home) == Self.standing)
      #expect(throws: ControlError.self) { try ControlClient.ask(.resume, of: home) }
      socket.close()
      #expect(!FileManager.default.fileExists(atPath: home.controlSocket))
      #expect(throws: ControlError.self) { try ControlClient.ask(.status, of: home) }
    }
  }

  @Test("a socket that a killed node left is taken over; long and broken lines end nothing")
  func hostile() throws {
    try withHome { home in
      let left = try LocalSocket.listen(at: home.controlSocket)
      close(left)
      let socket = try ControlSocket(path: home.controlSocket) { _ in
        ControlAnswer(Self.standing)
      }
      defer { socket.close() }
      for bytes in [[UInt8](repeating: 0x78, count: 4_096), [0xFF, 0x0A], [0x0A], []] {
        let connection = try LocalSocket.connect(to: home.controlSocket)
        LocalSocket.write(bytes, to: connection)
        close(connection)
      }
      #expect(try ControlClient.ask(.status, of: home) == Self.standing)
    }
  }

  @Test("a home whose path is longer than a socket's address may be can be spoken to all the same")
  func longPath() throws {
    try withHome { home in
      let long = home.path + "/" + String(repeating: "a", count: 200)
      try FileManager.default.createDirectory(atPath: long, withIntermediateDirectories: false)
      let socket = try ControlSocket(path: NodeHome(long).controlSocket) { _ in
        ControlAnswer(Self.standing)
      }
      defer { socket.close() }
      #expect(try ControlClient.ask(.status, of: NodeHome(long)) == Self.standing)
    }
  }
}

@Suite("A home is used in one place")
struct HomeFenceTests {
  /// What the first start leaves behind.
  private func use(_ home: NodeHome) throws {
    #expect(try HomeFence(home: home).enter(isMoved: false) == false)
    #expect(FileManager.default.createFile(atPath: home.watermarkMade, contents: nil))
  }

  private func copy(_ home: NodeHome, to path: String) throws -> NodeHome {
    try FileManager.default.copyItem(atPath: home.path, toPath: path)
    return NodeHome(path)
  }

  @Test("a home starts again and again where it was made, and where it is moved by name")
  func own() throws {
    try withHome { home in
      try use(home)
      #expect(try HomeFence(home: home).enter(isMoved: false) == false)
      let moved = NodeHome(home.path + "-moved")
      defer { try? FileManager.default.removeItem(atPath: moved.path) }
      try FileManager.default.moveItem(atPath: home.path, toPath: moved.path)
      #expect(HomeFence(home: moved).condition() == .own)
    }
  }

  @Test("a copy does not start until that is confirmed, and then does not trust its watermark")
  func copied() throws {
    try withHome { home in
      try use(home)
      let other = try copy(home, to: home.path + "-copy")
      defer { try? FileManager.default.removeItem(atPath: other.path) }
      let fence = HomeFence(home: other)
      #expect(throws: NodeStartError.self) { try fence.enter(isMoved: false) }
      #expect(try fence.enter(isMoved: true))
      #expect(try fence.enter(isMoved: false) == false)
      // Nothing can be said of the one it was copied from.
      #expect(HomeFence(home: home).condition() == .own)
    }
  }

  @Test("keys from a backup, confirmed to have been used, count as having lost their watermark")
  func restored() throws {
    try withHome { home in
      let first = try HomeFence(home: home).enter(isMoved: true)
      #expect(first)
      #expect(FileManager.default.fileExists(atPath: home.watermarkMade))
      let second = try HomeFence(home: home).enter(isMoved: false)
      #expect(!second)
    }
  }

  @Test("a used home without its mark counts as a copy")
  func unmarked() throws {
    try withHome { home in
      try use(home)
      try FileManager.default.removeItem(atPath: home.fence)
      #expect(throws: NodeStartError.self) { try HomeFence(home: home).enter(isMoved: false) }
    }
  }

  @Test("another machine's home counts as a copy")
  func otherMachine() throws {
    try withHome { home in
      try use(home)
      let text = try String(contentsOfFile: home.fence, encoding: .utf8)
      let inode = try #require(text.split(separator: " ").dropFirst().first)
      let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: home.fence))
      try handle.truncate(atOffset: 0)
      try handle.write(contentsOf: Data("inode \(inode) machine elsewhere\n".utf8))
      try handle.close()
      #expect(
        HomeFence(home: home).condition() == .copied("it was written on another machine"))
    }
  }

  @Test("a home that was given up never starts; the new one starts once, where it is put")
  func retired() throws {
    try withHome { home in
      try use(home)
      try Data("account".utf8).write(to: URL(fileURLWithPath: home.configuration))
      let new = NodeHome(home.path + "-new")
      defer { try? FileManager.default.removeItem(atPath: new.path) }
      let retirement = HomeRetirement(home: home, destination: new.path)
      _ = try retirement.run()
      #expect(throws: NodeStartError.self) { try HomeFence(home: home).enter(isMoved: true) }
      // Whoever was interrupted runs it again.
      _ = try retirement.run()
      #expect(throws: NodeStartError.self) {
        try HomeRetirement(home: home, destination: home.path + "-third").run()
      }
      #expect(try HomeFence(home: new).enter(isMoved: false) == false)
      #expect(HomeFence(home: new).condition() == .own)
      #expect(FileManager.default.fileExists(atPath: new.watermarkMade))
      #expect(throws: NodeStartError.self) { try retirement.run() }
    }
  }
}

/// Gives the home of no node, in a folder that is removed afterwards.
private func withHome(_ body: (NodeHome) throws -> Void) throws {
  let path =
    FileManager.default.temporaryDirectory.path + "/eco2-home-\(UUID().uuidString.prefix(8))"
  try FileManager.default.createDirectory(
    atPath: path + "/keys", withIntermediateDirectories: true,
    attributes: [.posixPermissions: 0o700])
  defer { try? FileManager.default.removeItem(atPath: path) }
  try body(NodeHome(path))
}
