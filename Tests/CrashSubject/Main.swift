import CFaultyDisk
import Glibc

/// What the crash tests kill: a run of a node's store over some heights, on the faulty disk; and
/// the start after it. Not shipped.
///
/// It is asked on standard input, a line each, and forks for each, which costs less than starting:
///
///     ACT CALL SEED run HOME OUTPUT
///     ACT CALL SEED recover FINAL BUNDLES PREPARED HOME OUTPUT
///
/// What the child says is in OUTPUT; its exit code, -1 when it was killed, is the answer.
@main
enum Main {
  static func main() {
    _ = parent
    // Beside other tests, these can wait.
    _ = nice(10)
    while let line = readLine() {
      let words = line.split(separator: " ").map(String.init)
      guard words.count >= 6, let at = Int(words[1]), let seed = UInt(words[2]) else { exit(64) }
      let home = words[words.count - 2]
      warmUp(home + "-warm")
      let code = unsafe faulty_disk_fork(home, words[0], at, seed, words[words.count - 1])
      if code == 0, isChild {
        // The input is the parent's: nothing of it is given back.
        _exit(act(words[3], words[4..<words.count - 2].compactMap { UInt64($0) }, home))
      }
      say("\(code)")
    }
  }

  /// Does once, before the first child, what the children do, for what the runtime then knows.
  private static func warmUp(_ home: String) {
    guard unsafe !isWarm else { return }
    unsafe isWarm = true
    unsafe isQuiet = true
    Model.compute()
    _ = act("run", [], home)
    _ = act("recover", [Model.heightMax, 0, 0], home)
    unsafe isQuiet = false
  }

  nonisolated(unsafe) private static var isWarm = false

  private static let parent = getpid()
  private static var isChild: Bool { getpid() != parent }

  /// Does what was asked; gives the exit code.
  private static func act(_ verb: String, _ numbers: [UInt64], _ home: String) -> Int32 {
    do {
      switch (verb, numbers.count) {
      case ("run", 0): try run(home)
      case ("recover", 3):
        let recovery = Recovery(final: numbers[0], bundles: numbers[1], prepared: numbers[2])
        let height = try recovery.run(home)
        try recovery.again(home, from: height)
        say("recovered \(height)")
      default: return 64
      }
    } catch let stopped as Stopped {
      say("refused \(stopped.reason)")
      faulty_disk_lose()
      return 3
    } catch {
      say("broken \(error)")
      return 1
    }
    say("calls \(unsafe String(cString: faulty_disk_kinds()))")
    say("done")
    faulty_disk_lose()
    return 0
  }

  private static func run(_ home: String) throws {
    let run = try Run(creating: home)
    for height in 1...Model.heightMax { try run.add(height) }
  }
}

nonisolated(unsafe) private var isQuiet = false

/// A line on standard output, at once.
func say(_ line: String) {
  guard unsafe !isQuiet else { return }
  let text = Array((line + "\n").utf8)
  _ = unsafe text.withUnsafeBytes { unsafe write(1, $0.baseAddress, $0.count) }
}

func isThere(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }
