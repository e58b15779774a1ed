import CatchUp
import Consensus
import Dissemination
import Foundation
import LedgerCore
import Replica
import Testing

@Suite("A peer's bytes are a message or an error, never a trap")
struct PeerMessageTests {
  @Test("no bytes, unknown tags and tags alone are refused")
  func tags() {
    for bytes: [UInt8] in [[], [3], [0xFF], [0], [1], [2], [0, 0x80], [1, 0x80, 0x80], [2, 9]] {
      #expect(throws: BCSError.self) { try PeerMessage(decoding: bytes[...]) }
    }
  }

  @Test("every truncation and every changed byte of real messages is a message or an error")
  func mutations() {
    var decoded = 0
    var refused = 0
    for message in samples {
      let bytes = message.bytes
      for count in 0..<bytes.count {
        #expect(throws: BCSError.self) { try PeerMessage(decoding: bytes.prefix(count)) }
      }
      for index in bytes.indices {
        for change: UInt8 in [0x01, 0x7F, 0x80, 0xFF] {
          var changed = bytes
          changed[index] ^= change
          if (try? PeerMessage(decoding: changed[...])) == nil {
            refused += 1
          } else {
            decoded += 1
          }
        }
      }
      #expect(throws: BCSError.self) { try PeerMessage(decoding: (bytes + [0])[...]) }
    }
    #expect(decoded > 0)
    #expect(refused > 0)
  }

  @Test("a length of 2^32 − 1 costs no memory and is refused")
  func lengths() {
    let longest: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF, 0x0F]
    for tag: UInt8 in 0...2 {
      for kind: UInt8 in 0...6 {
        let bytes = [tag, kind] + longest + longest
        #expect(throws: BCSError.self) { try PeerMessage(decoding: bytes[...]) }
      }
    }
  }

  @Test("votes travel apart from bundles and blocks")
  func channels() {
    #expect(samples.map(\.channel) == [.votes, .votes, .data, .data, .data])
  }

  @Test("full nodes may ask and relay, those they follow may tell, and peers do neither's part")
  func rights() {
    var all: [[UInt8]] = []
    for group in UInt8(0)...3 { for kind in UInt8(0)...9 { all.append([group, kind, 7]) } }
    func passing(_ sender: PeerRelation) -> [[UInt8]] {
      all.filter { PeerMessage.mayCome($0, from: sender) }.map { Array($0.prefix(2)) }
    }
    #expect(passing(.follower) == [[1, 7], [2, 2]])
    #expect(passing(.server) == [[1, 8], [2, 0], [2, 1], [2, 3]])
    #expect(passing(.peer).count == all.count - 2)
    for sender in [PeerRelation.follower, .server] {
      for short: [UInt8] in [[], [1], [2]] {
        #expect(!PeerMessage.mayCome(short, from: sender))
      }
    }
    let relay = PeerMessage.dissemination(.relay([[1, 2][...]]))
    #expect(PeerMessage.mayCome(relay.bytes, from: .follower))
    #expect(PeerMessage.mayCome(samples[4].bytes, from: .follower))
  }

  @Test("the standing on the protocol's page is the bytes this code writes")
  func documentedStanding() throws {
    let page = try String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .appending(path: "../../Documentation/protocol/messages.md"), encoding: .utf8)
    let standing = RelayStanding(id: Digest(bytes(0xAA)), status: .accepted)
    #expect(page.contains(Hex.encode(PeerMessage.dissemination(.standings([standing])).bytes)))
  }

  private var samples: [PeerMessage] {
    let digest = Digest(bytes(1))
    let statement = VoteStatement(
      height: 5, view: 1, content: .commit(block: digest, stateRoot: digest))
    let vote = Vote(
      statement: statement, member: 2, signature: Signature(r: bytes(3), s: bytes(4)))
    let certificate = QuorumCertificate(
      kind: .commit, height: 5, view: 1, block: digest, stateRoot: digest,
      signatures: [MemberSignature(member: 2, signature: vote.signature)])
    return [
      .consensus(.vote(vote)),
      .consensus(.decided(Decided(certificate: certificate, block: nil))),
      .dissemination(.fetch([digest])),
      .dissemination(
        .acknowledge([Acknowledgement(author: AccountID(bytes(5)), incarnation: 1, number: 2)])),
      .catchUp(.getBlocks(from: 1, count: 2)),
    ]
  }
}

/// 32 equal bytes.
func bytes(_ value: UInt8) -> Bytes32 { Bytes32(Array(repeating: value, count: 32)) ?? .zero }
