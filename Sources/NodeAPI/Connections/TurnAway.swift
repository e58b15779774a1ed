import NIOCore
import Synchronization

/// Answers a connection that is not taken, whatever it asks, and ends it. What is written before a
/// connection is active does not leave.
///
/// A connection that is closed while its client's request lies unread is reset, and the answer may
/// be lost with it: so it is ended on our side only, and the client has a second to end it on its
/// own. A crowd that is turned away is not waited for.
final class TurnAway: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// How many of those that were turned away are waited for at once.
  final class Farewells: Sendable {
    private static let max = 256
    private let count = Atomic(0)

    fileprivate func begin() -> Bool {
      if count.add(1, ordering: .relaxed).newValue <= Self.max { return true }
      end()
      return false
    }

    fileprivate func end() { count.subtract(1, ordering: .relaxed) }
  }

  private static let patience = TimeAmount.seconds(1)

  private let answer: ByteBuffer
  private let farewells: Farewells

  init(answer: ByteBuffer, farewells: Farewells) {
    self.answer = answer
    self.farewells = farewells
  }

  func channelActive(context: ChannelHandlerContext) {
    let (channel, farewells) = (context.channel, farewells)
    context.writeAndFlush(wrapOutboundOut(answer)).whenComplete { _ in
      guard farewells.begin() else {
        channel.close(promise: nil)
        return
      }
      channel.closeFuture.whenComplete { _ in farewells.end() }
      channel.close(mode: .output, promise: nil)
      channel.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
    }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
