import LedgerClient
import LedgerCore
import LedgerRules
import NodeAnswers

/// Stable codes of what decoders and verifiers refuse: the table of `fixtures/README.md`.
extension BCSError.Reason {
  var code: String {
    switch self {
    case .truncated: "truncated"
    case .trailingBytes: "trailing_bytes"
    case .nonCanonicalLength: "non_canonical_length"
    case .lengthOutOfRange: "length_out_of_range"
    case .unknownTag: "unknown_tag"
    case .invalidBoolean: "invalid_boolean"
    case .unsorted: "unsorted"
    case .invalidText: "invalid_text"
    case .invalidValue: "invalid_value"
    }
  }
}

extension CertificateError {
  var code: String {
    switch self {
    case .beforeSet: "before_set"
    case .unknownMember: "unknown_member"
    case .repeatedMember: "repeated_member"
    case .noQuorum: "no_quorum"
    case .badSignatures: "bad_signature"
    case .notCommit: "not_commit"
    case .wrongHeight: "wrong_height"
    case .wrongBlock: "wrong_block"
    case .wrongSet: "wrong_set"
    }
  }
}

extension ProofError {
  /// Of the errors that the fixtures show; nil for others.
  var code: String? {
    switch self {
    case .malformed: "malformed_proof"
    case .wrongKind: "wrong_kind"
    case .leafNotInSpec, .innerNotInSpec: "not_in_spec"
    case .keyMismatch: "key_mismatch"
    case .valueMismatch: "value_mismatch"
    case .rootMismatch: "root_mismatch"
    case .noNeighbour: "no_neighbour"
    case .keyNotBetween: "key_not_between"
    case .notNeighbours: "not_neighbours"
    default: nil
    }
  }
}

/// What the real decoders and verifiers say of a value; nil when it is sound.
struct FixtureVerdicts {
  let chain: ChainID
  let set: ValidatorSet
  /// Judges transactions against the state after the last block.
  let admission: Admission

  func verdict(type: String, _ bytes: [UInt8]) throws -> String? {
    do {
      return switch type {
      case "Transaction": try transaction(bytes)
      case "Bundle": try bundle(bytes)
      case "Vote": try vote(bytes)
      case "QuorumCertificate": try certificate(bytes)
      case "Receipt": try decode(Receipt.self, bytes)
      case "BlockHeader": try decode(BlockHeader.self, bytes)
      case "Block": try decode(Block.self, bytes)
      case "ValidatorSet": try decode(ValidatorSet.self, bytes)
      default: "unknown type"
      }
    } catch let error as BCSError {
      return error.reason.code
    }
  }

  private func decode<Value: BCSCodable>(_ type: Value.Type, _ bytes: [UInt8]) throws -> String? {
    let value = try Value(bcs: bytes)
    return value.bcs == bytes ? nil : "another encoding"
  }

  private func transaction(_ bytes: [UInt8]) throws -> String? {
    let transaction = try Transaction(decoding: bytes[...])
    // The chain tag goes first: so that "wrong chain" is said instead of "bad signature".
    let fault = try admission.faults(of: [transaction])[0]
    if fault == .wrongChain { return fault?.code }
    guard Ed25519.verify(transaction.signatureChecks, chain: chain).allValid else {
      return TransactionFault.badSignature.code
    }
    return fault?.code
  }

  private func bundle(_ bytes: [UInt8]) throws -> String? {
    let bundle = try Bundle(decoding: bytes[...])
    guard let author = set.index(of: bundle.header.author) else { return "unknown_member" }
    let header = bundle.headerCheck(key: set.members[author].consensusKey)
    let all = [header] + bundle.transactions.flatMap(\.signatureChecks)
    return Ed25519.verify(all, chain: chain).allValid ? nil : "bad_signature"
  }

  private func vote(_ bytes: [UInt8]) throws -> String? {
    let vote = try Vote(bcs: bytes)
    guard let check = vote.check(in: set) else { return "unknown_member" }
    return Ed25519.verify([check], chain: chain).allValid ? nil : "bad_signature"
  }

  /// As one that shall make a block final.
  private func certificate(_ bytes: [UInt8]) throws -> String? {
    let certificate = try QuorumCertificate(bcs: bytes)
    guard certificate.kind == .commit else { return CertificateError.notCommit.code }
    do throws(CertificateError) {
      try certificate.verify(in: set, chain: chain)
      return nil
    } catch {
      return error.code
    }
  }

  /// Of an account's proof, as a client that trusts the genesis set judges it.
  func verdict(proof answer: ProofAnswer, of account: AccountID) -> String? {
    let anchor = TrustAnchor(chain: chain, validators: set, network: .test)
    do throws(VerificationError) {
      _ = try anchor.verify(accountProof: answer, of: account)
      return nil
    } catch {
      return switch error {
      case .certificate(let error): error.code
      case .encoding(_, let error), .record(let error): error.reason.code
      case .wrongKey: "key_mismatch"
      case .proof(let error): error.code ?? "\(error)"
      default: "\(error)"
      }
    }
  }
}
