"""Makes the values of protocol/examples.json anew and compares every byte, hash and signature."""

import json
import pathlib
import sys

from eco2 import ECC, ECO2, Body, Certificate, Header, Key, Refused, ValidatorSet
from eco2 import account_id, address, follow, is_signed, set_authority, sha256, top_up_reserve, transfer

PAGE = pathlib.Path(__file__).parents[2] / "protocol" / "examples.json"


def main() -> int:
    page = json.loads(PAGE.read_text())
    chain = bytes.fromhex(page["chain"])
    examples = {example["name"]: example for example in page["examples"]}
    keys = {key["name"]: Key.from_seed(bytes.fromhex(key["seed"])) for key in page["keys"]}
    for key in page["keys"]:
        same(keys[key["name"]].public, key["publicKey"], key["name"])
        if key["address"]:
            same(address(keys[key["name"]].public, True), key["address"], "address")
            same(account_id(key["address"], True), key["publicKey"], "address read")

    alice, bob, carol, dave = (keys[name] for name in ("alice", "bob", "carol", "dave"))
    first = Body(
        chain, alice.public, 1, 1_000, [transfer(ECO2, bob.public, 150_000_000)],
        charge_max=2_000, fee_max=1_100_000,
    )  # fmt: skip
    check(examples["transfer"], first.signed([alice]), first.message, first.id)

    members = validators(bytes.fromhex(examples["four ER Nodes"]["bcs"]))
    second = Body(
        chain, bob.public, 7, 60_490,
        [
            set_authority(2, [bob.public, carol.public, dave.public]),
            transfer(ECC, carol.public, 1_000_000),
            top_up_reserve(members.members[2][0], 129_192),
        ],
        charge_max=5_000, fee_max=20_000, tip=300, sponsor=dave.public,
    )  # fmt: skip
    check(
        examples["sponsored, 2-of-3, three operations"], second.signed([bob, carol], [dave]),
        second.message, second.id,
    )  # fmt: skip

    same(members.hash(chain), derived(examples["four ER Nodes"], "set hash"), "set hash")
    header = Header.read(bytes.fromhex(examples["header of height 10"]["bcs"]))
    same(header.hash(chain), derived(examples["header of height 10"], "block hash"), "block hash")
    same(header.validators_hash, members.hash(chain).hex(), "validators hash")
    certificate = Certificate.read(bytes.fromhex(examples["commit certificate of height 10"]["bcs"]))
    certificate.check(chain, members)
    same(certificate.block, header.hash(chain).hex(), "certified block")
    for example in page["examples"]:
        if example["type"] == "Vote":
            data = bytes.fromhex(example["bcs"])
            member = int.from_bytes(data[-66:-64], "little")
            message = bytes.fromhex(derived(example, "signed message"))
            if not is_signed(members.members[member][1], message, data[-64:]):
                raise Refused(f"{example['name']}: the signature does not verify")
    refuses_changes(chain, members, certificate)
    follows(chain, members, examples["change of the set after height 10"])
    print(f"  {len(page['examples'])} examples of the protocol hold")
    return 0


def validators(data: bytes) -> ValidatorSet:
    return ValidatorSet(
        int.from_bytes(data[:8], "little"),
        [(data[at : at + 32], data[at + 32 : at + 64]) for at in range(9, len(data), 64)],
    )


def refuses_changes(chain: bytes, members: ValidatorSet, certificate: Certificate):
    """A certificate with one bit changed in what is signed, or too few signatures, is refused."""
    lies = [
        Certificate(True, certificate.height, certificate.view, block, root, signatures)
        for block, root, signatures in (
            (sha256(b"another"), certificate.state_root, certificate.signatures),
            (certificate.block, sha256(b"another"), certificate.signatures),
            (certificate.block, certificate.state_root, certificate.signatures[:2]),
            (certificate.block, certificate.state_root, certificate.signatures[:1] * 3),
        )
    ]
    for lie in lies:
        try:
            lie.check(chain, members)
        except Refused:
            continue
        raise SystemExit("a false certificate was believed")


def follows(chain: bytes, members: ValidatorSet, example: dict):
    """The change leads to the next set; with any byte of it changed it leads nowhere."""
    names = [field["field"] for field in example["fields"]]
    starts = [0, names.index("kind"), names.index("first height"), len(names)]
    step = {
        name: "".join(field["hex"] for field in example["fields"][start:end])
        for name, start, end in zip(("header", "certificate", "validators"), starts, starts[1:])
    }
    same("".join(step.values()), example["bcs"], "change of the set")
    following = follow(chain, members, step)
    same(following.hash(chain), derived(example, "next set hash"), "next set hash")
    lies = [(chain, following, step), (sha256(b"another"), members, step)]
    for name, true in step.items():
        for place in range(0, len(true), 2):
            digit = f"{int(true[place], 16) ^ 1:x}"
            lies.append((chain, members, step | {name: true[:place] + digit + true[place + 1 :]}))
    for lie in lies:
        try:
            follow(*lie)
        except (Refused, ValueError):
            continue
        raise SystemExit("a false change of the set was believed")


def derived(example: dict, name: str) -> str:
    entry = next(entry for entry in example["derived"] if entry["name"] == name)
    return entry.get("hex") or entry["value"]


def check(example: dict, made: bytes, message: bytes, identifier: bytes):
    same(made, example["bcs"], example["name"])
    same(message, derived(example, "signed message"), f"{example['name']}: message")
    same(identifier, derived(example, "id"), f"{example['name']}: id")


def same(made: "bytes | str", expected: str, what: str):
    if (made if isinstance(made, str) else made.hex()) != expected:
        raise SystemExit(f"{what}: {made!r} is not {expected}")


if __name__ == "__main__":
    sys.exit(main())
