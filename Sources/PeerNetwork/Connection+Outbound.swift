import LedgerCore
import NIOCore

/// Sending: frames wait as they are in the link's queue until the socket has room, so that what is
/// encrypted and not yet sent is bounded.
extension Connection {
  /// Sends what waits, as far as the socket takes it; one flush for all of it.
  func pump() {
    guard case .open(let link) = phase, let context, !isPumping else { return }
    isPumping = true
    defer {
      isPumping = false
      tellCongestion(of: link)
    }
    encoder.load(link.takeWaiting())
    var hasWritten = false
    do throws(TLSFailure) {
      while !encoder.isEmpty && context.channel.isWritable {
        core.staging.removeAll(keepingCapacity: true)
        let finished = encoder.fill(&core.staging, bytesMax: Bounds.stagingBytesMax)
        try tls.write(core.staging)
        writeCiphertext(context)
        link.sent(frames: finished.frames, bytes: finished.bytes)
        hasWritten = true
      }
    } catch {
      return end(.tls(error))
    }
    guard hasWritten else { return }
    lastOutbound = NIODeadline.now()
    context.flush()
    if !encoder.isEmpty && context.channel.isWritable { core.pumpSoon(self) }
  }

  private func tellCongestion(of link: Link) {
    guard case .open = phase, !link.isFollower,
      let isCongested = link.congestionChange(core.limits)
    else { return }
    core.emit(.congested(link.peer.account, link.channel, isCongested))
  }

  /// Sends a frame of length 0 when nothing else was sent for a while. In the middle of a frame
  /// there is no place for one, and no need.
  func keepAlive(_ now: NIODeadline) {
    guard case .open = phase, let context, context.channel.isWritable, encoder.isEmpty,
      now - lastOutbound > .milliseconds(core.limits.pingIntervalMilliseconds)
    else { return }
    lastOutbound = now
    do throws(TLSFailure) {
      try tls.write(FrameDecoder.header(0))
      flushTLS()
    } catch {
      end(.tls(error))
    }
  }

  /// Hands the socket what TLS wants to say.
  func flushTLS() {
    guard let context, tls.outgoingCount > 0 else { return }
    writeCiphertext(context)
    context.flush()
  }

  private func writeCiphertext(_ context: ChannelHandlerContext) {
    let count = tls.outgoingCount
    guard count > 0 else { return }
    var buffer = context.channel.allocator.buffer(capacity: count)
    unsafe buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: count) {
      unsafe tls.drain(into: $0)
    }
    context.write(wrapOutboundOut(buffer), promise: nil)
  }
}
