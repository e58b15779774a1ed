#!/usr/bin/env python3
"""Attacks the HTTP API of one node of a running local network, while a client that behaves goes on
asking and sending, and says how the node held.

    Scripts/hostile.py --eco2 .build/release/eco2 --network HOME [--scale large] [--json]

HOME is the folder of `eco2 testnet --home`; Scripts/hostile makes one. The node's shares by address
must hold for this machine too (api.limits-loopback): each attack comes from loopback addresses of
its own, the client that behaves from another. At the small scale all attacks come at once, at the
large one after the other. Ends with a table, and with 1 when a bound is broken. Python's standard
library is enough.
"""

import argparse
import asyncio
import collections
import concurrent.futures
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

from hostile_attacks import ATTACKS, Target, run_attack

# What must hold, whatever is attacked.
RSS_GROWTH_MIB = 512
INTERVALS_MEDIAN = 1.25
INTERVALS_WORST = 3.0
# At the small scale, where all comes at once and often to a debug build, being served is enough.
SECONDS_OF_GET = {"small": 25.0, "large": 2.0}
PAUSE_SECONDS = 0.1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--eco2", required=True, help="the executable")
    parser.add_argument("--network", required=True, help="the network's folder")
    parser.add_argument("--scale", choices=["small", "large"], default="small")
    parser.add_argument("--only", action="append", help="the name of an attack; several times")
    parser.add_argument("--json", action="store_true", help="JSON instead of a table")
    parser.add_argument("--attack", help=argparse.SUPPRESS)
    options = parser.parse_args()
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    folder = pathlib.Path(options.network)
    host, port = (folder / "node-00/api.address").read_text().strip().rsplit(":", 1)
    target = Target(host, int(port), settings(options.eco2, folder), options.scale == "large")
    if options.attack:
        # A process of its own: its work delays no measurement.
        print(json.dumps(asyncio.run(run_attack(options.attack, target))))
        return 0
    return asyncio.run(Trial(options, folder, target).run())


class Trial:
    """All attacks, one after the other, with what is measured meanwhile."""

    def __init__(self, options, folder: pathlib.Path, target: Target):
        self.options, self.folder, self.target = options, folder, target
        description = json.loads((folder / "network.json").read_text())
        self.interval = description["intervalMilliseconds"] / 1_000
        self.pid = node_process(folder / "node-00")
        self.other = int((folder / "node-01/api.address").read_text().rsplit(":", 1)[1])
        self.reads: "list[tuple[float, float]]" = []  # when, how long
        self.sendings: "list[tuple[float, float]]" = []
        self.blocks: "list[float]" = []  # when each came from another node
        self.events: "list[float]" = []  # and from the attacked one
        self.lateness: "list[tuple[float, float]]" = []  # of our own timer: the machine's load
        self.sizes: "list[tuple[float, float]]" = []
        self.failures: "list[str]" = []

    async def run(self) -> int:
        names = [a for a in ATTACKS if not self.options.only or a in self.options.only]
        quiet = 10 if self.target.is_large else 5
        groups = self.groups(names)
        seconds = sum(
            20 + max(ATTACKS[name].seconds(self.target) for name in group) for group in groups)
        # One a second is sent.
        self.transactions = self.signed(int(seconds + 2 * quiet))
        watchers = [
            asyncio.create_task(work())
            for work in (
                self.read, self.send, lambda: self.watch(self.target.port, self.events),
                lambda: self.watch(self.other, self.blocks), self.measure)
        ]
        rows = []
        await self.phase("nothing", asyncio.sleep(quiet), rows)
        for group in groups:
            await asyncio.gather(
                *(self.phase(name, self.attack(name), rows) for name in group))
        await self.phase("nothing, afterwards", asyncio.sleep(quiet), rows)
        for watcher in watchers:
            watcher.cancel()
        broken = self.judge(rows)
        if self.options.json:
            print(json.dumps({"attacks": rows, "broken": broken}, indent=2))
        else:
            self.table(rows)
            for line in broken:
                print("BROKEN", line)
            print("All bounds held" if not broken else f"{len(broken)} bounds are broken")
        return 1 if broken else 0

    def groups(self, names: "list[str]") -> "list[list[str]]":
        """What comes at once. Those who never read take long, and can be told apart."""
        if not self.target.is_large:
            return [names] if names else []
        unread = [name for name in names if name.startswith("never read")]
        return [[name] for name in names if name not in unread] + ([unread] if unread else [])

    async def attack(self, name: str) -> dict:
        process = await asyncio.create_subprocess_exec(
            sys.executable, __file__, "--eco2", self.options.eco2, "--network",
            self.options.network, "--scale", self.options.scale, "--attack", name,
            stdout=subprocess.PIPE)
        output, _ = await process.communicate()
        if process.returncode:
            return {"faults": [f"the attacker ended with {process.returncode}"]}
        return json.loads(output)

    async def phase(self, name: str, work, rows: list):
        began = time.monotonic()
        before = resident(self.pid)
        failed = len(self.failures)
        result = await work or {}
        ended = time.monotonic()
        # What was asked meanwhile may be answered a little later.
        await asyncio.sleep(1)
        reads = [took for at, took in self.reads if began <= at <= ended]
        sendings = [took for at, took in self.sendings if began <= at <= ended]

        def gaps(times: "list[float]") -> dict:
            times = [at for at in times if began <= at <= ended]
            return spread([b - a for a, b in zip(times, times[1:])])
        row = {
            "attack": name, "seconds": ended - began,
            "connections": result.get("connections", 0), "ends": result.get("ends", {}),
            "faults": result.get("faults", []),
            "residentBefore": before,
            "residentPeak": max([s for at, s in self.sizes if began <= at <= ended] + [before]),
            "residentAfter": resident(self.pid),
            "reads": spread(reads), "sendings": spread(sendings),
            "intervals": gaps(self.blocks), "events": gaps(self.events),
            "lateness": max([l for at, l in self.lateness if began <= at <= ended] + [0]),
            "failures": self.failures[failed:],
        }
        rows.append(row)
        if not self.options.json:
            print(f"{name}: {ended - began:.0f} s, {ends_text(row['ends'])}", flush=True)

    # The client that behaves

    async def read(self):
        """A new connection for each: each needs a place."""
        while True:
            await self.timed(self.reads, "GET /v1/status", "")
            await asyncio.sleep(PAUSE_SECONDS)

    async def send(self):
        for body in self.transactions:
            await self.timed(
                self.sendings, "POST /v1/transactions?wait=accepted",
                f"Content-Type: application/vnd.eco2.transaction+bcs\r\n"
                f"Content-Length: {len(body)}\r\n", body)
            await asyncio.sleep(10 * PAUSE_SECONDS)
        self.failures.append("too few transactions were signed")

    async def timed(self, times: list, request: str, headers: str, body: bytes = b""):
        began = time.monotonic()
        try:
            answer = await asyncio.wait_for(self.ask(request, headers, body), 30)
            times.append((began, time.monotonic() - began))
            if not answer.startswith(b"HTTP/1.1 200") or b'"refused"' in answer:
                self.failures.append(f"{request}: {answer[:400]!r}")
        except (OSError, asyncio.TimeoutError) as error:
            self.failures.append(f"{request}: {error!r}")

    async def ask(self, request: str, headers: str, body: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(
            self.target.host, self.target.port, local_addr=("127.0.200.1", 0))
        try:
            writer.write(
                f"{request} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n"
                .encode() + body)
            return await reader.read(-1)
        finally:
            writer.close()

    async def watch(self, port: int, times: "list[float]"):
        """One stream of events for the whole time: when each block comes."""
        while True:
            try:
                reader, writer = await asyncio.open_connection(
                    self.target.host, port, local_addr=("127.0.201.1", 0))
                writer.write(b"GET /v1/events?kinds=block HTTP/1.1\r\nHost: localhost\r\n\r\n")
                while line := await reader.readline():
                    if line.startswith(b"event: block"):
                        times.append(time.monotonic())
                self.failures.append("the stream of events ended")
            except (OSError, ValueError) as error:
                self.failures.append(f"the stream of events: {error!r}")
            await asyncio.sleep(1)

    async def measure(self):
        while True:
            began = time.monotonic()
            self.sizes.append((began, resident(self.pid)))
            await asyncio.sleep(0.2)
            self.lateness.append((began, time.monotonic() - began - 0.2))

    def signed(self, count: int) -> "list[bytes]":
        """Transactions, signed before anything is measured."""
        eco2 = [self.options.eco2]
        key = str(self.folder / "keys/treasury.pem")
        run = lambda arguments: subprocess.run(
            eco2 + arguments, check=True, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL).stdout
        sender = run(["key", "address", key, "--test"]).decode().strip()
        node = f"{self.target.host}:{self.target.port}"
        used = json.loads(run(["account", sender, "--node", node, "--json"]))["sequence"]
        with tempfile.TemporaryDirectory() as folder:
            def one(number: int) -> bytes:
                path = f"{folder}/{number}.json"
                run(["transaction", "build", "--from", sender, "--transfer", f"{sender}:1:ECO2",
                     "--sequence", str(used + number), "--node", node, "--out", path])
                run(["transaction", "sign", path, "--key", key, "--yes", "--json"])
                return signed_bytes(json.loads(pathlib.Path(path).read_text()))
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                return list(pool.map(one, range(1, count + 1)))

    # The judgement

    def judge(self, rows: list) -> "list[str]":
        broken = []
        quiet = rows[0]
        seconds = SECONDS_OF_GET[self.options.scale]
        for row in rows:
            faults = collections.Counter(row["faults"] + row["failures"])
            broken += [f"{row['attack']}: {count}× {fault}" for fault, count in faults.items()]

            def bound(what: str, value: "float | None", most: float):
                if value is None or value > most:
                    shown = "not known" if value is None else f"{value:.2f}"
                    broken.append(f"{row['attack']}: {what} is {shown}, more than {most:.2f}")
            bound("resident memory (MiB)", row["residentPeak"],
                  quiet["residentPeak"] + RSS_GROWTH_MIB)
            if row["seconds"] > 4 * self.interval:
                bound("the median block interval (s)", row["intervals"]["median"],
                      INTERVALS_MEDIAN * self.interval)
                bound("the worst block interval (s)", row["intervals"]["worst"],
                      INTERVALS_WORST * self.interval + row["lateness"])
                bound("the worst interval of events (s)", row["events"]["worst"],
                      INTERVALS_WORST * self.interval + seconds + row["lateness"])
            if row["reads"]["worst"] is not None:
                bound("a status (s)", row["reads"]["p99"], seconds)
            if row["sendings"]["worst"] is not None:
                bound("a transaction (s)", row["sendings"]["worst"],
                      seconds + 2 * self.interval)
        return broken

    def table(self, rows: list):
        heads = ["attack", "s", "connections", "RSS MiB before/peak/after", "block s median/worst",
                 "its event s", "GET ms median/p99", "POST ms median/p99", "load ms",
                 "how they ended"]
        lines = [heads]
        for row in rows:
            lines.append([
                row["attack"], f"{row['seconds']:.0f}", str(row["connections"]),
                f"{row['residentBefore']:.0f}/{row['residentPeak']:.0f}/"
                f"{row['residentAfter']:.0f}",
                figures(row["intervals"], "worst", 1, 2), figures(row["events"], "worst", 1, 2),
                figures(row["reads"], "p99", 1_000, 0), figures(row["sendings"], "p99", 1_000, 0),
                f"{1_000 * row['lateness']:.0f}", ends_text(row["ends"])])
        widths = [max(len(line[column]) for line in lines) for column in range(len(heads))]
        print()
        for line in lines:
            print("  ".join(text.ljust(width) for text, width in zip(line, widths)).rstrip())


def signed_bytes(file: dict) -> bytes:
    """The transaction of a signed transaction file: body, one authorization, no sponsor's."""
    mine = file["contents"]["senderAuthorizations"][0]
    return bytes.fromhex(f"{file['body']}01{mine['key']}{mine['signature']}00")


def settings(eco2: str, folder: pathlib.Path) -> dict:
    """The settings of [api] in force."""
    shown = subprocess.run(
        [eco2, "config", "show", "--home", str(folder / "node-00"), "--json"], check=True,
        stdout=subprocess.PIPE).stdout
    return {
        one["setting"].removeprefix("api."): json.loads(one["value"])
        for one in json.loads(shown)["settings"] if one["setting"].startswith("api.")}


def node_process(home: pathlib.Path) -> int:
    wanted = str(home.resolve())
    for entry in pathlib.Path("/proc").iterdir():
        try:
            words = (entry / "cmdline").read_bytes().decode().split("\0")
        except (OSError, UnicodeDecodeError):
            continue
        if "node" in words and any(os.path.realpath(word) == wanted for word in words if word):
            return int(entry.name)
    raise SystemExit(f"No process runs the node of {home}.")


def resident(pid: int) -> float:
    """MiB of a process in memory."""
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1_024
    raise SystemExit(f"Process {pid} has ended.")


def spread(values: "list[float]") -> dict:
    ordered = sorted(values)
    if not ordered:
        return {"count": 0, "median": None, "p99": None, "worst": None}
    return {
        "count": len(ordered), "median": statistics.median(ordered),
        "p99": ordered[min(len(ordered) - 1, int(0.99 * len(ordered)))], "worst": ordered[-1]}


def figures(values: dict, second: str, factor: float, digits: int) -> str:
    if values["median"] is None:
        return "–"
    return f"{factor * values['median']:.{digits}f}/{factor * values[second]:.{digits}f}"


def ends_text(ends: dict) -> str:
    parts = []
    for end, value in sorted(ends.items(), key=lambda item: -item[1]["count"]):
        parts.append(f"{value['count']}× {end} {value['from']:.1f}–{value['to']:.1f} s")
    return ", ".join(parts) or "–"


if __name__ == "__main__":
    sys.exit(main())
