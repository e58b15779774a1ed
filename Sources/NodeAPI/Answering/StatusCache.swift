import LedgerCore
import NIOCore
import NodeAnswers
import Synchronization

/// The status as bytes: made anew when something has been decided, and now and then for its
/// counters, not for each who asks.
final class StatusCache: Sendable {
  private struct Made {
    let version: UInt64
    let time: ContinuousClock.Instant
    let bytes: ByteBuffer
  }

  private let service: any NodeService
  private let made = Mutex<Made?>(nil)

  init(service: any NodeService) { self.service = service }

  func bytes(now: ContinuousClock.Instant = .now) async throws -> ByteBuffer {
    // Read before the status is: what changes meanwhile is seen by whoever asks next.
    let version = service.statusVersion
    let age = Duration.milliseconds(APILimits.statusAgeMillisecondsMax)
    if let version,
      let kept = made.withLock({ $0 }), kept.version == version, now - kept.time <= age
    {
      return kept.bytes
    }
    let bytes = ByteBuffer(bytes: try JSON.encode(await service.status()))
    if let version {
      made.withLock { $0 = Made(version: version, time: now, bytes: bytes) }
    }
    return bytes
  }
}
