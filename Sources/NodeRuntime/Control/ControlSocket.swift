import Dispatch
import Foundation
import Glibc
import StrictJSON

/// The socket in a node's home through which an operator on its machine speaks to it. Who may is a
/// question of file permissions: the socket has mode 0600 from its first moment, in a home of mode
/// 0700. Nothing of it is reachable over the network.
///
/// One request a connection: a line comes in, a line goes out. One connection at a time, each with
/// two seconds; what is longer, later or no request gets an error or is cut off.
final class ControlSocket: Sendable {
  private let path: String
  private let listener: Int32
  /// A pipe, written to once to end the thread.
  private let stopper: [Int32]
  private let ended = DispatchSemaphore(value: 0)

  static let patienceMilliseconds: Int32 = 2_000

  /// Listens at `path`, in place of whatever an earlier process left there.
  init(
    path: String, answer: @escaping @Sendable (ControlRequest) -> ControlAnswer
  ) throws(NodeStartError) {
    let listener: Int32
    do throws(SocketFault) {
      listener = try LocalSocket.listen(at: path)
    } catch {
      throw .network("the control socket \(path) cannot be made: \(error.reason)")
    }
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      let fault = SocketFault(errno)
      Glibc.close(listener)
      throw .network("no pipe can be made: \(fault.reason)")
    }
    let readable = ends[0]
    let stopper = ends
    self.stopper = stopper
    self.path = path
    self.listener = listener
    let thread = Thread { [ended] in
      while let connection = LocalSocket.accept(listener, orStopAt: readable) {
        Self.serve(connection, answer)
        Glibc.close(connection)
      }
      ended.signal()
    }
    thread.name = "control"
    thread.start()
  }

  /// Ends the thread and removes the socket.
  func close() {
    var byte: UInt8 = 0
    _ = unsafe write(stopper[1], &byte, 1)
    ended.wait()
    for descriptor in [listener] + stopper { Glibc.close(descriptor) }
    _ = unsafe unlink(path)
  }

  private static func serve(
    _ connection: Int32, _ answer: (ControlRequest) -> ControlAnswer
  ) {
    LocalSocket.limit(connection, milliseconds: patienceMilliseconds)
    guard let line = LocalSocket.readLine(connection, bytesMax: ControlRequest.bytesMax) else {
      return
    }
    let reply =
      ControlRequest(line: line).map(answer)
      ?? ControlAnswer(error: "no request; there are: status, pause SECONDS, resume")
    guard let data = try? JSONEncoder().encode(reply) else { return }
    LocalSocket.write([UInt8](data) + [UInt8(ascii: "\n")], to: connection)
  }
}

/// Speaks to a running node over the socket in its home.
public enum ControlClient {
  /// Longest answer.
  static let answerBytesMax = 64 * 1024

  /// Sends one request and gives the answer's contents.
  public static func ask(_ request: ControlRequest, of home: NodeHome) throws(ControlError)
    -> ControlStanding
  {
    let connection: Int32
    do throws(SocketFault) {
      connection = try LocalSocket.connect(to: home.controlSocket)
    } catch {
      switch error.code {
      case ENOENT, ECONNREFUSED: throw .notRunning(home.path)
      case EACCES, EPERM: throw .forbidden(home.controlSocket)
      default: throw .failed(home.controlSocket, reason: error.reason)
      }
    }
    defer { close(connection) }
    LocalSocket.limit(connection, milliseconds: 2 * ControlSocket.patienceMilliseconds)
    LocalSocket.write(Array((request.line + "\n").utf8), to: connection)
    guard let line = LocalSocket.readLine(connection, bytesMax: answerBytesMax) else {
      throw .failed(home.controlSocket, reason: "the node did not answer in time")
    }
    let answer: ControlAnswer
    do { answer = try JSONValue(line).decode() } catch {
      throw .failed(
        home.controlSocket,
        reason: "the node's answer cannot be used (is it of another release?): \(error)")
    }
    guard let standing = answer.standing else {
      throw .refused(answer.error ?? "no reason given")
    }
    return standing
  }
}

/// Why a running node cannot be spoken to.
public enum ControlError: Error, Sendable, CustomStringConvertible {
  case notRunning(String)
  case forbidden(String)
  case refused(String)
  case failed(String, reason: String)

  public var description: String {
    switch self {
    case .notRunning(let home):
      "No node runs from \(home): nothing listens on its control socket. Is this the home of the "
        + "running node?"
    case .forbidden(let path):
      "\(path) belongs to the user who runs the node; run this command as that user."
    case .refused(let reason): "The node refused: \(reason)."
    case .failed(let path, let reason): "\(path): \(reason)."
    }
  }
}
