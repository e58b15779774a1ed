import NodeAnswers

/// Contents of final blocks, read once for all who ask at the same time; a few are kept.
actor FinalBlocks {
  private let service: any NodeService
  private var kept: [(height: UInt64, contents: BlockContents)] = []
  private var reading: [UInt64: Task<BlockContents?, any Error>] = [:]

  init(service: any NodeService) { self.service = service }

  /// A block's contents; nil when it is not final here.
  func contents(of height: UInt64) async throws -> BlockContents? {
    if let place = kept.firstIndex(where: { $0.height == height }) {
      let found = kept.remove(at: place)
      kept.append(found)
      return found.contents
    }
    if let task = reading[height] { return try await task.value }
    guard reading.count < APILimits.blockReadsMax else { throw NodeServiceError.busy }
    let service = service
    let task = Task { () throws -> BlockContents? in try await service.contents(of: height) }
    reading[height] = task
    defer { reading[height] = nil }
    let contents = try await task.value
    if let contents { keep(contents, height) }
    return contents
  }

  private func keep(_ contents: BlockContents, _ height: UInt64) {
    kept.append((height, contents))
    if kept.count > APILimits.blocksKeptMax { kept.removeFirst() }
  }
}
