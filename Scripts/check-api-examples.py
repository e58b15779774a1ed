"""Runs every curl command of Documentation/protocol/api.md against a node, and compares the status
and the fields of the answer with what the page shows below the command.

Use: check-api-examples.py HOST:PORT FUNDS.pem
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "Documentation" / "examples" / "python"))
sys.dont_write_bytecode = True

from eco2 import ECO2, Body, Genesis, Key, Node, address, transfer  # noqa: E402

PAGE = ROOT / "Documentation" / "protocol" / "api.md"
SHOWN_NODE = "http://127.0.0.1:8101"


def examples(text: str):
    """Each command with the answer shown right below it, if there is one."""
    blocks = re.findall(r"^```(sh|json)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    for (kind, command), following in zip(blocks, blocks[1:] + [("", "")]):
        if kind == "sh" and command.startswith("curl "):
            yield command.strip(), json.loads(following[1]) if following[0] == "json" else None
    if len(re.findall(r"\bcurl ", text)) != len([b for b in blocks if b[1].startswith("curl ")]):
        raise SystemExit("a curl command of the page stands outside a block of its own")


def prepare(host: str, funds: pathlib.Path, folder: str) -> "dict[str, str]":
    """What the page takes as given: an account with a past, and a transaction it has not sent."""
    node = Node(host)
    genesis = Genesis.read(node.genesis())
    key = Key.load(funds.read_bytes())
    name = address(key.public, genesis.is_test)

    def signed() -> "tuple[bytes, Body]":
        account = node.get(f"/v1/accounts/{name}")
        body = Body(
            genesis.chain, key.public, account["sequence"] + 1, account["height"] + 1_000,
            [transfer(ECO2, Key.generate().public, 5)],
        )  # fmt: skip
        charge, fee = node.estimate(body, signatures=1)
        body.charge_max, body.fee_max = charge * 2, fee * 2
        return body.signed([key]), body

    node.submit(signed()[0])
    transaction, body = signed()
    pathlib.Path(folder, "transaction.bin").write_bytes(transaction)
    return {"NODE": f"http://{host}", "ADDRESS": name, "ID": body.id.hex()}


def run(command: str, folder: str, given: "dict[str, str]") -> "tuple[int, int, str]":
    """curl's exit code, the HTTP status, and the answer."""
    is_stream = " -N " in f"{command} "
    options = f"curl -sS --max-time {4 if is_stream else 130} -w '\\n%{{http_code}}' "
    script = options + command.replace(SHOWN_NODE, given["NODE"]).removeprefix("curl ")
    done = subprocess.run(
        ["bash", "-c", script], cwd=folder, env=os.environ | given, capture_output=True, text=True
    )
    answer, _, status = done.stdout.rpartition("\n")
    if done.returncode == 28 and is_stream:
        return 0, int(status), answer
    if done.returncode != 0:
        raise SystemExit(f"{command}\n  curl ends with {done.returncode}: {done.stderr.strip()}")
    return done.returncode, int(status), answer


def fault(shown, answer, path: str = "") -> "str | None":
    """Where the answer has other fields than those shown; `{}` stands for any object."""
    if isinstance(shown, dict):
        if not isinstance(answer, dict):
            return f"{path or 'the answer'} is no object"
        if shown and set(shown) != set(answer):
            return f"{path or 'the answer'} has the fields {sorted(answer)}"
        found = (fault(shown[name], answer[name], f"{path}.{name}") for name in shown)
    elif isinstance(shown, list):
        if not isinstance(answer, list) or (shown and not answer):
            return f"{path} is not such a list"
        found = (fault(shown[0], item, f"{path}[]") for item in answer if shown)
    else:
        return None if type(shown) is type(answer) else f"{path} is {answer!r}"
    return next((one for one in found if one), None)


def main() -> int:
    count = 0
    with tempfile.TemporaryDirectory(prefix="eco2-api-") as folder:
        given = prepare(sys.argv[1], pathlib.Path(sys.argv[2]), folder)
        for command, shown in examples(PAGE.read_text()):
            _, status, answer = run(command, folder, given)
            expected = shown.get("status") if isinstance(shown, dict) else 200
            expected = expected if isinstance(expected, int) else 200
            if status != expected:
                raise SystemExit(f"{command}\n  {status}, not {expected}: {answer[:300]}")
            wrong = fault(shown, json.loads(answer)) if shown is not None else None
            if wrong:
                raise SystemExit(f"{command}\n  {wrong}")
            if " -N " in command and not re.search(r"^event: block$", answer, re.MULTILINE):
                raise SystemExit(f"{command}\n  no event came: {answer[:300]}")
            written = re.search(r" -o (\S+)", command)
            if written and not pathlib.Path(folder, written[1]).stat().st_size:
                raise SystemExit(f"{command}\n  nothing was written")
            count += 1
        sent = pathlib.Path(folder, "transaction.bin").read_bytes()
        if sent != pathlib.Path(folder, "same.bin").read_bytes():
            raise SystemExit("the transaction that comes back is not the one sent")
    print(f"  {count} curl commands of the API's page answer as they are shown")
    return 0


if __name__ == "__main__":
    sys.exit(main())
