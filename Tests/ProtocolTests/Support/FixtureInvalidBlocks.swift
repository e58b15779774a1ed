import LedgerCore
import LedgerRules
import LedgerState
import NodeAnswers
import Testing

/// Votes, certificates, bundles, blocks and proofs that must be refused.
extension FixtureFiles {
  private func fixture(
    _ type: String, _ name: String, _ code: String, _ bytes: [UInt8], stage: String = "verify"
  ) -> InvalidFixture {
    InvalidFixture(name: name, type: type, bytes: bytes, stage: stage, code: code)
  }

  func invalidVotes() throws -> [InvalidFixture] {
    let entry = made.entries[0]
    let commit = try #require(entry.votes.last)
    let statement = commit.statement
    let member = made.set.members[Int(commit.member)]
    let key = try made.keys.consensus(member)
    let asPrepare = key.sign(
      prefix: SigningDomain.prepare.prefix(chain), message: statement.message[...])
    let elsewhere = key.sign(
      prefix: SigningDomain.commit.prefix(ChainID(.zero)), message: statement.message[...])
    func vote(_ member: UInt16, _ signature: Signature) -> [UInt8] {
      Vote(statement: statement, member: member, signature: signature).bcs
    }
    var unknown = commit.bcs
    unknown[0] = 5
    let change = try made.sign(
      0, VoteStatement(height: 1, view: 1, content: .viewChange(prepared: nil)))
    var option = change.bcs
    option[17] = 2
    return [
      fixture(
        "Vote", "a COMMIT signed under the tag of PREPAREs", "bad_signature",
        vote(commit.member, asPrepare)),
      fixture(
        "Vote", "a COMMIT signed for another chain", "bad_signature",
        vote(commit.member, elsewhere)),
      fixture(
        "Vote", "a COMMIT under another member's index", "bad_signature",
        vote(0, commit.signature)),
      fixture(
        "Vote", "an index outside the set", "unknown_member", vote(4, commit.signature)),
      fixture("Vote", "kind 5", "unknown_tag", unknown, stage: "decode"),
      fixture(
        "Vote", "a prepared block neither absent nor present", "invalid_boolean", option,
        stage: "decode"),
      fixture(
        "Vote", "the signature is cut", "truncated", Array(commit.bcs.dropLast()), stage: "decode"),
      fixture("Vote", "a byte follows", "trailing_bytes", commit.bcs + [0], stage: "decode"),
    ]
  }

  func invalidCertificates() throws -> [InvalidFixture] {
    let type = "QuorumCertificate"
    let entry = made.entries[1]
    let sound = entry.decided.certificate
    let all = sound.signatures
    func certificate(
      _ signatures: [MemberSignature], kind: QuorumCertificate.Kind = .commit,
      root: Digest? = nil, height: UInt64 = 2
    ) -> [UInt8] {
      QuorumCertificate(
        kind: kind, height: height, view: 0, block: sound.block,
        stateRoot: root ?? sound.stateRoot, signatures: signatures
      ).bcs
    }
    let stranger = MemberSignature(member: 4, signature: all[3].signature)
    var beyond = all
    beyond[3] = MemberSignature(member: 3, signature: all[0].signature)
    let prepares = entry.votes.filter { $0.statement.kind == .prepare }
      .map { MemberSignature(member: $0.member, signature: $0.signature) }
    return [
      fixture(type, "two signatures of four members", "no_quorum", certificate([all[0], all[3]])),
      fixture(
        type, "a member stands twice", "unsorted", certificate([all[0], all[1], all[1]]),
        stage: "decode"),
      fixture(
        type, "members descend", "unsorted", Self.swappedSigners(certificate(all)),
        stage: "decode"),
      fixture(type, "nobody has signed", "length_out_of_range", certificate([]), stage: "decode"),
      fixture(
        type, "a member outside the set", "unknown_member",
        certificate([all[0], all[1], all[2], stranger])),
      fixture(
        type, "a quorum, and a fourth signature that does not verify", "bad_signature",
        certificate(beyond)),
      fixture(
        type, "another state root than the one signed", "bad_signature",
        certificate(all, root: made.genesisRoot)),
      fixture(
        type, "another height than the one signed", "bad_signature", certificate(all, height: 3)),
      fixture(
        type, "PREPAREs, called COMMITs", "bad_signature", certificate(prepares)),
      fixture(
        type, "a prepared certificate, where a block shall be final", "not_commit",
        certificate(prepares, kind: .prepare)),
      fixture(
        type, "below the first height of the set", "before_set", certificate(all, height: 0)),
      fixture(type, "kind 2", "unknown_tag", [2] + sound.bcs.dropFirst(), stage: "decode"),
    ]
  }

  func invalidBlocks() throws -> [InvalidFixture] {
    let bundle = made.entries[0].decided.bundles[0]
    let header = bundle.header
    let key = try made.keys.consensus(made.set.members[1])
    func bundled(_ header: BundleHeader, _ signature: Signature, _ list: [Transaction]) -> [UInt8] {
      Array(Bundle(header: header, signature: signature, transactions: list).bytes)
    }
    let twisted = try Transaction(decoding: try badlySigned()[0].bytes[...])
    let lie = BundleHeader(
      author: header.author, incarnation: header.incarnation, number: header.number,
      birthHeight: header.birthHeight, transactionCount: 1,
      transactionBytes: UInt32(twisted.bytes.count),
      transactionsRoot: MerkleTree.root(leaves: [twisted.bytes]))
    let author = try made.keys.consensus(
      made.set.members[try #require(made.set.index(of: header.author))])
    let lieSigned = author.sign(domain: .bundle, chain: chain, message: lie.bcs[...])
    let block = made.entries[2].header.bcs
    let statement = made.entries[0].statement.bcs
    var covered = block
    let flag = try #require(Self.place(of: made.entries[1].statement.bcs, in: block))
    covered[flag + statement.count - 1] = 2
    return [
      fixture(
        "Bundle", "a transaction fewer than the header says", "invalid_value",
        bundled(header, bundle.signature, Array(bundle.transactions.dropLast())),
        stage: "decode"),
      fixture(
        "Bundle", "the transactions in another order", "invalid_value",
        bundled(header, bundle.signature, bundle.transactions.reversed()), stage: "decode"),
      fixture(
        "Bundle", "signed by another ER Node than its author", "bad_signature",
        bundled(
          header, key.sign(domain: .bundle, chain: chain, message: header.bcs[...]),
          bundle.transactions)),
      fixture(
        "Bundle", "it holds a badly signed transaction", "bad_signature",
        bundled(lie, lieSigned, [twisted])),
      fixture(
        "BlockHeader", "version 1", "unknown_tag", [1] + block.dropFirst(), stage: "decode"),
      fixture(
        "BlockHeader", "a statement covered neither yes nor no", "invalid_boolean", covered,
        stage: "decode"),
      fixture(
        "BlockHeader", "a byte is missing", "truncated", Array(block.dropLast()), stage: "decode"),
      fixture(
        "Receipt", "outcome 3", "unknown_tag",
        made.entries[0].receipts[0].transaction.bytes.array + [3], stage: "decode"),
      fixture(
        "ValidatorSet", "members descend", "invalid_value",
        Self.swappedMembers(made.set.bcs), stage: "decode"),
    ]
  }

  /// The second and third signature in each other's place.
  private static func swappedSigners(_ bytes: [UInt8]) -> [UInt8] {
    let first = 82
    let size = 66
    var swapped = Array(bytes[..<(first + size)])
    swapped += bytes[(first + 2 * size)..<(first + 3 * size)]
    swapped += bytes[(first + size)..<(first + 2 * size)]
    swapped += bytes[(first + 3 * size)...]
    return swapped
  }

  private static func swappedMembers(_ bytes: [UInt8]) -> [UInt8] {
    var swapped = Array(bytes[..<9])
    swapped += bytes[73..<137]
    swapped += bytes[9..<73]
    swapped += bytes[137...]
    return swapped
  }

  private static func place(of part: [UInt8], in bytes: [UInt8]) -> Int? {
    (0...bytes.count - part.count).first { bytes[$0...].starts(with: part) }
  }
}

// MARK: Proofs

extension FixtureFiles {
  struct InvalidProof {
    let name: String
    let code: String
    let account: AccountID
    let proof: ProofAnswer
  }

  func invalidProofs() throws -> [InvalidProof] {
    let (alice, frank) = (made.keys.alice.account, made.keys.frank.account)
    let present = try proof(Account.key(alice))
    let absent = try proof(Account.key(frank))
    let value = try #require(present.value)
    func lie(
      _ name: String, _ code: String, of account: AccountID, _ honest: ProofAnswer,
      _ change: (inout ProofAnswer) -> Void
    ) -> InvalidProof {
      var answer = honest
      change(&answer)
      return InvalidProof(name: name, code: code, account: account, proof: answer)
    }
    var richer = try #require(Hex.decode(value))
    richer[0] ^= 1
    let older = made.entries[2]
    let few = QuorumCertificate(
      kind: .commit, height: made.last.height, view: 0, block: made.last.header.hash(chain),
      stateRoot: made.state.root,
      signatures: Array(made.last.decided.certificate.signatures.dropLast()))
    var sibling = try #require(Hex.decode(present.proof))
    sibling[sibling.count - 1] ^= 1
    return [
      lie("another value", "value_mismatch", of: alice, present) {
        $0.value = Hex.encode(richer)
      },
      lie("the value is left out", "wrong_kind", of: alice, present) { $0.value = nil },
      lie("a value is made up", "wrong_kind", of: frank, absent) { $0.value = value },
      lie("the proof of another account", "key_mismatch", of: frank, present) { _ in },
      lie("a sibling was changed", "root_mismatch", of: alice, present) {
        $0.proof = Hex.encode(sibling)
      },
      lie("the certificate has two signatures", "no_quorum", of: alice, present) {
        $0.certificate = Hex.encode(few.bcs)
      },
      lie("the certificate is of another block", "wrong_height", of: alice, present) {
        $0.certificate = Hex.encode(older.decided.certificate.bcs)
      },
    ]
  }
}
