import Foundation

/// Lines on a terminal that are drawn anew in their place; one plain line at a time where the
/// output is a file or a pipe.
struct LiveScreen {
  let isTerminal: Bool
  private let handle: FileHandle
  private var drawn = 0

  /// On standard output or, so that this holds the result alone, on standard error.
  init(onError: Bool) {
    handle = onError ? .standardError : .standardOutput
    isTerminal = isatty(onError ? STDERR_FILENO : STDOUT_FILENO) == 1
  }

  /// Draws lines over those of the last time, each cut to the terminal's width.
  mutating func draw(_ lines: [String]) {
    guard isTerminal else { return }
    let width = Self.width
    var text = drawn > 0 ? "\u{1B}[\(drawn)A" : ""
    for line in lines { text += "\u{1B}[K" + Printing.plain(line).prefix(width) + "\n" }
    text += "\u{1B}[J"
    handle.write(Data(text.utf8))
    drawn = lines.count
  }

  /// A line that stays.
  mutating func line(_ text: String) {
    handle.write(Data((Printing.plain(text) + "\n").utf8))
    drawn = 0
  }

  private static var width: Int {
    var size = winsize()
    guard unsafe ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 20 else {
      return 120
    }
    return Int(size.ws_col) - 1
  }
}
