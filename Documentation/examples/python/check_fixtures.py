"""Reads protocol/fixtures as a stranger's client would, and believes nothing.

Each value is decoded from its bytes and compared with its JSON; ids, hashes and roots are computed
anew; every signature, certificate and proof is verified; every invalid value must be refused with
the code that stands beside it.
"""

import json
import pathlib
import sys

from eco2 import Account, Certificate, Genesis, Key, Refused, ValidatorSet
from eco2 import account_id, address, check_account, is_signed, sha256
from values import Block, Bundle, Reader, Transaction, Vote
from values import header_fault, merkle_root, receipt, signed_message, statement, validators

FOLDER = pathlib.Path(__file__).parents[2] / "protocol" / "fixtures"


def main() -> int:
    chain = Chain(read("chain.json"))
    chain.transactions(read("transactions.json"))
    chain.bundles(read("bundles.json"))
    chain.blocks(read("blocks.json"))
    chain.votes(read("votes.json"))
    chain.accounts(read("accounts.json"))
    valid = chain.count
    refused = Refusals(chain).check(read("invalid.json"))
    print(f"  {valid} values of the fixtures hold, {refused} invalid ones are refused")
    return 0


def read(name: str):
    return json.loads((FOLDER / name).read_text())


def same(made, expected, what: str):
    if (made.hex() if isinstance(made, bytes) else made) != expected:
        raise SystemExit(f"{what}: {made!r} is not {expected!r}")


def data(entry: dict, name: str = "bcs") -> bytes:
    return bytes.fromhex(entry[name])


def without_sentences(fields: dict) -> dict:
    """An answer without the sentences, which only a node writes."""
    return {
        name: without_sentences(value) if isinstance(value, dict) else value
        for name, value in fields.items() if name != "message"
    }  # fmt: skip


class Chain:
    """The fixtures of what is valid."""

    def __init__(self, page: dict):
        self.genesis = Genesis.read(data(page["genesis"]))
        self.id, self.set = self.genesis.chain, self.genesis.validators
        self.count = 0
        same(self.id, page["genesis"]["chain"], "genesis hash")
        shown = page["genesis"]["json"]
        same(shown["chain"], self.id.hex(), "chain")
        same(shown["network"], self.genesis.network, "network")
        same(shown["bytes"], len(data(page["genesis"])), "length of genesis")
        same(ValidatorSet(*validators(data(page["validators"]))), self.set, "validators")
        same(self.set.hash(self.id), page["validators"]["hash"], "set hash")
        for index, (account, key) in enumerate(self.set.members):
            member = page["validators"]["json"]["members"][index]
            same(address(account, True), member["account"], "member")
            same(key, member["consensusKey"], "consensus key")
        round_ = sorted(
            range(len(self.set.members)),
            key=lambda index: sha256(
                b"eco2/schedule/v1" + self.id + (1).to_bytes(8, "little")
                + self.set.members[index][0]
            ),
        )  # fmt: skip
        same(round_, page["roundFromHeight1"], "schedule")
        for entry in page["keys"]:
            key = Key.from_seed(data(entry, "seed"))
            same(key.public, entry["publicKey"], entry["name"])
            if "address" in entry:
                same(account_id(entry["address"], True), entry["publicKey"], entry["name"])

    def transactions(self, page: list):
        self.receipts: "dict[int, list[bytes]]" = {}
        for entry in page:
            name = entry["name"]
            made = Transaction(data(entry))
            same(made.message(self.id), entry["signedMessage"], name)
            same(made.id(self.id), entry["id"], name)
            self.check_signatures(made)
            about, outcome = receipt(data(entry, "receipt"))
            same(about, entry["id"], name)
            shown = entry["json"]
            answer = {
                "id": entry["id"], "status": "final", "height": shown["height"],
                "index": len(self.receipts.setdefault(shown["height"], [])),
                "applied": outcome["outcome"] == "applied", "transaction": made.contents,
                "receipt": outcome,
            } | ({"code": outcome["code"]} if "code" in outcome else {})  # fmt: skip
            same(answer, without_sentences(shown), name)
            self.receipts[shown["height"]].append(data(entry, "receipt"))
            self.count += 1

    def check_signatures(self, transaction: Transaction):
        message = transaction.message(self.id)
        for key, signature in transaction.senders + transaction.sponsors:
            if not is_signed(key, message, signature):
                raise Refused("a signature does not verify", "bad_signature")

    def bundles(self, page: list):
        self.by_digest = {}
        for entry in page:
            made = Bundle(data(entry))
            self.check_bundle(made)
            same(made.message(self.id), entry["signedMessage"], entry["name"])
            same(made.json(self.id, entry["json"]["height"]), entry["json"], entry["name"])
            self.by_digest[data(entry, "digest")] = made
            self.count += 1

    def check_bundle(self, bundle: Bundle):
        keys = dict(self.set.members)
        if bundle.author not in keys:
            raise Refused("its author is no ER Node", "unknown_member")
        if not is_signed(keys[bundle.author], bundle.message(self.id), bundle.signature):
            raise Refused("it is not its author's", "bad_signature")
        for transaction in bundle.transactions:
            self.check_signatures(transaction)

    def blocks(self, page: list):
        parent, roots, stated = self.id, None, None
        self.hashes: "dict[int, tuple[bytes, bytes]]" = {}
        for height, entry in enumerate(page, start=1):
            block = Block(data(entry))
            same(block.height, height, "height")
            same(block.header, entry["header"], entry["name"])
            same(block.hash(self.id), entry["hash"], entry["name"])
            same(block.parent, parent.hex(), "parent")
            same(block.validators_hash, self.set.hash(self.id).hex(), "set")
            if roots:
                same(block.parent_roots, roots, "the parent's roots")
                same(block.parent_statement, stated, "the parent's statement")
            certificate = Certificate.read(data(entry["certificate"]))
            certificate.check(self.id, self.set)
            same(certificate.block, entry["hash"], "certified block")
            bundles = [self.by_digest[digest] for run in block.runs for digest in run[3]]
            transactions = [part.bytes for bundle in bundles for part in bundle.transactions]
            receipts = self.receipts.get(height, [])
            roots = (certificate.state_root, merkle_root(transactions), merkle_root(receipts))
            stated = statement(Reader(data(entry, "statement")))
            same(self.answer(block, certificate, roots, stated), entry["json"], entry["name"])
            self.check_certificate_answer(certificate, entry["certificate"])
            parent = block.hash(self.id)
            self.hashes[height] = (parent, certificate.state_root)
            self.check_commits(block)
            self.count += 2
        self.height = len(page)

    def answer(self, block: Block, certificate: Certificate, roots: tuple, stated: dict) -> dict:
        outcomes = [receipt(bytes_)[1]["outcome"] for bytes_ in self.receipts.get(block.height, [])]
        counts = {kind: outcomes.count(kind) for kind in ("applied", "failed", "skipped")}
        names = ("stateRoot", "transactionsRoot", "receiptsRoot")
        return counts | dict(zip(names, (root.hex() for root in roots))) | {
            "height": block.height, "hash": block.hash(self.id).hex(),
            "parent": block.parent.hex(), "timestamp": block.timestamp,
            "author": address(block.author, True), "view": certificate.view,
            "transactions": len(outcomes), "bundles": sum(len(run[3]) for run in block.runs),
            "signers": [member for member, _ in certificate.signatures],
            "statement": {name: value for name, value in stated.items() if name != "height"},
        }  # fmt: skip

    def check_certificate_answer(self, certificate: Certificate, entry: dict):
        same(
            {
                "height": certificate.height, "view": certificate.view,
                "block": certificate.block.hex(), "stateRoot": certificate.state_root.hex(),
                "validatorsHash": self.set.hash(self.id).hex(), "quorum": self.set.quorum,
                "signatures": [
                    {
                        "member": member, "signature": signature.hex(),
                        "account": address(self.set.members[member][0], True),
                    }
                    for member, signature in certificate.signatures
                ],
                "bytes": entry["bcs"],
            },
            entry["json"], f"certificate of height {certificate.height}",
        )  # fmt: skip

    def check_commits(self, block: Block):
        """The COMMITs a header carries for its parent and for blocks before."""
        groups = [(block.height - 1, block.parent_commits)] + block.late_commits
        for height, commits in groups:
            if height == 0 and commits:
                raise SystemExit("block 1 carries COMMITs of genesis")
            for member, view, signature in commits:
                hash_, root = self.hashes[height]
                places = height.to_bytes(8, "little") + view.to_bytes(8, "little")
                message = signed_message("eco2/commit/v1", self.id, places + hash_ + root)
                if not is_signed(self.set.members[member][1], message, signature):
                    raise SystemExit(f"header {block.height}: COMMIT of member {member}")

    def votes(self, page: list):
        changes: "list[bytes]" = []
        for entry in page:
            if entry["type"] == "QuorumCertificate":
                self.check_prepared(data(entry))
            else:
                vote = Vote(data(entry))
                same(vote.message(self.id), entry["signedMessage"], entry["name"])
                same(vote.json, entry["json"], entry["name"])
                self.check_vote(vote)
                if vote.json["kind"] == "view-change":
                    changes.append(data(entry))
                if vote.json["kind"] == "new-view":
                    listed = bytes([len(changes)]) + b"".join(changes)
                    digest = sha256(signed_message("eco2/new-view/v1", self.id, listed))
                    same(digest, vote.json["viewChanges"], "digest of view changes")
            self.count += 1

    def check_vote(self, vote: Vote):
        if vote.member >= len(self.set.members):
            raise Refused("the set has no such member", "unknown_member")
        if not is_signed(self.set.members[vote.member][1], vote.message(self.id), vote.signature):
            raise Refused("the vote's signature does not verify", "bad_signature")

    def check_prepared(self, encoded: bytes):
        prepared = Certificate.read(encoded)
        same(prepared.is_commit, False, "a prepared certificate")
        same(len(prepared.signatures) >= self.set.quorum, True, "its quorum")
        places = prepared.height.to_bytes(8, "little") + prepared.view.to_bytes(8, "little")
        signed = places + prepared.block + prepared.state_root
        message = signed_message("eco2/prepare/v1", self.id, signed)
        for member, signature in prepared.signatures:
            same(is_signed(self.set.members[member][1], message, signature), True, "a PREPARE")

    def accounts(self, page: list):
        self.records: "dict[bytes, Account | None]" = {}
        for entry in page:
            shown, key = entry["json"], data(entry, "id")
            record = check_account(self.genesis, key, shown)
            self.records[key] = record
            threshold, keys = (record and record.authority) or (1, [key])
            answer = {
                "address": address(key, True), "id": key.hex(), "height": self.height,
                "exists": record is not None, "eco2": str(record.eco2 if record else 0),
                "ecc": str(record.ecc if record else 0),
                "sequence": record.sequence if record else 0, "threshold": threshold,
                "keys": [key.hex() for key in keys],
            }  # fmt: skip
            others = ("pendingSequence", "proof")  # what waits on a node; checked above
            same(
                answer, {name: shown[name] for name in shown if name not in others}, entry["name"]
            )
            self.count += 1


class Refusals:
    """The fixtures of what is invalid."""

    # The rules' prices decide these; a client asks a node for an estimate.
    PRICED = ("charge_above_maximum", "fee_above_maximum")

    def __init__(self, chain: Chain):
        self.chain = chain

    def check(self, page: dict) -> int:
        self.judge("Transaction", data(page["sound"]))
        for entry in page["invalid"]:
            if entry["code"] not in self.PRICED:
                self.expect(entry, lambda: self.judge(entry["type"], data(entry)))
        for entry in page["invalidProofs"]:
            answer = {"proof": entry["proof"]}
            self.expect(
                entry, lambda: check_account(self.chain.genesis, data(entry, "id"), answer)
            )
        return len(page["invalid"]) + len(page["invalidProofs"])

    @staticmethod
    def expect(entry: dict, judge):
        try:
            judge()
        except Refused as refused:
            same(refused.code, entry["code"], f"{entry['type']}: {entry['name']} ({refused})")
        else:
            raise SystemExit(f"{entry['type']}: {entry['name']}: it was believed")

    def judge(self, kind: str, encoded: bytes):
        chain = self.chain
        if kind == "Transaction":
            self.judge_transaction(Transaction(encoded))
        elif kind == "Bundle":
            chain.check_bundle(Bundle(encoded))
        elif kind == "Vote":
            chain.check_vote(Vote(encoded))
        elif kind == "QuorumCertificate":
            Certificate.read(encoded).check(chain.id, chain.set)
        elif kind == "BlockHeader":
            header_fault(encoded)
        elif kind == "Receipt":
            receipt(encoded)
        elif kind == "ValidatorSet":
            validators(encoded)
        else:
            raise SystemExit(f"no decoder of {kind}")

    def judge_transaction(self, made: Transaction):
        """What a node whose tip is the last block says, but for prices (transactions.md)."""
        if made.tag != self.chain.id[:4]:
            raise Refused("its chain tag is another", "wrong_chain")
        self.chain.check_signatures(made)
        height = self.chain.height + 1
        if made.valid_until < height:
            raise Refused("its last height has passed", "expired")
        if made.valid_until > height + 60_480:
            raise Refused("it is valid for too long", "validity_too_long")
        self.check_sequence(made)
        self.check_signers(made.sender, made.senders, "unauthorised")
        if made.sponsor:
            self.check_signers(made.sponsor, made.sponsors, "sponsor_unauthorised")
        payer = self.chain.records[made.sponsor or made.sender]
        if made.charge_max > (payer.ecc if payer else 0):
            raise Refused("the payer has too little ECC", "charge_unpayable")
        if made.fee_max + made.tip > (payer.eco2 if payer else 0):
            raise Refused("the payer has too little ECO2", "fee_unpayable")

    def check_sequence(self, made: Transaction):
        record = self.chain.records[made.sender]
        highest = record.sequence if record else 0
        if made.sequence > highest + 512:
            raise Refused("its sequence is too far ahead", "sequence_too_far_ahead")
        bit = highest - 1 - made.sequence
        words = record.unused if record else []
        unused = 0 <= bit < 64 * len(words) and words[bit // 64] >> bit % 64 & 1
        if made.sequence <= highest and not unused:
            raise Refused("its sequence was used", "replayed")

    def check_signers(self, account: bytes, signers: list, code: str):
        record = self.chain.records[account]
        threshold, keys = (record and record.authority) or (1, [account])
        if len(signers) < threshold or any(key not in keys for key, _ in signers):
            raise Refused("its signers are not the account's", code)


if __name__ == "__main__":
    sys.exit(main())
