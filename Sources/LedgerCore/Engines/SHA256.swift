import CLedgerCore

/// SHA-256 (FIPS 180-4), by the engine that fits the processor.
public enum SHA256 {
  /// The digest of `bytes`.
  public static func hash(_ bytes: RawSpan) -> Digest {
    unsafe digest { out in
      unsafe bytes.withUnsafeBytes { data in
        unsafe cl_sha256(data.bytePointer, data.count, out)
      }
    }
  }

  /// The digest of `bytes`.
  public static func hash(_ bytes: [UInt8]) -> Digest { unsafe hash(bytes.span.bytes) }

  /// The digest of `bytes`.
  public static func hash(_ bytes: ArraySlice<UInt8>) -> Digest { unsafe hash(bytes.span.bytes) }

  /// The digest of `prefix ‖ bytes`, without joining them.
  public static func hash(prefix: [UInt8], _ bytes: RawSpan) -> Digest {
    unsafe digest { out in
      unsafe prefix.withUnsafeBytes { head in
        unsafe bytes.withUnsafeBytes { data in
          unsafe cl_sha256_2(head.bytePointer, head.count, data.bytePointer, data.count, out)
        }
      }
    }
  }

  /// The digest of `prefix ‖ bytes`, without joining them.
  public static func hash(prefix: [UInt8], _ bytes: ArraySlice<UInt8>) -> Digest {
    unsafe hash(prefix: prefix, bytes.span.bytes)
  }

  /// The digest of bytes that come piece by piece.
  @safe public struct Stream: ~Copyable {
    private let context: OpaquePointer

    public init() { unsafe context = cl_sha256_stream_new() }

    deinit { unsafe cl_sha256_stream_free(context) }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: RawSpan) {
      unsafe bytes.withUnsafeBytes { data in
        unsafe cl_sha256_stream_update(context, data.bytePointer, data.count)
      }
    }

    /// Adds bytes to the message.
    public mutating func update(_ bytes: ArraySlice<UInt8>) { unsafe update(bytes.span.bytes) }

    /// The digest of all bytes since the start or the last call; a new message starts.
    public mutating func finish() -> Digest {
      unsafe digest { out in unsafe cl_sha256_stream_final(context, out) }
    }
  }

  /// The digest that `body` writes to 32 bytes.
  static func digest(_ body: (UnsafeMutablePointer<UInt8>) -> Void) -> Digest {
    var bytes = Bytes32.zero
    unsafe withUnsafeMutableBytes(of: &bytes) { out in
      guard let start = unsafe out.bytePointer else { return }
      unsafe body(start)
    }
    return Digest(bytes)
  }
}

extension UnsafeRawBufferPointer {
  /// The start as C's `const uint8_t *`; nil for an empty buffer without memory.
  var bytePointer: UnsafePointer<UInt8>? {
    unsafe baseAddress?.assumingMemoryBound(to: UInt8.self)
  }
}

extension UnsafeMutableRawBufferPointer {
  /// The start as C's `uint8_t *`; nil for an empty buffer without memory.
  var bytePointer: UnsafeMutablePointer<UInt8>? {
    unsafe baseAddress?.assumingMemoryBound(to: UInt8.self)
  }
}
