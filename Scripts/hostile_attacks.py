"""The attacks of hostile.py: each opens its connections at once, from loopback addresses of its
own, and tells how each of them ended and when."""

import asyncio
import collections
import pathlib
import re
import socket
import struct
import time

BODY_BYTES_MAX = 4 * 1024 * 1024
ONE = "application/vnd.eco2.transaction+bcs"
POST = f"POST /v1/transactions HTTP/1.1\r\nHost: localhost\r\nContent-Type: {ONE}\r\n"
GET = "GET /v1/status HTTP/1.1\r\nHost: localhost\r\n"
# Bounds that no setting changes (Sources/NodeAPI/Limits.swift).
BODY_PERIOD_SECONDS, LINGER_SECONDS = 5, 2
# What a busy machine may add to each bound in time.
PATIENCE_SECONDS = 20

ATTACKS: "dict[str, Attack]" = {}


class Target:
    """The node, its settings of [api], and how many connections an attack has."""

    def __init__(self, host: str, port: int, settings: dict, is_large: bool):
        self.host, self.port, self.settings, self.is_large = host, port, settings, is_large

    def of(self, small: int, large: int) -> int:
        return large if self.is_large else small


class Attack:
    """A kind of connection, how many of it (small and large scale) from how many addresses, and
    the ends it may come to.

    `within` is the time in seconds, or the setting of it, after which each connection must have
    ended; the attackers leave then."""

    def __init__(self, name, work, counts, addresses, ends, within):
        self.name, self.work, self.counts, self.addresses = name, work, counts, addresses
        self.ends, self.within = ends, within

    def seconds(self, target: Target) -> float:
        return target.settings[self.within] if isinstance(self.within, str) else self.within


def attack(name, counts, ends, within, addresses=(1, 4)):
    def register(work):
        ATTACKS[name] = Attack(name, work, counts, addresses, ends, within)
        return work
    return register


# A busy machine may leave a connection no time to say what it wants.
NO_TURN = {"never taken", "closed"}
HEAD, WRITE = "header-timeout-seconds", "write-timeout-seconds"
BODY = 2 * BODY_PERIOD_SECONDS + LINGER_SECONDS


async def run_attack(name: str, target: Target) -> dict:
    attack = ATTACKS[name]
    number = list(ATTACKS).index(name) + 1
    count = target.of(*attack.counts)
    addresses = target.of(*attack.addresses)
    seconds = attack.seconds(target) + LINGER_SECONDS + PATIENCE_SECONDS

    async def one(index: int) -> "tuple[str, float]":
        client = Client(target, f"127.0.{number}.{1 + index % addresses}", index, seconds,
                        "still open" in attack.ends)
        return await client.run(attack.work)

    results = await asyncio.gather(*(one(index) for index in range(count)))
    ends = collections.defaultdict(list)
    for end, after in results:
        ends[end].append(after)
    return {
        "connections": count,
        "ends": {
            end: {"count": len(times), "from": min(times), "to": max(times)}
            for end, times in ends.items()},
        "faults": [
            f"{len(times)} connections ended with {end!r}"
            for end, times in ends.items() if end not in attack.ends | NO_TURN]}


class Client:
    """One connection of an attack."""

    def __init__(self, target: Target, source: str, index: int, seconds: float, may_stay: bool):
        self.target, self.source, self.index, self.seconds = target, source, index, seconds
        self.may_stay = may_stay
        self.loop = asyncio.get_running_loop()
        self.received = bytearray()
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setblocking(False)

    async def run(self, work) -> "tuple[str, float]":
        began = time.monotonic()
        try:
            self.socket.bind((self.source, 0))
            end = await asyncio.wait_for(work(self), self.seconds)
        except asyncio.TimeoutError:
            # What found the queue of new connections full is open on our side only, until the
            # kernels agree on it later (they try after 1, 3, 7 and 15 seconds) and its time begins.
            if self.is_held() and not self.may_stay:
                await self.watch_held(self.seconds)
                end = "still open" if self.is_held() else "closed"
            else:
                end = "still open" if self.is_held() else "never taken"
        except (ConnectionError, OSError):
            end = self.answer() or "closed"
        finally:
            self.socket.close()
        return end or self.answer() or "closed", time.monotonic() - began

    async def connect(self):
        await self.loop.sock_connect(self.socket, (self.target.host, self.target.port))

    async def send(self, data: "str | bytes"):
        data = data.encode() if isinstance(data, str) else data
        await self.loop.sock_sendall(self.socket, data)

    async def read_to_end(self):
        """Keeps the last of what comes: it says how it ended."""
        while piece := await self.loop.sock_recv(self.socket, 65_536):
            self.received += piece
            del self.received[:-65_536]

    async def send_and_read(self, *pieces, pause: float = 0):
        """Sends pieces while it reads what comes."""
        async def send():
            for piece in pieces:
                await self.send(piece)
                await asyncio.sleep(pause)
        sending = asyncio.create_task(send())
        try:
            await self.read_to_end()
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def drip(self, first: str, endless: str):
        """Sends the first piece, then a byte a second."""
        await self.send_and_read(first, *[endless] * int(self.seconds), pause=1)

    def answer(self) -> "str | None":
        """The last answer's status."""
        found = re.findall(rb"HTTP/1\.1 (\d\d\d)", bytes(self.received))
        return found[-1].decode() if found else None

    async def watch_unread(self):
        """Waits until the node has given the connection up. A client that reads nothing does not
        see it; the kernel's table does."""
        await asyncio.sleep(2)
        while self.is_held():
            await asyncio.sleep(0.5)
        return "given up"

    async def watch_held(self, seconds: float):
        """Waits so long until the node has let the connection go."""
        end = time.monotonic() + seconds
        while self.is_held() and time.monotonic() < end:
            await asyncio.sleep(0.5)

    def is_held(self) -> bool:
        """Whether the node holds the connection."""
        own = self.socket.getsockname()[1]
        return (f"{self.target.port:04X}", f"{own:04X}") in Held.now()


class Held:
    """Connections that a process holds, by their two ports, looked up at most twice a second."""

    at, pairs = 0.0, frozenset()

    @classmethod
    def now(cls) -> frozenset:
        if time.monotonic() - cls.at > 0.4:
            rows = (line.split() for line in
                    pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:])
            cls.pairs = frozenset(
                (row[1].split(":")[1], row[2].split(":")[1]) for row in rows if row[3] == "01")
            cls.at = time.monotonic()
        return cls.pairs


# Slowness

@attack("idle", (200, 1_000), {"closed"}, HEAD)
async def idle(client: Client):
    await client.connect()
    await client.read_to_end()


@attack("idle, more than one address may have", (300, 600), {"closed"}, HEAD, (1, 1))
async def idle_of_one(client: Client):
    await idle(client)


@attack("idle, more than there are places", (200, 1_500), {"closed"}, HEAD, (1, 10))
async def idle_of_many(client: Client):
    await idle(client)


@attack("slow request line", (50, 250), {"closed"}, HEAD)
async def slow_line(client: Client):
    await client.connect()
    await client.drip("GET /v1/", "a")


@attack("slow headers", (50, 250), {"closed"}, HEAD)
async def slow_headers(client: Client):
    await client.connect()
    await client.drip(GET + "X: ", "a")


@attack("slow bodies", (50, 250), {"408"}, BODY)
async def slow_body(client: Client):
    await client.connect()
    await client.drip(POST + f"Content-Length: {BODY_BYTES_MAX}\r\n\r\n", "a")


@attack("slow bodies, more than there are places", (200, 1_500), {"408", "closed"},
        BODY, (1, 10))
async def slow_body_of_many(client: Client):
    await slow_body(client)


@attack("bodies that stop before their end", (40, 200), {"408", "429", "503", "closed"},
        BODY)
async def stopped_body(client: Client):
    await client.connect()
    await client.send_and_read(
        POST + f"Content-Length: {BODY_BYTES_MAX}\r\n\r\n", bytes(BODY_BYTES_MAX - 1))


# Size

# 503 when all bodies under way together are more than a node holds at a time.
@attack("endless chunks", (10, 50), {"413", "503"}, 20)
async def endless(client: Client):
    await client.connect()
    chunk = b"10000\r\n" + bytes(65_536) + b"\r\n"
    await client.send_and_read(POST + "Transfer-Encoding: chunked\r\n\r\n", *[chunk] * 1_000)


@attack("one header of 64 KiB", (20, 100), {"431"}, 10)
async def long_header(client: Client):
    await client.connect()
    await client.send_and_read(GET + "X: " + "a" * 65_536 + "\r\n\r\n")


@attack("64 KiB of small headers", (20, 100), {"431"}, 10)
async def many_headers(client: Client):
    await client.connect()
    await client.send_and_read(GET + "".join(f"X{n:05}: abcdef\r\n" for n in range(4_096)) + "\r\n")


@attack("an endless header", (20, 100), {"431"}, 20)
async def endless_header(client: Client):
    await client.connect()
    await client.send_and_read(GET + "X: ", *["a" * 65_536] * 1_000)


# Framing

FRAMING = [
    POST + "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    POST + "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
    POST + "Content-Length: -1\r\n\r\n",
    POST + "Content-Length: 99999999999999999999999999\r\n\r\n",
    POST + "Transfer-Encoding: gzip, chunked\r\n\r\n",
    POST + "Transfer-Encoding: chunked\r\n\r\nzz\r\nab\r\n",
    POST + "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nab\r\n",
    POST + "Transfer-Encoding: chunked\r\n\r\n-1\r\nab\r\n",
    GET + "X: a\r\n b\r\n\r\n",
    GET + "X: a\0b\r\n\r\n",
    "GET /v1/\0status HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET /v1/status HTTP/1.1\r\n\r\n",
    GET + "Host: other\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(256)) * 2,
    bytes(range(256)) * 64,
    b"\x00" * 1_000,
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
]


@attack("bad framing", (2 * len(FRAMING), 20 * len(FRAMING)), {"400"}, 10)
async def framing(client: Client):
    await client.connect()
    await client.send_and_read(FRAMING[client.index % len(FRAMING)])


@attack("bodies behind an answer without end", (16, 120), {"still open", "429"}, 5)
async def behind_events(client: Client):
    await client.connect()
    await client.send_and_read(
        "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n",
        POST + f"Content-Length: {BODY_BYTES_MAX}\r\n\r\n", bytes(BODY_BYTES_MAX))


# Readers that never read

async def never_read(client: Client, request: str):
    client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    await client.connect()
    await client.send(request)
    return await client.watch_unread()


@attack("never read: events", (30, 120), {"given up", "still open"}, WRITE)
async def unread_events(client: Client):
    return await never_read(
        client, "GET /v1/events?after=1.0 HTTP/1.1\r\nHost: localhost\r\n\r\n")


UPGRADE = ("Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
           "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")


@attack("never read: WebSocket", (30, 120), {"given up", "still open"}, WRITE)
async def unread_socket(client: Client):
    return await never_read(
        client, "GET /v1/events?after=1.0 HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE)


@attack("never read: pipelined pages", (50, 250), {"given up", "still open"}, WRITE)
async def unread_pages(client: Client):
    page = "GET /v1/blocks?limit=500 HTTP/1.1\r\nHost: localhost\r\n\r\n"
    return await never_read(client, page * 60)


# Floods

@attack("pipelined requests without end", (10, 100), {"400", "429", "200"}, 10)
async def pipelining(client: Client):
    await client.connect()
    await client.send_and_read(*[(GET + "\r\n") * 100] * 100)


@attack("requests for nothing", (16, 64), {"429", "404"}, 8, (2, 4))
async def nothing(client: Client):
    await client.connect()
    deadline = time.monotonic() + 6
    while time.monotonic() < deadline:
        await client.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n")
        client.received += await client.loop.sock_recv(client.socket, 65_536)
        del client.received[:-65_536]


@attack("connections without end", (16, 64), {"429", "400"}, 8, (2, 4))
async def connecting(client: Client):
    deadline = time.monotonic() + 6
    while time.monotonic() < deadline:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as one:
            one.setblocking(False)
            one.bind((client.source, 0))
            # No TIME_WAIT: it would use the ports up.
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            await client.loop.sock_connect(one, (client.target.host, client.target.port))
            await client.loop.sock_sendall(one, b"nonsense\r\n\r\n")
            client.received += await client.loop.sock_recv(one, 4_096)
            del client.received[:-4_096]


# WebSocket frames

def frame(first: int, length: int, payload: bytes, is_masked: bool = True) -> bytes:
    mask = b"\1\2\3\4" if is_masked else b""
    bit = 0x80 if is_masked else 0
    head = bytes([first, bit | length]) if length < 126 else bytes([first, bit | 127]) + \
        length.to_bytes(8, "big")
    return head + mask + bytes(b ^ (mask[i % 4] if mask else 0) for i, b in enumerate(payload))


FRAMES = [
    (1_009, frame(0x81, 2**40, b"")),
    (1_009, frame(0x81, 2**63 - 1, b"")),
    (1_002, frame(0x89, 1, b"a", is_masked=False)),
    (1_003, frame(0x01, 3, b"abc") * 3),
    (1_003, frame(0x83, 0, b"")),
    (1_003, frame(0x80, 3, b"abc")),
    (1_008, frame(0x89, 3, b"abc") * 1_000),
]


@attack("WebSocket frames", (2 * len(FRAMES), 16 * len(FRAMES)), {"as it should"}, 10)
async def frames(client: Client):
    code, data = FRAMES[client.index % len(FRAMES)]
    await client.connect()
    await client.send_and_read(
        "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n" + UPGRADE, data)
    closing = bytes([0x88, 2]) + code.to_bytes(2, "big")
    return "as it should" if bytes(client.received).endswith(closing) else \
        f"{client.answer()} {bytes(client.received[-4:]).hex()}, not {code}"
