import NodeAPI

extension APISettings {
  /// What the operator set; metrics are on the API's address only where that is wanted.
  init(_ configuration: NodeConfiguration) {
    self.init()
    let api = configuration.api
    publicNames = api.publicNames
    allowedOrigins = api.allowedOrigins
    connectionsMax = api.connectionsMax
    connectionsPerAddressMax = api.connectionsPerAddressMax
    requestsPerSecondMax = api.requestsPerSecondMax
    requestsBurst = api.requestsBurst
    submissionsPerSecondMax = api.submissionsPerSecondMax
    submissionsBurst = api.submissionsBurst
    limitsLoopback = api.limitsLoopback
    bodyBytesMax = api.bodyBytesMax
    headerBytesMax = api.headerBytesMax
    headersMax = api.headersMax
    headTimeoutMilliseconds = Int64(api.headerTimeoutSeconds) * 1_000
    bodyTimeoutMilliseconds = Int64(api.bodyTimeoutSeconds) * 1_000
    bodyBytesPerSecondMin = api.bodyBytesPerSecondMin
    writeTimeoutMilliseconds = Int64(api.writeTimeoutSeconds) * 1_000
    idleTimeoutMilliseconds = Int64(api.idleTimeoutSeconds) * 1_000
    subscribersMax = api.subscribersMax
    routes = configuration.metrics.listen == .api ? .all : .withoutMetrics
  }

  /// The same bounds where nothing but metrics is served.
  var forMetrics: APISettings {
    var settings = self
    settings.routes = .onlyMetrics
    settings.subscribersMax = 0
    return settings
  }
}
