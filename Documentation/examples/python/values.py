"""Every signed or hashed value of the protocol: from its bytes to the JSON that the API serves.

Written from Documentation/protocol alone, on top of eco2.py. A decoder takes exactly the bytes of
one value and raises Refused, with the code of protocol/fixtures, for everything else.
"""

from eco2 import Reader, Refused, address, sha256

TOKENS = ("ECO2", "ECC")
OPERATIONS = ("transfer", "set-authority", "top-up-reserve", "report-offence")
VOTES = ("view-change", "new-view", "pre-prepare", "prepare", "commit")
OUTCOMES = ("applied", "failed", "skipped")
STATEMENT = (
    "footprint due paid coveredByFund arrears fundOverhead overheadDue operationCharges "
    "arrearsOpen footprintCumulative consumedCumulative"
).split()
# transactions.md: faults by number.
FAULTS = (
    "malformed oversized wrong_chain bad_signature expired validity_too_long replayed "
    "sequence_too_far_ahead unauthorised sponsor_unauthorised charge_unpayable fee_unpayable "
    "charge_above_maximum fee_above_maximum insufficient_balance overflow zero_amount "
    "self_transfer unknown_node block_full pool_full sender_queue_full already_known "
    "not_ready evidence_invalid evidence_too_old evidence_too_early unknown_offender "
    "offence_known too_many_reports not_registrar not_custodian unknown_registry "
    "unknown_request request_closed already_decided own_request serial_overlap "
    "partly_exported cap_exceeded project_differs unknown_project invalid_credit "
    "custodian_limit buffer_too_small bond_too_small custody_lapsed deposits_stopped "
    "unknown_lot not_owner lot_not_tradable range_outside_lot not_eligible not_whole_tonnes "
    "invalid_date unknown_retirement already_confirmed unknown_obligation obligation_met "
    "no_open_bid bid_below_minimum reserve_too_low not_collectable lots_above_maximum "
    "votes_insufficient too_many_unlocks not_unlocked voting_closed "
    "unknown_candidate candidate_not_standing same_candidate nothing_earned "
    "already_candidate invalid_candidate key_taken possession_invalid "
    "not_declaring already_ready candidate_jailed candidate_standing "
    "bond_locked not_jailed jail_too_short owes_dues "
    "invalid_height key_change_pending not_entitled invalid_motion "
    "too_many_motions unknown_motion motion_over not_asked not_proposer no_veto "
    "operation_paused"
).split()


def signed_message(tag: str, chain: bytes, message: bytes) -> bytes:
    return tag.encode() + chain + message


def merkle_root(leaves: "list[bytes]") -> bytes:
    """The root of RFC 6962."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0])
    half = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + merkle_root(leaves[:half]) + merkle_root(leaves[half:]))


def ascending(values: list, what: str):
    if any(one >= two for one, two in zip(values, values[1:])):
        raise Refused(f"{what} do not ascend", "unsorted")


# --- Transactions: transactions.md ----------------------------------------------------------------


class Transaction:
    def __init__(self, data: bytes, is_test: bool = True):
        if len(data) > 36_864:
            raise Refused("a transaction has at most 36,864 bytes", "length_out_of_range")
        r = Reader(data)
        self.contents: dict = {}
        self._body(r, is_test)
        self.bytes, self.body = data, data[: r.offset]
        self.senders = self._authorizations(r, 1, 16)
        self.sponsors = self._authorizations(r, *((1, 16) if self.sponsor else (0, 0)))
        r.finish()
        if len(data) > 32_768 and [o.get("offence") for o in self.contents["operations"]] != [
            "bad-bundle"
        ]:
            raise Refused("only reports of bundles are longer than 32,768", "length_out_of_range")
        for name, list_ in (("sender", self.senders), ("sponsor", self.sponsors)):
            self.contents[f"{name}Authorizations"] = [
                {"key": key.hex(), "signature": signature.hex()} for key, signature in list_
            ]

    def _body(self, r: Reader, is_test: bool):
        r.tag(1)
        self.tag, self.sender = r.raw(4), r.raw(32)
        self.sequence, self.valid_until = r.uint(8), r.uint(8)
        self.charge_max, self.fee_max, self.tip = r.uint(16), r.uint(16), r.uint(16)
        self.sponsor = r.option(lambda: r.raw(32))
        self.contents |= {
            "chainTag": self.tag.hex(), "sender": address(self.sender, is_test),
            "sequence": self.sequence, "validUntil": self.valid_until,
            "chargeMax": str(self.charge_max), "feeMax": str(self.fee_max), "tip": str(self.tip),
            "operations": r.list(64, lambda: operation(r, is_test), least=1),
        }  # fmt: skip
        if self.sponsor:
            self.contents["sponsor"] = address(self.sponsor, is_test)

    @staticmethod
    def _authorizations(r: Reader, least: int, bound: int):
        found = r.list(bound, lambda: (r.raw(32), r.raw(64)), least=least)
        ascending([key for key, _ in found], "the signers' keys")
        return found

    def message(self, chain: bytes) -> bytes:
        return signed_message("eco2/tx/v1", chain, self.body)

    def id(self, chain: bytes) -> bytes:
        return sha256(self.message(chain))


def operation(r: Reader, is_test: bool) -> dict:
    kind = r.tag(len(OPERATIONS))
    if kind == 0:
        token, recipient, amount = r.tag(2), r.raw(32), r.uint(16)
        fields = {"token": TOKENS[token], "recipient": address(recipient, is_test)}
        fields["amount"] = str(amount)
    elif kind == 1:
        threshold, keys = r.uint(1), r.list(16, lambda: r.raw(32), least=1)
        ascending(keys, "the keys")
        if not 1 <= threshold <= len(keys):
            raise Refused(f"threshold {threshold} of {len(keys)} keys", "invalid_value")
        fields = {"threshold": threshold, "keys": [key.hex() for key in keys]}
    elif kind == 2:
        fields = {"node": address(r.raw(32), is_test), "amount": str(r.uint(16))}
    else:
        fields = evidence(r)
    return {"kind": OPERATIONS[kind]} | fields


def evidence(r: Reader) -> dict:
    """votes.md, "Offences": of which height, and what it proves, signatures aside."""
    start = r.offset
    if r.tag(2) == 1:
        r.raw(48)
        height, count, size = r.uint(8), r.uint(4), r.uint(4)
        if not 1 <= count <= 4_384 or size > 561_152:
            raise Refused("no bundle is of this size", "invalid_value")
        r.raw(96)
        r.raw(r.uleb(32_768, 1))
        r.raw(16)
        r.list(64, lambda: r.raw(32))
        offence = "bad-bundle"
    else:
        one, two = Vote.read(r), Vote.read(r)
        height, offence = one.json["height"], offence_of(one, two)
        if offence is None:
            raise Refused("the two votes prove nothing, or in this order", "invalid_value")
    return {"offence": offence, "height": height, "evidence": r.data[start : r.offset].hex()}


def offence_of(one: "Vote", two: "Vote") -> "str | None":
    first, second = one.json, two.json
    if (one.member, first["height"]) != (two.member, second["height"]):
        return None
    if (first["view"], first["kind"]) == (second["view"], second["kind"]):
        return "equivocation" if one.statement < two.statement else None
    if (first["kind"], second["kind"]) != ("commit", "view-change"):
        return None
    prepared = second.get("prepared")
    knows = prepared and (prepared["view"], prepared["block"]) >= (first["view"], "")
    if knows and prepared["view"] == first["view"]:
        knows = prepared["block"] == first["block"]
    return "amnesia" if second["view"] > first["view"] and not knows else None


def receipt(data: bytes) -> "tuple[bytes, dict]":
    """The transaction's id, and the receipt without the sentence that the API adds."""
    r = Reader(data)
    transaction, outcome = r.raw(32), r.tag(len(OUTCOMES))
    fields: dict = {"outcome": OUTCOMES[outcome]}
    if outcome == 1:
        fields["operation"] = r.uint(1)
    if outcome > 0:
        number = r.uint(2)
        if not 1 <= number <= len(FAULTS):
            raise Refused(f"fault {number} names nothing", "unknown_tag")
        fields["code"] = FAULTS[number - 1]
    if outcome == 1 and r.flag():
        fields["subject"] = r.uint(8)
    fields |= {"charge": str(r.uint(16)), "fee": str(r.uint(16))}
    r.finish()
    return transaction, fields


# --- Bundles and blocks: bundles.md, blocks.md ----------------------------------------------------


class Bundle:
    def __init__(self, data: bytes, is_test: bool = True):
        r = Reader(data)
        self.author, self.incarnation, self.number = r.raw(32), r.uint(8), r.uint(8)
        self.birth_height, count, size = r.uint(8), r.uint(4), r.uint(4)
        self.root = r.raw(32)
        self.header = data[: r.offset]
        self.signature = r.raw(64)
        parts = r.list(4_384, lambda: r.raw(r.uleb(36_864, 1)), least=1)
        self.transactions = [Transaction(part, is_test) for part in parts]
        r.finish()
        if (count, size, self.root) != (len(parts), sum(map(len, parts)), merkle_root(parts)):
            raise Refused("header and transactions do not agree", "invalid_value")

    def message(self, chain: bytes) -> bytes:
        return signed_message("eco2/bundle/v1", chain, self.header)

    def json(self, chain: bytes, height: int, is_test: bool = True) -> dict:
        return {
            "digest": sha256(self.message(chain)).hex(), "author": address(self.author, is_test),
            "incarnation": self.incarnation, "number": self.number,
            "birthHeight": self.birth_height, "transactionsRoot": self.root.hex(),
            "signature": self.signature.hex(), "height": height,
            "transactions": [part.id(chain).hex() for part in self.transactions],
        }  # fmt: skip


def statement(r: Reader) -> dict:
    """A CarbonStatement as the API shows it, and its height."""
    fields = {"height": r.uint(8)} | {name: str(r.uint(16)) for name in STATEMENT}
    return fields | {"tonnesRetiredCumulative": r.uint(8), "covered": r.flag()}


class Block:
    """A header, and what a block names its bundles by."""

    def __init__(self, data: bytes):
        r = Reader(data)
        self._header(r)
        self.header = data[: r.offset]
        self.runs, leaves = [], []
        for _ in range(r.uleb(128)):
            start = r.offset
            author, incarnation, first = r.raw(32), r.uint(8), r.uint(8)
            self.runs.append((author, incarnation, first, r.list(256, lambda: r.raw(32), least=1)))
            leaves.append(data[start : r.offset])
        r.finish()
        if merkle_root(leaves) != self.bundles_root:
            raise Refused("the runs are not those of the header", "invalid_value")

    def _header(self, r: Reader):
        r.tag(1)
        self.height, self.timestamp = r.uint(8), r.uint(8)
        self.author, self.parent, self.bundles_root = r.raw(32), r.raw(32), r.raw(32)
        self.validators_hash, self.next_validators_hash = r.raw(32), r.raw(32)
        self.parent_roots = (r.raw(32), r.raw(32), r.raw(32))
        self.parent_statement = statement(r)
        self.parent_commits = self._commits(r, 0)
        self.late_commits = r.list(8, lambda: (r.uint(8), self._commits(r, 1)))
        ascending([-height for height, _ in self.late_commits], "the late COMMITs, downwards,")

    @staticmethod
    def _commits(r: Reader, least: int):
        found = r.list(64, lambda: (r.uint(2), r.uint(8), r.raw(64)), least=least)
        ascending([member for member, _, _ in found], "the members")
        return found

    def hash(self, chain: bytes) -> bytes:
        return sha256(signed_message("eco2/block/v1", chain, self.header))


def header_fault(data: bytes):
    """Raises Refused unless the bytes are one header."""
    r = Reader(data)
    Block._header(Block.__new__(Block), r)
    r.finish()


# --- Votes and sets: votes.md, blocks.md ----------------------------------------------------------


class Vote:
    def __init__(self, data: bytes):
        r = Reader(data)
        self._fields(r)
        r.finish()

    @staticmethod
    def read(r: Reader) -> "Vote":
        vote = Vote.__new__(Vote)
        vote._fields(r)
        return vote

    def _fields(self, r: Reader):
        kind = r.tag(len(VOTES))
        start = r.offset
        self.json: dict = {"kind": VOTES[kind], "height": r.uint(8), "view": r.uint(8)}
        if kind == 0:
            prepared = r.option(lambda: {"view": r.uint(8), "block": r.raw(32).hex()})
            self.json |= {"prepared": prepared} if prepared else {}
        else:
            self.json |= {"viewChanges": r.raw(32).hex()} if kind == 1 else {}
            self.json["block"] = r.raw(32).hex()
            self.json |= {"stateRoot": r.raw(32).hex()} if kind > 2 else {}
        self.statement = r.data[start : r.offset]
        self.member, self.signature = r.uint(2), r.raw(64)
        self.json |= {"member": self.member, "signature": self.signature.hex()}

    def message(self, chain: bytes) -> bytes:
        return signed_message(f"eco2/{self.json['kind']}/v1", chain, self.statement)


def validators(data: bytes) -> "tuple[int, list[tuple[bytes, bytes]]]":
    """A set's first height and its members: account and consensus key."""
    r = Reader(data)
    first, members = r.uint(8), r.list(64, lambda: (r.raw(32), r.raw(32)), least=4)
    accounts, keys = [account for account, _ in members], {key for _, key in members}
    if accounts != sorted(set(accounts)) or len(keys) != len(members):
        raise Refused("its members do not ascend, or share a key", "invalid_value")
    r.finish()
    return first, members
