import LedgerCore
import Testing

@testable import PeerNetwork

/// Two TLS sides joined by buffers.
@Suite("TLS over buffers")
struct TLSTests {
  private func context(_ seed: UInt8) throws -> TLSContext {
    try TLSContext(seed: [UInt8](repeating: seed, count: 32))
  }

  private func feed(_ session: TLSSession, _ bytes: [UInt8]) throws -> Int {
    let outcome: Result<Int, TLSFailure> = unsafe bytes.withUnsafeBytes { buffer in
      do throws(TLSFailure) {
        return .success(unsafe try session.feed(buffer))
      } catch {
        return .failure(error)
      }
    }
    return try outcome.get()
  }

  private func drain(_ session: TLSSession) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: session.outgoingCount)
    let count = unsafe bytes.withUnsafeMutableBytes { unsafe session.drain(into: $0) }
    return Array(bytes.prefix(count))
  }

  /// Goes through the handshake, with `tamper` between client and server, numbering the flights.
  private func shake(
    _ client: TLSSession, _ server: TLSSession,
    tamper: (Int, [UInt8]) -> [UInt8] = { _, bytes in bytes }
  ) throws -> Bool {
    var flight = 0
    var isClientDone = false
    var isServerDone = false
    for _ in 0..<8 {
      isClientDone = try client.handshake() == .done
      var bytes = drain(client)
      if !bytes.isEmpty {
        _ = try feed(server, tamper(flight, bytes))
        flight += 1
      }
      isServerDone = try server.handshake() == .done
      bytes = drain(server)
      if !bytes.isEmpty {
        _ = try feed(client, tamper(flight, bytes))
        flight += 1
      }
      if isClientDone && isServerDone { return true }
    }
    return false
  }

  @Test("each side learns the other's key, which is the seed's Ed25519 key (RFC 8032, test 1)")
  func keysAreExchanged() throws {
    let seed = try #require(
      Hex.decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"))
    let clientContext = try TLSContext(seed: seed)
    #expect(
      clientContext.publicKey.hex
        == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
    let serverContext = try context(2)
    let client = try TLSSession(clientContext, server: false)
    let server = try TLSSession(serverContext, server: true)
    #expect(throws: TLSFailure.self) { try client.peerKey() }
    #expect(try shake(client, server))
    #expect(try client.peerKey() == serverContext.publicKey)
    #expect(try server.peerKey() == clientContext.publicKey)
  }

  @Test("a flipped bit anywhere in the handshake lets no side finish with a false key")
  func flippedBits() throws {
    let contexts = (client: try context(1), server: try context(2))
    var lengths: [Int] = []
    _ = try shake(
      TLSSession(contexts.client, server: false), TLSSession(contexts.server, server: true)
    ) { _, bytes in
      lengths.append(bytes.count)
      return bytes
    }
    #expect(lengths.count >= 3)
    var finished = 0
    for (flight, length) in lengths.enumerated() {
      for position in stride(from: 0, to: length, by: 7) {
        let client = try TLSSession(contexts.client, server: false)
        let server = try TLSSession(contexts.server, server: true)
        let isDone = try? shake(client, server) { number, bytes in
          var bytes = bytes
          if number == flight { bytes[position] ^= 1 << UInt8(position & 7) }
          return bytes
        }
        if isDone == true { finished += 1 }
      }
    }
    // The record's legacy version bytes are not authenticated; everything else is.
    #expect(finished <= lengths.count)
  }

  @Test("a handshake cut short waits, and more than the bound is not taken")
  func boundedInput() throws {
    let server = try TLSSession(try context(2), server: true)
    #expect(try server.handshake() == .wantsInput)
    let client = try TLSSession(try context(1), server: false)
    _ = try client.handshake()
    let hello = drain(client)
    _ = try feed(server, Array(hello.dropLast()))
    #expect(try server.handshake() == .wantsInput)
    let flood = [UInt8](repeating: 0, count: 200_000)
    let taken = try feed(server, flood)
    #expect(taken <= 131_072)
    #expect(try feed(server, flood) == 0)
  }

  @Test("what is written before the handshake is done is refused, and so is too much at once")
  func misuse() throws {
    let client = try TLSSession(try context(1), server: false)
    let server = try TLSSession(try context(2), server: true)
    #expect(throws: TLSFailure.self) { try client.write([1]) }
    #expect(try shake(client, server))
    #expect(throws: TLSFailure.self) { try client.write([UInt8](repeating: 0, count: 65_537)) }
    try client.write([UInt8](repeating: 3, count: 65_536))
    _ = try feed(server, drain(client))
    var buffer = [UInt8](repeating: 0, count: 16_384)
    var total = 0
    while case .bytes(let count) = try server.read(into: &buffer) { total += count }
    #expect(total == 65_536)
    client.close()
    _ = try feed(server, drain(client))
    guard case .closed = try server.read(into: &buffer) else {
      Issue.record("the close was not seen")
      return
    }
  }

  @Test("a flipped bit in a record fails for good")
  func damagedRecord() throws {
    let client = try TLSSession(try context(1), server: false)
    let server = try TLSSession(try context(2), server: true)
    #expect(try shake(client, server))
    try client.write([1, 2, 3])
    var record = drain(client)
    record[record.count - 1] ^= 1
    _ = try feed(server, record)
    var buffer = [UInt8](repeating: 0, count: 100)
    let failure = #expect(throws: TLSFailure.self) { try server.read(into: &buffer) }
    #expect(failure?.kind == .protocolViolation)
    #expect(throws: TLSFailure.self) { try server.read(into: &buffer) }
    #expect(throws: TLSFailure.self) { try server.write([1]) }
  }
}
