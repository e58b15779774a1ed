"""Creates keys, gets funds, sends transfers and checks what a node says.

    python3 transfers.py --node 127.0.0.1:8080 --genesis-hash HASH --funds FILE.pem

The genesis hash is all that is trusted; get it from somebody you trust (`eco2 status` shows it).
The key in FILE.pem must hold some ECO2 and ECC: on a local network any of its account keys.
"""

import argparse
import getpass
import pathlib
import sys

from eco2 import ECC, ECO2, Body, Genesis, Key, Node, Refused
from eco2 import account_id, address, check_account, transfer


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--node", required=True, metavar="HOST:PORT")
    options.add_argument("--genesis-hash", required=True, metavar="HEX")
    options.add_argument("--funds", required=True, metavar="PEM", type=pathlib.Path)
    options.add_argument("--ask-passphrase", action="store_true", help="of the key file")
    given = options.parse_args()
    node = Node(given.node)

    genesis = Genesis.read(node.genesis())
    if genesis.chain.hex() != given.genesis_hash.lower():
        raise Refused(f"this node's chain is {genesis.chain.hex()}")
    print(f"chain      {genesis.chain.hex()[:16]}… ({genesis.network}), "
          f"{len(genesis.validators.members)} ER Nodes, quorum {genesis.validators.quorum}")

    passphrase = getpass.getpass("Passphrase: ").encode() if given.ask_passphrase else None
    funds = Key.load(given.funds.read_bytes(), passphrase)
    alice, bob = Key.generate(), Key.generate()
    session = Session(node, genesis)

    # One operation: Alice gets funds. Her account needs no registration.
    session.send("funds", funds, [transfer(ECO2, alice.public, 5 * 10**8),
                                  transfer(ECC, alice.public, 10**6)])
    # One transfer, from the new account.
    session.send("one", alice, [transfer(ECO2, bob.public, 10**8)])
    # Many in one transaction: all of them, or none.
    session.send("many", alice, [transfer(ECO2, bob.public, amount) for amount in range(1, 21)])
    # Bob has no ECC for a carbon charge: Alice co-signs and pays.
    session.send("sponsored", bob, [transfer(ECO2, alice.public, 7)], sponsor=alice)

    session.expect("alice", alice, ecc_below=10**6)
    session.expect("bob", bob, eco2=10**8 + sum(range(1, 21)) - 7, ecc=0)
    session.expect_nobody(Key.generate())
    session.refuses_lies(bob)
    return 0


class Session:
    """One conversation with a node."""

    def __init__(self, node: Node, genesis: Genesis):
        self.node, self.genesis = node, genesis

    def name(self, key: Key) -> str:
        text = address(key.public, self.genesis.is_test)
        assert account_id(text, self.genesis.is_test) == key.public
        return text

    def send(self, what: str, sender: Key, operations, sponsor: "Key | None" = None):
        account = self.node.get(f"/v1/accounts/{self.name(sender)}")
        body = Body(
            chain=self.genesis.chain, sender=sender.public, sequence=account["sequence"] + 1,
            valid_until=account["height"] + 1_000, operations=operations,
            sponsor=sponsor.public if sponsor else None,
        )  # fmt: skip
        charge, fee = self.node.estimate(body, signatures=2 if sponsor else 1)
        # Room: the base fee rises by at most an eighth a block.
        body.charge_max, body.fee_max = charge * 2, fee * 2
        answer = self.node.submit(body.signed([sender], [sponsor] if sponsor else []))
        if answer["status"] != "final" or not answer["applied"]:
            raise Refused(f"{what}: {answer}")
        if answer["id"] != body.id.hex():
            raise Refused(f"{what}: the node calls it {answer['id']}")
        receipt = self.node.get(f"/v1/transactions/{answer['id']}")["receipt"]
        print(f"{what:<10} final at height {answer['height']}, {len(operations)} operations, "
              f"charged {receipt['charge']} µg CO2e and {receipt['fee']} base units")

    def proved(self, key: Key):
        answer = self.node.get(f"/v1/accounts/{self.name(key)}", proof="true")
        validators = self.node.validators(self.genesis, answer)
        return check_account(self.genesis, key.public, answer, validators), answer

    def expect(self, who: str, key: Key, eco2=None, ecc=None, ecc_below=None):
        account, answer = self.proved(key)
        if account is None or (eco2 is not None and account.eco2 != eco2):
            raise Refused(f"{who} holds {account}, not {eco2}")
        if ecc is not None and account.ecc != ecc:
            raise Refused(f"{who} holds {account.ecc} µg, not {ecc}")
        if ecc_below is not None and account.ecc >= ecc_below:
            raise Refused(f"{who} was charged nothing")
        print(f"{who:<10} {account.eco2} ECO2 base units, {account.ecc} µg ECC: proved under the "
              f"certificate of height {answer['proof']['height']}")

    def expect_nobody(self, key: Key):
        account, answer = self.proved(key)
        if account is not None:
            raise Refused("an account that nothing has reached has a record")
        print(f"nobody     an unused account has no record: proved at height "
              f"{answer['proof']['height']}")

    def refuses_lies(self, key: Key):
        """Each byte string of a true answer, with one bit changed, must be refused."""
        _, answer = self.proved(key)
        validators = self.node.validators(self.genesis, answer)
        for name in ("value", "proof", "header", "certificate"):
            true = answer["proof"][name]
            middle = len(true) // 2
            lie = true[:middle] + f"{int(true[middle], 16) ^ 1:x}" + true[middle + 1 :]
            try:
                check_account(
                    self.genesis, key.public, answer | {"proof": answer["proof"] | {name: lie}},
                    validators,
                )  # fmt: skip
            except (Refused, ValueError):
                continue
            print(f"A lie about the {name} was believed.", file=sys.stderr)
            raise SystemExit(1)
        print("lies       a flipped bit in value, proof, header or certificate is noticed")


if __name__ == "__main__":
    sys.exit(main())
