import CLedgerCore
import LedgerCore

/// The node's certificate and TLS settings.
@safe
final class TLSContext {
  fileprivate let handle: OpaquePointer

  /// `seed` has 32 bytes.
  init(seed: [UInt8]) throws(TLSFailure) {
    var made: OpaquePointer?
    let status = unsafe cl_tls_context_create(seed, &made)
    guard status == CL_TLS_OK, let made = unsafe made else {
      throw TLSFailure(status, text: "the library could not be set up")
    }
    unsafe handle = made
  }

  deinit { unsafe cl_tls_context_free(handle) }

  var publicKey: PublicKey {
    var bytes = [UInt8](repeating: 0, count: Int(CL_TLS_KEY_BYTES))
    unsafe cl_tls_context_public_key(handle, &bytes)
    return PublicKey(Bytes32(bytes) ?? .zero)
  }
}

/// One side of one TLS connection, over buffers; belongs to one event loop.
@safe
final class TLSSession {
  private let handle: OpaquePointer

  enum Progress {
    case done
    case wantsInput
  }

  enum ReadOutcome {
    /// This many bytes were written to the buffer's start.
    case bytes(Int)
    case wantsInput
    /// The peer sends no more.
    case closed
  }

  init(_ context: TLSContext, server: Bool) throws(TLSFailure) {
    var made: OpaquePointer?
    let status = unsafe cl_tls_session_create(context.handle, server ? 1 : 0, &made)
    guard status == CL_TLS_OK, let made = unsafe made else {
      throw TLSFailure(status, text: "no session could be made")
    }
    unsafe handle = made
  }

  deinit { unsafe cl_tls_session_free(handle) }

  /// Hands over ciphertext; returns how much was taken (0 when full).
  func feed(_ bytes: UnsafeRawBufferPointer) throws(TLSFailure) -> Int {
    guard let base = bytes.baseAddress else { return 0 }
    var accepted = 0
    let status = unsafe cl_tls_session_feed(
      handle, base.assumingMemoryBound(to: UInt8.self), bytes.count, &accepted)
    guard status >= 0 else { throw failure(status) }
    return accepted
  }

  func handshake() throws(TLSFailure) -> Progress {
    let status = unsafe cl_tls_session_handshake(handle)
    guard status >= 0 else { throw failure(status) }
    return status == CL_TLS_OK ? .done : .wantsInput
  }

  func read(into buffer: inout [UInt8]) throws(TLSFailure) -> ReadOutcome {
    var count = 0
    let status = unsafe cl_tls_session_read(handle, &buffer, buffer.count, &count)
    guard status >= 0 else { throw failure(status) }
    return switch status {
    case CL_TLS_OK: .bytes(count)
    case CL_TLS_CLOSED: .closed
    default: .wantsInput
    }
  }

  /// Encrypts all of `bytes`, at most 64 KiB; the caller has drained before.
  func write(_ bytes: [UInt8]) throws(TLSFailure) {
    let status = unsafe cl_tls_session_write(handle, bytes, bytes.count)
    guard status == CL_TLS_OK else { throw failure(status) }
  }

  func close() { unsafe cl_tls_session_close(handle) }

  /// Ciphertext waiting for the socket.
  var outgoingCount: Int { unsafe cl_tls_session_outgoing(handle) }

  func drain(into buffer: UnsafeMutableRawBufferPointer) -> Int {
    guard let base = buffer.baseAddress else { return 0 }
    return unsafe cl_tls_session_drain(
      handle, base.assumingMemoryBound(to: UInt8.self), buffer.count)
  }

  /// The key the peer has proved to hold; the handshake is done.
  func peerKey() throws(TLSFailure) -> PublicKey {
    var bytes = [UInt8](repeating: 0, count: Int(CL_TLS_KEY_BYTES))
    let status = unsafe cl_tls_session_peer_key(handle, &bytes)
    guard status == CL_TLS_OK, let key = PublicKey(bytes) else { throw failure(status) }
    return key
  }

  private func failure(_ status: Int32) -> TLSFailure {
    unsafe TLSFailure(status, text: String(cString: cl_tls_session_error_text(handle)))
  }
}

extension TLSFailure {
  fileprivate init(_ status: Int32, text: String) {
    kind =
      switch status {
      case CL_TLS_ERROR_MEMORY: .resources
      case CL_TLS_ERROR_PROTOCOL: .protocolViolation
      case CL_TLS_ERROR_CERTIFICATE: .certificate
      case CL_TLS_ERROR_ALPN: .applicationProtocol
      default: .misuse
      }
    self.text = text
  }
}
