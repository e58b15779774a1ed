import ArgumentParser
import Foundation
import LedgerCore

/// What is asked of a person, and shown to nobody else.
enum Terminal {
  /// Whether a person sits at standard input.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

  /// Asks without echo; nil when nobody can be asked, or answers. Ctrl-C ends the tool, with the
  /// terminal as it was: `getpass` would take it for a character. The caller erases the bytes.
  static func secret(_ prompt: String) -> [UInt8]? {
    var before = termios()
    guard isInteractive, unsafe tcgetattr(STDIN_FILENO, &before) == 0 else { return nil }
    let interrupt = unsafe withUnsafeBytes(of: before.c_cc) { unsafe $0[Int(VINTR)] }
    var quiet = before
    quiet.c_lflag &= ~tcflag_t(ECHO | ISIG)
    // So it ends a line, and is its last byte.
    unsafe withUnsafeMutableBytes(of: &quiet.c_cc) { unsafe $0[Int(VEOL)] = interrupt }
    guard show(prompt), unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet) == 0 else { return nil }
    var line = [UInt8](repeating: 0, count: 4_096)
    let count = unsafe line.withUnsafeMutableBytes { bytes in
      unsafe read(STDIN_FILENO, bytes.baseAddress, bytes.count)
    }
    _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &before)
    _ = show("\n")
    defer { KeyFile.erase(&line) }
    guard count > 0 else { return nil }
    if interrupt != 0, line[count - 1] == interrupt { exit(130) }
    let hasEnd = line[count - 1] == UInt8(ascii: "\n")
    return Array(line.prefix(hasEnd ? count - 1 : count))
  }

  /// Writes to the terminal itself, never to a file or pipe that standard output may be; false when
  /// there is none.
  static func show(_ text: String) -> Bool {
    guard let terminal = FileHandle(forWritingAtPath: "/dev/tty") else { return false }
    defer { try? terminal.close() }
    return (try? terminal.write(contentsOf: Data(text.utf8))) != nil
  }

  /// Goes on only after a `yes`, or with `--yes`.
  static func confirm(_ question: String, isGiven: Bool) throws {
    if isGiven { return }
    guard isInteractive else {
      throw ValidationError("Nobody is here to confirm this; say --yes.")
    }
    Printing.complain(question + " Type yes to go on:")
    guard readLine()?.trimmingCharacters(in: .whitespaces).lowercased() == "yes" else {
      throw ValidationError("Not confirmed; nothing was made.")
    }
  }
}
