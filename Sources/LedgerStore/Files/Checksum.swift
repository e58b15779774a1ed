import CLedgerCore
import LedgerCore

/// SHA-256 over raw memory, as the store's checks need it.
enum Checksum {
  /// SHA-256 of prefix and bytes, one after the other.
  static func hash(prefix: [UInt8] = [], _ bytes: UnsafeRawBufferPointer) -> Digest {
    var out = Bytes32.zero
    unsafe withUnsafeMutableBytes(of: &out) { out in
      unsafe prefix.withUnsafeBufferPointer { prefix in
        unsafe cl_sha256_2(
          prefix.baseAddress, prefix.count,
          bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count,
          out.baseAddress?.assumingMemoryBound(to: UInt8.self))
      }
    }
    return Digest(out)
  }

  /// SHA-256 of two pieces of memory, one after the other.
  static func hash(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> Digest {
    var out = Bytes32.zero
    unsafe withUnsafeMutableBytes(of: &out) { out in
      unsafe cl_sha256_2(
        first.baseAddress?.assumingMemoryBound(to: UInt8.self), first.count,
        second.baseAddress?.assumingMemoryBound(to: UInt8.self), second.count,
        out.baseAddress?.assumingMemoryBound(to: UInt8.self))
    }
    return Digest(out)
  }

  static func hash(prefix: [UInt8] = [], _ bytes: [UInt8]) -> Digest {
    unsafe bytes.withUnsafeBytes { unsafe hash(prefix: prefix, $0) }
  }
}

extension Digest {
  /// Copies 32 bytes from memory; the caller has checked that they are there.
  init(copying memory: UnsafeRawBufferPointer) {
    var bytes = Bytes32.zero
    unsafe withUnsafeMutableBytes(of: &bytes) { unsafe $0.copyMemory(from: memory) }
    self.init(bytes)
  }

  /// Calls the body with the 32 bytes in memory.
  func withBytes<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    unsafe withUnsafeBytes(of: bytes) { unsafe body($0) }
  }
}
