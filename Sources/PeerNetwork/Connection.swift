import LedgerCore
import NIOCore

/// One TCP connection, from its first byte to its last; lives on the event loop.
///
/// It goes one way through its phases: TLS handshake, hellos, open, ended. The dialling side sends
/// its hello first; the accepting side, which learns from it which channel this is, answers. Only
/// the peer's proved transport key says who it is. Whatever goes wrong comes to `end`, once.
final class Connection: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  enum Phase {
    case handshaking
    case greeting(Greeter)
    case open(Link)
    case ended
  }

  /// Whom a proved key makes the other side, before its hello.
  enum Greeter {
    /// A known peer.
    case peer(AccountID)
    /// A key that no known peer has: it may follow, if there is a place for it.
    case follower(PublicKey)
  }

  /// Why a connection ends; what it means hangs on the phase.
  enum Cause {
    case tls(TLSFailure)
    case frameTooLong(FrameDecoder.TooLong)
    case socket(String)
    case closedByPeer
    /// The handshake's or the idle time-out.
    case timeout
    case refused(RefusalReason)
    case replaced
    case misbehaved
    case unlisted
    case shutdown
  }

  let core: Core
  /// The link it was dialled for; nil when it was accepted.
  let dialled: Link?
  let tls: TLSSession
  let since: NIODeadline
  var phase = Phase.handshaking
  var context: ChannelHandlerContext?
  var encoder = FrameEncoder()
  var isPumping = false
  var lastOutbound: NIODeadline
  private var lastInbound: NIODeadline
  private var decoder = FrameDecoder(bytesMax: Bounds.helloBytesMax)
  /// Ciphertext TLS had no room for; at most what the socket gave before reading stopped.
  private var backlog = ByteBuffer()
  private var isProcessing = false
  private var isReadingStopped = false
  /// Of a follower, once it is open.
  private var allowance: FollowerAllowance?

  init(core: Core, dialled: Link?) throws(TLSFailure) {
    self.core = core
    self.dialled = dialled
    tls = try TLSSession(core.tls, server: dialled == nil)
    since = NIODeadline.now()
    lastInbound = since
    lastOutbound = since
  }

  var link: Link? {
    if case .open(let link) = phase { link } else { nil }
  }

  /// Whether it is one of these links', dials for one, or greets for one of these peers.
  func isOf(_ links: Set<ObjectIdentifier>, greeting accounts: Set<AccountID>) -> Bool {
    if let link = link ?? dialled { return links.contains(ObjectIdentifier(link)) }
    guard case .greeting(.peer(let account)) = phase else { return false }
    return accounts.contains(account)
  }

  var address: String {
    if let dialled { return dialled.peer.address.description }
    guard let remote = context?.remoteAddress, let host = remote.ipAddress else { return "unknown" }
    return PeerAddress(host: host, port: remote.port ?? 0).description
  }

  // MARK: The channel's calls

  func channelActive(context: ChannelHandlerContext) {
    self.context = context
    core.began(self)
    process()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    var bytes = unwrapInboundIn(data)
    lastInbound = NIODeadline.now()
    if backlog.readableBytes == 0 { backlog = bytes } else { backlog.writeBuffer(&bytes) }
    process()
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    if context.channel.isWritable { core.pumpSoon(self) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    end(.closedByPeer)
    self.context = nil
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    end(.socket("\(error)"))
  }

  // MARK: Inbound

  /// Brings what has arrived as far as it goes; stops at a pause.
  func process() {
    guard !isProcessing else { return }
    isProcessing = true
    defer { isProcessing = false }
    do {
      while try step() {}
    } catch {
      end(.tls(error))
    }
  }

  /// One step; false when there is nothing to do until more arrives or reading resumes.
  private func step() throws(TLSFailure) -> Bool {
    let fed = try feed()
    switch phase {
    case .ended: return false
    case .handshaking:
      let progress = try tls.handshake()
      flushTLS()
      if progress == .wantsInput { return fed }
      try authenticated()
      return true
    case .greeting: return try readRecord() || fed
    case .open(let link):
      return mayRead(link) ? try readRecord() || fed : false
    }
  }

  /// Not while the channel is paused, nor while a follower has used up what it may send.
  private func mayRead(_ link: Link) -> Bool {
    !core.isPaused(link.channel) && allowance?.isUsedUp != true
  }

  private func feed() throws(TLSFailure) -> Bool {
    guard backlog.readableBytes > 0 else { return false }
    let outcome: Result<Int, TLSFailure> = unsafe backlog.withUnsafeReadableBytes { bytes in
      do throws(TLSFailure) {
        return .success(unsafe try tls.feed(bytes))
      } catch {
        return .failure(error)
      }
    }
    let accepted = try outcome.get()
    backlog.moveReaderIndex(forwardBy: accepted)
    if backlog.readableBytes == 0 { backlog = ByteBuffer() }
    return accepted > 0
  }

  private func readRecord() throws(TLSFailure) -> Bool {
    switch try tls.read(into: &core.record) {
    case .wantsInput: return false
    case .closed:
      end(.closedByPeer)
      return false
    case .bytes(let count):
      take(core.record[..<count])
      return true
    }
  }

  private func take(_ plaintext: ArraySlice<UInt8>) {
    var rest = plaintext
    do throws(FrameDecoder.TooLong) {
      while let frame = try decoder.next(&rest) {
        guard case .payload(let payload) = frame else { continue }
        switch phase {
        case .greeting(let greeter): greeted(by: greeter, payload)
        case .open(let link): received(payload, on: link)
        case .handshaking, .ended: break
        }
        if case .ended = phase { return }
      }
    } catch {
      end(.frameTooLong(error))
    }
  }

  private func received(_ payload: [UInt8], on link: Link) {
    link.received(bytes: payload.count)
    guard link.isFollower else {
      return core.emit(.received(link.peer.account, link.channel, payload))
    }
    core.emit(.followerSent(link.peer.account, payload))
    allowance?.take(payload.count)
    if allowance?.isUsedUp == true { setReading(false) }
  }

  // MARK: Who is it?

  /// TLS is done: the peer holds the key it shows.
  private func authenticated() throws(TLSFailure) {
    let key = try tls.peerKey()
    if let dialled {
      guard key == dialled.peer.transportKey else {
        return end(.refused(.otherKey(key, account: dialled.peer.account)))
      }
      phase = .greeting(.peer(dialled.peer.account))
      try sendHello(dialled.channel)
      return
    }
    guard let peer = core.peer(ofKey: key) else {
      guard core.gate.isOpen else { return end(.refused(.unknownKey(key))) }
      phase = .greeting(.follower(key))
      return
    }
    phase = .greeting(.peer(peer))
    if core.dials(peer) { end(.refused(.wrongDirection(account: peer))) }
  }

  private func sendHello(
    _ channel: PeerChannel, _ verdict: HelloVerdict = .welcome
  ) throws(TLSFailure) {
    let hello = Hello(
      genesis: core.genesis, account: core.account, channel: channel, verdict: verdict
    ).bcs
    try tls.write(FrameDecoder.header(hello.count) + hello)
    flushTLS()
  }

  private func greeted(by greeter: Greeter, _ payload: [UInt8]) {
    let hello: Hello
    do throws(BCSError) {
      hello = try Hello(bcs: payload)
    } catch {
      return end(.refused(.malformedHello(error)))
    }
    let reason = refusal(of: hello, from: greeter)
    if dialled == nil {
      do throws(TLSFailure) {
        try sendHello(hello.channel, reason?.verdict ?? .welcome)
      } catch {
        return end(.tls(error))
      }
    }
    if let reason { return end(.refused(reason)) }
    let link: Link?
    switch greeter {
    case .peer(let peer): link = core.link(peer, hello.channel)
    case .follower(let key): link = core.follower(key, at: context?.remoteAddress)
    }
    guard let link else { return end(.refused(.otherChannel(account: hello.account))) }
    if link.isFollower {
      allowance = FollowerAllowance(
        bytesPerSecond: core.limits.followerBytesPerSecondMax, now: NIODeadline.now())
    }
    decoder.bytesMax = link.bounds.frameIn
    phase = .open(link)
    core.opened(self, link)
  }

  private func refusal(of hello: Hello, from greeter: Greeter) -> RefusalReason? {
    switch greeter {
    case .peer(let account):
      if let reason = mismatch(of: hello, from: account) { return reason }
      if core.link(account, hello.channel) == nil { return .otherChannel(account: account) }
      guard dialled != nil, hello.verdict != .welcome else { return nil }
      return .turnedAway(hello.verdict, account: account)
    case .follower(let key):
      guard hello.channel == .follow else { return .unknownKey(key) }
      return mismatch(of: hello, from: AccountID(key)) ?? core.refusal(ofFollower: key)
    }
  }

  private func mismatch(of hello: Hello, from account: AccountID) -> RefusalReason? {
    if hello.version != Hello.version {
      return .otherProtocolVersion(hello.version, account: account)
    }
    if hello.genesis != core.genesis { return .otherGenesis(hello.genesis, account: account) }
    if hello.account != account {
      return .otherAccount(claimed: hello.account, expected: account)
    }
    if let dialled, dialled.channel != hello.channel { return .otherChannel(account: account) }
    return nil
  }

  // MARK: Time, pauses and the end

  func checkDeadlines(_ now: NIODeadline) {
    switch phase {
    case .ended: return
    case .handshaking, .greeting:
      if now - since > .milliseconds(core.limits.handshakeTimeoutMilliseconds) { end(.timeout) }
    case .open(let link):
      // Who does not read cannot tell silence: the peer's bytes wait in the socket.
      allowance?.refill(now)
      if core.isPaused(link.channel) { return }
      if isReadingStopped, mayRead(link) { return setReading(true) }
      if isReadingStopped { return }
      if now - lastInbound > .milliseconds(core.limits.idleTimeoutMilliseconds) {
        return end(.timeout)
      }
    }
  }

  func setReading(_ isOn: Bool) {
    if isOn {
      lastInbound = NIODeadline.now()
      process()
      // What was processed may have led to a new pause, or to the end.
      guard let link, mayRead(link) else { return }
    }
    isReadingStopped = !isOn
    try? context?.channel.syncOptions?.setOption(.autoRead, value: isOn)
  }

  func end(_ cause: Cause) {
    let was = phase
    if case .ended = was { return }
    phase = .ended
    tls.close()
    flushTLS()
    context?.close(promise: nil)
    core.ended(self, was: was, cause)
  }
}
