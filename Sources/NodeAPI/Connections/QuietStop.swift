import Logging

/// The HTTP library's logger: that its task was cancelled, which is how a node stops, is no error.
struct QuietStop: LogHandler {
  private var logger: Logger

  init(_ logger: Logger) { self.logger = logger }

  var logLevel: Logger.Level {
    get { logger.logLevel }
    set { logger.logLevel = newValue }
  }

  var metadata: Logger.Metadata {
    get { logger.handler.metadata }
    set { logger.handler.metadata = newValue }
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { logger[metadataKey: key] }
    set { logger[metadataKey: key] = newValue }
  }

  func log(event: LogEvent) {
    var event = event
    if event.message.description.hasSuffix("\(CancellationError())") { event.level = .debug }
    guard event.level >= logLevel else { return }
    logger.handler.log(event: event)
  }
}
