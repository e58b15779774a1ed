"""A client for ECO2 Ledger in one file: Python's standard library and an Ed25519 package.

Written from Documentation/protocol alone; each part names its page. It is an example to read and to
copy from, not a product: it verifies Ed25519 by RFC 8032 as OpenSSL does, which agrees with ZIP-215
on every signature that an honest key makes (signing.md).
"""

import hashlib
import http.client
import json
import urllib.parse
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)


def sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


class Refused(Exception):
    """Bytes or a proof that are not what the protocol says; the code is that of the fixtures."""

    def __init__(self, message: str, code: str = "refused"):
        super().__init__(message)
        self.code = code


# --- Bytes: encoding.md ---------------------------------------------------------------------------


class Writer:
    """Appends values in BCS."""

    def __init__(self):
        self.bytes = bytearray()

    def uint(self, size: int, value: int):
        self.bytes += value.to_bytes(size, "little")  # OverflowError where it does not fit

    def uleb(self, value: int):
        while value >= 0x80:
            self.bytes.append(value & 0x7F | 0x80)
            value >>= 7
        self.bytes.append(value)

    def raw(self, data: bytes):
        self.bytes += data

    def option(self, data: "bytes | None"):
        self.bytes += b"\x00" if data is None else b"\x01" + data


class Reader:
    """Reads BCS and refuses what has another encoding than the one allowed."""

    def __init__(self, data: bytes):
        self.data = data
        self.offset = 0

    def raw(self, count: int) -> bytes:
        if count > len(self.data) - self.offset:
            raise Refused(
                f"the bytes end at {len(self.data)}, {count} more are wanted", "truncated"
            )
        self.offset += count
        return self.data[self.offset - count : self.offset]

    def uint(self, size: int) -> int:
        return int.from_bytes(self.raw(size), "little")

    def uleb(self, bound: int = 2**32 - 1, least: int = 0) -> int:
        value = 0
        for shift in range(0, 35, 7):
            byte = self.raw(1)[0]
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                if byte == 0 and shift > 0 or value > 2**32 - 1:
                    break
                if not least <= value <= bound:
                    raise Refused(
                        f"{value} at {self.offset}, allowed are {least} to {bound}",
                        "length_out_of_range",
                    )
                return value
        raise Refused(f"{self.offset}: a number not in its shortest form", "non_canonical_length")

    def tag(self, count: int) -> int:
        """The tag of an enum with so many cases."""
        tag = self.uleb()
        if tag >= count:
            raise Refused(f"tag {tag} before {self.offset} names nothing", "unknown_tag")
        return tag

    def text(self, bound: int) -> str:
        return self.raw(self.uleb(bound)).decode("utf-8")

    def flag(self) -> bool:
        byte = self.raw(1)[0]
        if byte > 1:
            raise Refused(f"byte {byte} before {self.offset} is neither 0 nor 1", "invalid_boolean")
        return byte == 1

    def list(self, bound: int, element, least: int = 0) -> list:
        return [element() for _ in range(self.uleb(bound, least))]

    def option(self, element):
        return element() if self.flag() else None

    def finish(self):
        if self.offset != len(self.data):
            raise Refused(f"{len(self.data) - self.offset} bytes are left over", "trailing_bytes")


# --- Names: identifiers.md ------------------------------------------------------------------------

_ALPHABET = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"


def _bech32_checksum(values) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(
            (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
        ):
            if top >> bit & 1:
                checksum ^= generator
    return checksum


def _expanded(prefix: str):
    return [ord(c) >> 5 for c in prefix] + [0] + [ord(c) & 31 for c in prefix]


def address(account: bytes, is_test: bool) -> str:
    """An account id as people write it: Bech32m (BIP-350)."""
    prefix = "eco2t" if is_test else "eco2"
    bits = "".join(f"{byte:08b}" for byte in account)
    bits += "0" * (-len(bits) % 5)
    groups = [int(bits[i : i + 5], 2) for i in range(0, len(bits), 5)]
    checksum = _bech32_checksum(_expanded(prefix) + groups + [0] * 6) ^ 0x2BC830A3
    groups += [checksum >> 5 * (5 - i) & 31 for i in range(6)]
    return prefix + "1" + "".join(_ALPHABET[group] for group in groups)


def account_id(text: str, is_test: bool) -> bytes:
    """Reads an address of the network; refuses every other text."""
    if text != text.lower() and text != text.upper():
        raise Refused("an address is in one case")
    prefix, _, rest = text.lower().rpartition("1")
    if prefix != ("eco2t" if is_test else "eco2"):
        raise Refused(f"`{prefix}` is not the prefix of this network's addresses")
    groups = [_ALPHABET.find(c) for c in rest]
    if -1 in groups or _bech32_checksum(_expanded(prefix) + groups) != 0x2BC830A3:
        raise Refused("the address's checksum is wrong")
    bits = "".join(f"{group:05b}" for group in groups[:-6])
    if len(bits) != 260 or "1" in bits[256:]:
        raise Refused("an address is of 32 bytes")
    return int(bits[:256], 2).to_bytes(32, "big")


class Key:
    """An Ed25519 key pair. Its public key is the id of a simple account."""

    def __init__(self, private: Ed25519PrivateKey):
        self._private = private
        self.public: bytes = private.public_key().public_bytes(
            serialization.Encoding.Raw, serialization.PublicFormat.Raw
        )

    @staticmethod
    def generate() -> "Key":
        return Key(Ed25519PrivateKey.generate())

    @staticmethod
    def from_seed(seed: bytes) -> "Key":
        return Key(Ed25519PrivateKey.from_private_bytes(seed))

    @staticmethod
    def load(pem: bytes, passphrase: "bytes | None" = None) -> "Key":
        return Key(serialization.load_pem_private_key(pem, passphrase))

    def pem(self, passphrase: "bytes | None" = None) -> bytes:
        """PKCS#8 PEM, as `eco2` and `openssl pkey` read it."""
        return self._private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(passphrase)
            if passphrase
            else serialization.NoEncryption(),
        )

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def is_signed(key: bytes, message: bytes, signature: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
        return True
    except (InvalidSignature, ValueError):
        return False


# --- Transactions: transactions.md ----------------------------------------------------------------

ECO2, ECC = 0, 1


def transfer(token: int, recipient: bytes, amount: int) -> bytes:
    """Operation 0: moves base units of a token."""
    out = Writer()
    out.uleb(0)
    out.uleb(token)
    out.raw(recipient)
    out.uint(16, amount)
    return bytes(out.bytes)


def set_authority(threshold: int, keys: "list[bytes]") -> bytes:
    """Operation 1: from the next block on, `threshold` of these keys sign for the sender."""
    out = Writer()
    out.uleb(1)
    out.uint(1, threshold)
    out.uleb(len(keys))
    for key in sorted(keys):
        out.raw(key)
    return bytes(out.bytes)


def top_up_reserve(node: bytes, amount: int) -> bytes:
    """Operation 2: moves ECC into an ER Node's carbon reserve."""
    out = Writer()
    out.uleb(2)
    out.raw(node)
    out.uint(16, amount)
    return bytes(out.bytes)


@dataclass
class Body:
    """What is signed. Amounts are base units."""

    chain: bytes
    sender: bytes
    sequence: int
    valid_until: int
    operations: "list[bytes]"
    charge_max: int = 0
    fee_max: int = 0
    tip: int = 0
    sponsor: "bytes | None" = None

    @property
    def bytes(self) -> bytes:
        out = Writer()
        out.uleb(0)
        out.raw(self.chain[:4])
        out.raw(self.sender)
        out.uint(8, self.sequence)
        out.uint(8, self.valid_until)
        out.uint(16, self.charge_max)
        out.uint(16, self.fee_max)
        out.uint(16, self.tip)
        out.option(self.sponsor)
        out.uleb(len(self.operations))
        for operation in self.operations:
            out.raw(operation)
        return bytes(out.bytes)

    @property
    def message(self) -> bytes:
        """What every signer signs; its hash is the transaction's id (signing.md)."""
        return b"eco2/tx/v1" + self.chain + self.bytes

    @property
    def id(self) -> bytes:
        return sha256(self.message)

    def signed(self, senders: "list[Key]", sponsors: "list[Key]" = ()) -> bytes:
        """The transaction as it is sent."""
        out = Writer()
        out.raw(self.bytes)
        for keys in (senders, sponsors):
            out.uleb(len(keys))
            for key in sorted(keys, key=lambda key: key.public):
                out.raw(key.public)
                out.raw(key.sign(self.message))
        return bytes(out.bytes)


# --- Genesis, sets, headers, certificates: genesis.md, blocks.md, votes.md ------------------------


@dataclass
class ValidatorSet:
    first_height: int
    members: "list[tuple[bytes, bytes]]"  # account, consensus key; ascending by account

    @property
    def quorum(self) -> int:
        return 2 * len(self.members) // 3 + 1

    def hash(self, chain: bytes) -> bytes:
        out = Writer()
        out.uint(8, self.first_height)
        out.uleb(len(self.members))
        for account, key in self.members:
            out.raw(account)
            out.raw(key)
        return sha256(b"eco2/set/v1" + chain + bytes(out.bytes))

    @staticmethod
    def read(data: bytes) -> "ValidatorSet":
        r = Reader(data)
        first_height = r.uint(8)
        members = r.list(64, lambda: (r.raw(32), r.raw(32)), least=4)
        r.finish()
        accounts = [account for account, _ in members]
        if any(one >= two for one, two in zip(accounts, accounts[1:])):
            raise Refused("its members do not ascend", "unsorted")
        if len({key for _, key in members}) != len(members):
            raise Refused("two members have one key")
        return ValidatorSet(first_height, members)


@dataclass
class Genesis:
    """The first fields of a genesis document: enough to know the chain and its first set."""

    chain: bytes
    network: str
    is_test: bool
    time: int
    interval: int
    validators: ValidatorSet

    @staticmethod
    def read(document: bytes) -> "Genesis":
        data = Reader(document)
        data.uleb(0)
        network, is_test = data.text(32), data.flag()
        time, interval = data.uint(8), data.uint(8)
        seats = Genesis._seats(data)
        for _ in range(data.uleb(10_000)):  # factors
            data.text(32), data.text(128), data.uint(2), data.uint(8), data.text(512), data.text(256)
        members = []
        for _ in range(data.uleb(64)):
            account, key = data.raw(32), data.raw(32)
            data.raw(64 + 32)  # possession, transport key
            data.text(64), data.text(255)
            data.uleb(2), data.text(32), data.raw(24)  # energy profile
            data.flag()
            members.append((account, key))
        return Genesis(
            sha256(b"eco2/genesis/v1" + document), network, is_test, time, interval,
            ValidatorSet(1, sorted(members[:seats])),
        )  # fmt: skip

    @staticmethod
    def _seats(data: Reader) -> int:
        """Reads the parameters, of which the members of a full set are needed."""
        data.uleb(0)
        data.raw(32)  # transaction and signature cost
        data.list(255, lambda: data.raw(16))
        data.raw(16)  # a lot's cost
        data.raw(8 * 4)  # network energy, charge multiplier, due margin, overhead
        data.list(255, lambda: data.raw(16))  # tier floors
        data.raw(16)  # unattested floor
        data.raw(16 + 8 * 4 + 16)  # base fee floor; block weight, bytes; weights; creation fee
        data.list(64, lambda: data.text(48))
        data.list(255, lambda: data.uleb())
        data.uint(8)
        data.raw(8 + 16 + 8 + 16 + 8 + 8)  # registry: request time … obligation time
        data.raw(8 + 16 + 16 + 8 * 4)  # fund: target days … debt time
        seats = data.uint(8)
        data.raw(8 * 4 + 16 + 8 * 5 + 16 + 8)  # elections: term … slash
        data.raw(8 * 3)  # governance: delay, motion time, pause time
        return seats


@dataclass
class Header:
    bytes: bytes
    height: int
    timestamp: int
    author: bytes
    parent: bytes
    validators_hash: bytes
    next_validators_hash: bytes
    parent_state_root: bytes
    parent_statement: dict = field(repr=False)

    @staticmethod
    def read(data: bytes) -> "Header":
        r = Reader(data)
        r.tag(1)
        height, timestamp, author, parent = r.uint(8), r.uint(8), r.raw(32), r.raw(32)
        r.raw(32)  # bundles root
        validators, following, root = r.raw(32), r.raw(32), r.raw(32)
        r.raw(64)  # the parent's transactions and receipts roots
        names = (
            "footprint due paid coveredByFund arrears fundOverhead overheadDue operationCharges "
            "arrearsOpen footprintCumulative consumedCumulative"
        ).split()
        statement = {"height": r.uint(8)} | {name: r.uint(16) for name in names}
        statement |= {"tonnesRetiredCumulative": r.uint(8), "covered": r.flag()}
        r.list(64, lambda: r.raw(2 + 8 + 64))
        r.list(8, lambda: (r.uint(8), r.list(64, lambda: r.raw(2 + 8 + 64))))
        r.finish()
        return Header(
            data, height, timestamp, author, parent, validators, following, root, statement
        )

    def hash(self, chain: bytes) -> bytes:
        return sha256(b"eco2/block/v1" + chain + self.bytes)


@dataclass
class Certificate:
    """The COMMITs that made a block and the state after it final."""

    is_commit: bool
    height: int
    view: int
    block: bytes
    state_root: bytes
    signatures: "list[tuple[int, bytes]]"

    @staticmethod
    def read(data: bytes) -> "Certificate":
        r = Reader(data)
        certificate = Certificate(
            r.tag(2) == 1, r.uint(8), r.uint(8), r.raw(32), r.raw(32),
            r.list(64, lambda: (r.uint(2), r.raw(64)), least=1),
        )  # fmt: skip
        members = [member for member, _ in certificate.signatures]
        if any(one >= two for one, two in zip(members, members[1:])):
            raise Refused("its members do not ascend", "unsorted")
        r.finish()
        return certificate

    def check(self, chain: bytes, validators: ValidatorSet):
        """Raises Refused unless a quorum of the set, and nobody else, has signed."""
        members = [member for member, _ in self.signatures]
        if not self.is_commit:
            raise Refused("a certificate of PREPAREs decides nothing", "not_commit")
        if self.height < validators.first_height:
            raise Refused("the set decides later heights", "before_set")
        for member in members:
            if member >= len(validators.members):
                raise Refused(f"the set has no member {member}", "unknown_member")
        if any(one >= two for one, two in zip(members, members[1:])):
            raise Refused("its members do not ascend", "unsorted")
        if len(members) < validators.quorum:
            raise Refused(
                f"{len(members)} signatures, {validators.quorum} are needed", "no_quorum"
            )
        out = Writer()
        out.uint(8, self.height)
        out.uint(8, self.view)
        message = (
            b"eco2/commit/v1" + chain + bytes(out.bytes) + self.block + self.state_root
        )
        for member, signature in self.signatures:
            if not is_signed(validators.members[member][1], message, signature):
                raise Refused(
                    f"the signature of member {member} is not of this block", "bad_signature"
                )


# --- State proofs: proofs.md, state.md ------------------------------------------------------------


def account_key(account: bytes) -> bytes:
    """The raw key of an account's record."""
    return b"\x01\x00" + account


@dataclass
class Account:
    eco2: int
    ecc: int
    sequence: int  # the highest that is used
    unused: "list[int]"  # words of bits: which of those below it are not
    authority: "tuple[int, list[bytes]] | None"  # threshold and keys, unless it is the id alone

    @staticmethod
    def read(value: bytes) -> "Account":
        r = Reader(value)
        account = Account(
            r.uint(16), r.uint(16), r.uint(8), r.list(16, lambda: r.uint(8)),
            r.option(lambda: (r.uint(1), r.list(16, lambda: r.raw(32), least=1))),
        )  # fmt: skip
        r.finish()
        return account


def _fields(message: bytes) -> "list[tuple[int, bytes | int]]":
    """A protobuf message's fields in order: numbers and byte strings, all that ICS-23 needs."""
    r = Reader(message)
    found = []
    while r.offset < len(message):
        tag = r.uleb()
        if tag & 7 == 0:
            found.append((tag >> 3, r.uleb()))
        elif tag & 7 == 2:
            found.append((tag >> 3, r.raw(r.uleb())))
        else:
            raise Refused(f"protobuf wire type {tag & 7}")
    return found


def _one(fields, number: int, default=None):
    values = [value for n, value in fields if n == number]
    if len(values) > 1:
        raise Refused(f"field {number} stands twice")
    return values[0] if values else default


@dataclass
class _Existence:
    key: bytes
    value: bytes
    path: "list[tuple[bool, bytes]]"  # from the leaf up: is the child left; the sibling

    @staticmethod
    def read(message: bytes) -> "_Existence":
        fields = _fields(message)
        leaf = _fields(_one(fields, 3, b""))
        if sorted(leaf) != [(1, 1), (2, 1), (3, 1), (5, b"\x00")]:
            raise Refused("the leaf is not hashed as the state tree says", "not_in_spec")
        path = []
        for step in (_fields(value) for number, value in fields if number == 4):
            prefix, suffix = _one(step, 2, b""), _one(step, 3, b"")
            if _one(step, 1) != 1 or prefix[:1] != b"\x01" or len(prefix + suffix) != 33:
                raise Refused("an inner node is not hashed as the tree says", "not_in_spec")
            if len(prefix) not in (1, 33):
                raise Refused("a sibling is of 32 bytes")
            path.append((len(prefix) == 1, suffix or prefix[1:]))
        if len(path) > 256:
            raise Refused("the path is longer than 256 steps")
        return _Existence(_one(fields, 1, b""), _one(fields, 2, b""), path)

    def root(self) -> bytes:
        if not self.value:
            raise Refused("a record's value is never empty")
        node = sha256(b"\x00" + sha256(self.key) + sha256(self.value))
        for is_left, sibling in self.path:
            node = sha256(b"\x01" + (node + sibling if is_left else sibling + node))
        return node


_EMPTY = bytes(32)


def check_proof(root: bytes, key: bytes, value: "bytes | None", proof: bytes):
    """Raises Refused unless the record stands under the root, or, for no value, does not."""
    fields = _fields(proof)
    if len(fields) != 1 or fields[0][0] != (1 if value is not None else 2):
        raise Refused("the proof is of another kind", "wrong_kind")
    if value is not None:
        existence = _Existence.read(fields[0][1])
        if existence.key != key:
            raise Refused("the proof is of another record", "key_mismatch")
        if existence.value != value:
            raise Refused("the proof is of another value", "value_mismatch")
        if existence.root() != root:
            raise Refused("the proof is of another state", "root_mismatch")
        return
    inner = _fields(fields[0][1])
    left, right = (
        _Existence.read(side) if side is not None else None
        for side in (_one(inner, 2), _one(inner, 3))
    )
    if _one(inner, 1) != key or (left is None and right is None):
        raise Refused("the proof is of another key", "key_mismatch")
    for side in (left, right):
        if side is not None and side.root() != root:
            raise Refused("a neighbour is of another state", "root_mismatch")
    path = sha256(key)
    if left and sha256(left.key) >= path or right and sha256(right.key) <= path:
        raise Refused("the neighbours do not enclose the key")
    _check_neighbours(left, right)


def _check_neighbours(left: "_Existence | None", right: "_Existence | None"):
    """Nothing may stand between them: seen from above, both paths go down together, part once, and
    then keep to the inner edges, where only empty subtrees may lie nearer."""
    down_left = left.path[::-1] if left else []
    down_right = right.path[::-1] if right else []
    if left and right:
        while down_left and down_right and down_left[0] == down_right[0]:
            down_left, down_right = down_left[1:], down_right[1:]
        if not down_left or not down_right or not down_left[0][0] or down_right[0][0]:
            raise Refused("the neighbours do not part")
        down_left, down_right = down_left[1:], down_right[1:]
    if any(is_left and sibling != _EMPTY for is_left, sibling in down_left):
        raise Refused("something stands to the right of the left neighbour")
    if any(not is_left and sibling != _EMPTY for is_left, sibling in down_right):
        raise Refused("something stands to the left of the right neighbour")


def check_block(chain: bytes, header: Header, certificate: Certificate, validators: ValidatorSet):
    """Raises Refused unless the certificate makes the header's block final, by this set."""
    if header.validators_hash != validators.hash(chain):
        raise Refused("the block was decided by another set", "wrong_set")
    if certificate.height != header.height:
        raise Refused("the certificate is of another height", "wrong_height")
    if certificate.block != header.hash(chain):
        raise Refused("the certificate is of another block", "wrong_block")
    certificate.check(chain, validators)


def follow(chain: bytes, validators: ValidatorSet, change: dict) -> ValidatorSet:
    """The set that follows a trusted one: one item of `/v1/validators/changes` (blocks.md, "Following
    the set"). Its last block names the next set, and a quorum of the trusted set has signed that.
    """
    header = Header.read(bytes.fromhex(change["header"]))
    check_block(chain, header, Certificate.read(bytes.fromhex(change["certificate"])), validators)
    following = ValidatorSet.read(bytes.fromhex(change["validators"]))
    if header.next_validators_hash != following.hash(chain):
        raise Refused("the header names another set to follow", "wrong_next_set")
    if following.first_height != header.height + 1:
        raise Refused("the set does not begin where the block ends", "wrong_first_height")
    return following


def check_account(
    genesis: Genesis, account: bytes, answer: dict, validators: "ValidatorSet | None" = None
) -> "Account | None":
    """The account that a node's proof shows, trusting the genesis hash only.

    The block must be decided by the set given, that of genesis if none: where the header names
    another, `Node.validators` follows the changes to it.
    """
    proof = answer["proof"]
    header = Header.read(bytes.fromhex(proof["header"]))
    certificate = Certificate.read(bytes.fromhex(proof["certificate"]))
    check_block(genesis.chain, header, certificate, validators or genesis.validators)
    value = bytes.fromhex(proof["value"]) if "value" in proof else None
    check_proof(
        certificate.state_root, account_key(account), value, bytes.fromhex(proof["proof"])
    )
    return Account.read(value) if value is not None else None


# --- A node: api.md -------------------------------------------------------------------------------


class Problem(Exception):
    """A request the node refused: RFC 9457 problem details."""

    def __init__(self, status: int, answer: dict):
        super().__init__(f"{status} {answer.get('code')}: {answer.get('detail')}")
        self.status = status
        self.code = answer.get("code")


class Node:
    """One node's API."""

    def __init__(self, host_port: str, timeout: float = 130):
        self._connection = http.client.HTTPConnection(host_port, timeout=timeout)

    def request(self, method: str, path: str, body: "bytes | None" = None, **headers) -> bytes:
        names = {name.replace("_", "-"): value for name, value in headers.items()}
        self._connection.request(method, path, body, names)
        response = self._connection.getresponse()
        data = response.read(64 << 20)
        if response.status != 200:
            try:
                answer = json.loads(data)
            except ValueError:
                answer = {}
            raise Problem(response.status, answer)
        return data

    def get(self, path: str, **query) -> dict:
        text = "?" + urllib.parse.urlencode(query) if query else ""
        return json.loads(self.request("GET", path + text))

    def validators(self, genesis: Genesis, answer: dict) -> ValidatorSet:
        """The set that decided the block of a proof, followed from genesis step by step: the node is
        not believed, each step is signed by a quorum of the set before.
        """
        wanted = Header.read(bytes.fromhex(answer["proof"]["header"])).validators_hash
        validators = genesis.validators
        while validators.hash(genesis.chain) != wanted:
            path = "/v1/validators/changes"
            changes = self.get(path, after=max(validators.first_height, 1) - 1)["items"]
            if not changes:
                raise Refused("no change leads to the set that the header names", "wrong_set")
            for change in changes:
                validators = follow(genesis.chain, validators, change)
                if validators.hash(genesis.chain) == wanted:
                    break
        return validators

    def genesis(self) -> bytes:
        return self.request("GET", "/v1/genesis", Accept="application/vnd.eco2.genesis+bcs")

    def estimate(self, body: Body, signatures: int) -> "tuple[int, int]":
        """Carbon charge (µg CO2e) and network fee (ECO2 base units) in the next block."""
        answer = json.loads(
            self.request(
                "POST", f"/v1/estimates?signatures={signatures}", body.bytes,
                Content_Type="application/vnd.eco2.transaction-body+bcs",
            )  # fmt: skip
        )
        return int(answer["charge"]), int(answer["fee"])

    def submit(self, transaction: bytes, wait: str = "final") -> dict:
        answer = self.request(
            "POST", f"/v1/transactions?wait={wait}", transaction,
            Content_Type="application/vnd.eco2.transaction+bcs",
        )  # fmt: skip
        return json.loads(answer)["transactions"][0]
