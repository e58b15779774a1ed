import CatchUp
import Consensus
import Dissemination
import LedgerCore
import LedgerRules
import Replica

@testable import PeerNetwork

/// Every decoder of bytes that peers, clients or other people's files bring. The first byte chooses
/// one. Whatever is decoded must encode to the bytes it came from: nothing has two forms.
enum Decoders {
  private typealias Decoder = @Sendable (ArraySlice<UInt8>) -> [UInt8]?

  static func run(_ input: [UInt8]) {
    guard let first = input.first else { return }
    let bytes = input.dropFirst()
    guard let again = all[Int(first) % all.count](bytes) else { return }
    guard again == Array(bytes) else { fatalError("decoder \(Int(first) % all.count): two forms") }
  }

  private static let all: [Decoder] = [
    { try? PeerMessage(decoding: $0).bytes },
    { try? ConsensusMessage(decoding: $0).bcs },
    { try? DisseminationMessage(decoding: $0).bcs },
    { try? CatchUpMessage(decoding: $0).bcs },
    { try? DecidedBlock(decoding: $0).bcs },
    { (try? Bundle(decoding: $0)).map { Array($0.bytes) } },
    { (try? Transaction(decoding: $0)).map { Array($0.bytes) } },
    { try? PreparedRecord(bcs: $0).bcs },
    { try? Block(bcs: $0).bcs },
    { try? BlockHeader(bcs: $0).bcs },
    { try? BundleHeader(bcs: $0).bcs },
    { try? QuorumCertificate(bcs: $0).bcs },
    { try? Vote(bcs: $0).bcs },
    { try? VoteEvidence(bcs: $0).bcs },
    { try? ValidatorSet(bcs: $0).bcs },
    { try? CarbonStatement(bcs: $0).bcs },
    { try? Operation(bcs: $0).bcs },
    { try? TransactionBody(bcs: $0).bcs },
    { try? Receipt(bcs: $0).bcs },
    { try? InclusionProof(bcs: $0).bcs },
    { try? GenesisDocument(bcs: $0).bcs },
    { try? Hello(bcs: $0).bcs },
    // Protobuf has several forms for one value: what it decodes to must come back.
    { bytes in proof(bytes) },
  ]

  private static func proof(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
    guard let proof = try? CommitmentProof(protobuf: Array(bytes)) else { return nil }
    let written = proof.protobuf
    guard let again = try? CommitmentProof(protobuf: written), again.protobuf == written else {
      fatalError("a proof does not come back")
    }
    return Array(bytes)
  }
}
