import Foundation
public import LedgerCore

extension PublicKey {
  /// The key as `openssl pkey -pubin` reads it: PEM of a SubjectPublicKeyInfo (RFC 8410 §4).
  public var pem: String {
    let header: [UInt8] = [0x30, 0x2A, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x03, 0x21, 0x00]
    let text = Data(header + bytes.array).base64EncodedString()
    return "-----BEGIN PUBLIC KEY-----\n\(text)\n-----END PUBLIC KEY-----\n"
  }
}
