import Dispatch
import Foundation

/// SIGTERM, SIGINT, SIGHUP and, where asked, the end of standard input.
struct StopSignals: Sendable {
  static let usual = [SIGTERM, SIGINT, SIGHUP]

  private let stream: AsyncStream<Void>

  /// Takes the signals over for as long as the process runs.
  init(_ numbers: [Int32] = usual, alsoStdin: Bool = false) {
    let (stream, signals) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
    self.stream = stream
    for number in numbers {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { signals.yield() }
      source.setCancelHandler { withExtendedLifetime(source) {} }
      source.resume()
    }
    if alsoStdin {
      let thread = Thread {
        while let data = try? FileHandle.standardInput.read(upToCount: 256), !data.isEmpty {}
        signals.yield()
      }
      thread.start()
    }
  }

  /// Waits for the next of them.
  func wait() async {
    for await _ in stream { return }
  }
}
