import NIOCore

/// Watches one connection, whatever is spoken on it: closes it when its client reads nothing for
/// too long, and says when it has ended.
final class ConnectionWatch: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let table: ConnectionTable
  private let place: ConnectionTable.Place
  private let timeout: TimeAmount
  private var stalled: Scheduled<Void>?
  private var isRemoved = false

  init(table: ConnectionTable, place: ConnectionTable.Place, timeout: TimeAmount) {
    self.table = table
    self.place = place
    self.timeout = timeout
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    stalled?.cancel()
    stalled = nil
    table.note(place, isUnread: !context.channel.isWritable)
    if !context.channel.isWritable {
      let channel = context.channel
      stalled = context.eventLoop.scheduleTask(in: timeout) { channel.close(promise: nil) }
    }
    context.fireChannelWritabilityChanged()
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { end() }

  private func end() {
    stalled?.cancel()
    stalled = nil
    guard !isRemoved else { return }
    isRemoved = true
    table.remove(place)
  }
}
