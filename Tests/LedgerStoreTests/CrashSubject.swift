import Dispatch
import Glibc
import Synchronization

@testable import LedgerStore

/// Runs the executable that the crash tests kill.
struct CrashSubject {
  /// How the disk fails: see faulty_disk.h.
  enum Act: String, CaseIterable, Sendable {
    case kill, torn, lost, some, eio, enospc, short
  }

  /// A fault of the disk: at which call, and how.
  struct Fault: Sendable {
    let act: Act
    let call: Int
    var seed = 0
  }

  struct Outcome: Sendable {
    let lines: [String]
    /// The exit code; nil when it was killed.
    let code: Int32?

    /// The number on the last line that starts with a word; 0 when there is none.
    func last(_ word: String) -> UInt64 {
      let line = lines.last { $0.hasPrefix(word + " ") }
      return line.flatMap { UInt64($0.dropFirst(word.count + 1)) } ?? 0
    }

    func text(_ word: String) -> String? {
      lines.first { $0.hasPrefix(word + " ") }.map { String($0.dropFirst(word.count + 1)) }
    }

    var isDone: Bool { lines.last == "done" }

    /// What was said to be durable last: block, bundles and prepared, as `recover` takes them.
    func durable(before: [UInt64] = [0, 0, 0]) -> [UInt64] {
      zip(["final", "bundles", "prepared"], before).map { max(last($0), $1) }
    }
  }

  /// Built beside the tests.
  static let path: String = {
    var bytes = [CChar](repeating: 0, count: 4096)
    _ = unsafe readlink("/proc/self/exe", &bytes, bytes.count - 1)
    let own = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return Folder.parent(of: String(decoding: own, as: UTF8.self)) + "/CrashSubject"
  }()

  /// A home in memory where there is room: syncs of a real disk are most of the time otherwise.
  let home: String
  private let folder: TemporaryFolder
  private let process: CrashProcess

  init(_ process: CrashProcess) {
    self.process = process
    folder = TemporaryFolder(in: Folder.exists("/dev/shm") ? "/dev/shm" : nil)
    home = folder.home
    _ = unsafe mkdir(home, 0o700)
  }

  /// Runs it to its end, and gives what it printed.
  func run(_ verb: String, _ numbers: [UInt64] = [], fault: Fault? = nil) throws -> Outcome {
    let output = folder.path + "/output"
    let words =
      [fault?.act.rawValue ?? "none", "\(fault?.call ?? 0)", "\(fault?.seed ?? 0)", verb]
      + numbers.map { "\($0)" } + [home, output]
    guard let code = process.ask(words.joined(separator: " ")).flatMap({ Int32($0) }) else {
      throw StoreError.fileFailed(operation: "run", path: CrashProcess.path, code: ECHILD)
    }
    let text = String(decoding: try fileBytes(output), as: UTF8.self)
    return Outcome(
      lines: text.split(separator: "\n").map(String.init), code: code < 0 ? nil : code)
  }

  /// Does something for each of some faults on two threads of its own, and gives what it says.
  static func forEach(
    _ faults: [Fault], _ body: @escaping @Sendable (CrashSubject, Fault) throws -> [String]
  ) async -> [String] {
    await withTaskGroup(of: [String].self) { group in
      for half in 0..<2 {
        group.addTask {
          await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
              var said: [String] = []
              do {
                let process = try CrashProcess.make()
                for index in stride(from: half, to: faults.count, by: 2) {
                  let fault = faults[index]
                  for wrong in try body(CrashSubject(process), fault) {
                    said.append("\(fault.act) at call \(fault.call): \(wrong)")
                  }
                }
              } catch { said.append("\(error)") }
              continuation.resume(returning: said)
            }
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }
}

/// The executable that forks for each run. One thread uses it; ends with its last reference.
final class CrashProcess {
  /// Built beside the tests.
  static let path: String = {
    var bytes = [CChar](repeating: 0, count: 4096)
    _ = unsafe readlink("/proc/self/exe", &bytes, bytes.count - 1)
    let own = bytes.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
    return Folder.parent(of: String(decoding: own, as: UTF8.self)) + "/CrashSubject"
  }()

  private let process: pid_t
  private let input: Int32
  private let output: Int32

  private static let oneAtATime = Mutex(())

  static func make() throws(StoreError) -> CrashProcess {
    // Another one's child must not hold this one's pipe.
    try oneAtATime.withLock { _ throws(StoreError) in try CrashProcess() }
  }

  private init() throws(StoreError) {
    var ends: [Int32] = [0, 0, 0, 0]
    var actions = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&actions)
    defer { unsafe posix_spawn_file_actions_destroy(&actions) }
    let arePiped = unsafe ends.withUnsafeMutableBufferPointer { ends in
      guard let start = ends.baseAddress else { return false }
      return unsafe pipe(start) == 0 && pipe(start + 2) == 0
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    guard arePiped else { throw StoreError(errno, "pipe", Self.path) }
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[0], 0)
    unsafe posix_spawn_file_actions_adddup2(&actions, ends[3], 1)
    var arguments = unsafe [strdup(Self.path), nil]
    defer { unsafe free(arguments[0]) }
    var process: pid_t = 0
    let code = unsafe posix_spawn(&process, Self.path, &actions, nil, &arguments, environ)
    _ = close(ends[0])
    _ = close(ends[3])
    self.process = process
    input = ends[1]
    output = ends[2]
    guard code == 0 else { throw StoreError(code, "run", Self.path) }
  }

  deinit {
    _ = close(input)
    _ = close(output)
    _ = waitpid(process, nil, 0)
  }

  /// A line, and the line that answers it; nil when the process has ended.
  func ask(_ line: String) -> String? {
    let text = Array((line + "\n").utf8)
    let written = unsafe text.withUnsafeBytes { unsafe write(input, $0.baseAddress, $0.count) }
    guard written == text.count else { return nil }
    var answer: [UInt8] = []
    var byte: UInt8 = 0
    while unsafe Glibc.read(output, &byte, 1) == 1 {
      if byte == UInt8(ascii: "\n") { return String(decoding: answer, as: UTF8.self) }
      answer.append(byte)
    }
    return nil
  }
}
