import ArgumentParser
import Foundation
import LedgerCore

/// What is asked of a person, and shown to nobody else.
enum Terminal {
  /// Whether a person sits at standard input.
  static var isInteractive: Bool { isatty(STDIN_FILENO) == 1 }

  /// Asks without echo; nil when nobody can be asked. The caller erases the bytes.
  static func secret(_ prompt: String) -> [UInt8]? {
    guard isInteractive, let entered = unsafe getpass(prompt) else { return nil }
    let count = unsafe strlen(entered)
    defer { unsafe memset(entered, 0, count) }
    return (0..<count).map { unsafe UInt8(bitPattern: entered[$0]) }
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
