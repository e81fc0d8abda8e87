"""At a steady rate: a request is due every so many microseconds, whether or not earlier ones were answered."""

import select
import socket
import time
from collections import deque

from places import CHAT, Place

CONNECTIONS = 64


def run(place: Place, body: bytes, rate: float, seconds: float) -> list[float]:
    """How long each answer took, in milliseconds, sorted.

    It is counted from when the request went out, or from when it was due if it had to wait for a free connection: what
    a slow server holds up is its own. What this program is late by itself is not.
    """
    lines = [Line(place, body, number) for number in range(CONNECTIONS)]
    try:
        return sorted(_drive({line.socket: line for line in lines}, rate, seconds))
    finally:
        for line in lines:
            line.socket.close()


def _drive(lines: dict[socket.socket, "Line"], rate: float, seconds: float) -> list[float]:
    now = time.perf_counter
    free, waiting, took = deque(lines.values()), deque[float](), []
    gap, begin = 1 / rate, now()
    due, end, busy = begin, begin + seconds, 0
    while due < end or busy or waiting:
        moment = now()
        while due <= moment and due < end:
            if free:
                free.popleft().send(now())
                busy += 1
            else:
                waiting.append(due)
            due += gap
        pause = max(0.0, due - now()) if due < end else 1.0
        # Unlike epoll's, its time-out is as fine as the clock.
        ready, _, _ = select.select(list(lines), [], [], pause)
        moment = now()
        for one in ready:
            line = lines[one]
            if not line.receive():
                continue
            took.append((moment - line.since) * 1000)
            if waiting:
                line.send(waiting.popleft())
            else:
                busy -= 1
                free.append(line)
        assert moment < end + 20, "answers are missing"
    return took


class Line:
    """A kept connection that asks one thing at a time."""

    def __init__(self, place: Place, body: bytes, number: int) -> None:
        host, port = place.addr.split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._request = request(place, body, number, close=False)
        self._received = b""
        self._whole = 0
        self.since = 0.0

    def send(self, since: float) -> None:
        self.since = since
        self._received, self._whole = b"", 0
        self.socket.sendall(self._request)

    def receive(self) -> bool:
        """Takes what has come, and tells whether the answer is whole."""
        data = self.socket.recv(65536)
        assert data, f"the connection was closed after {self._received!r}"
        self._received += data
        if not self._whole:
            self._whole = self._length()
        if self._whole < 0:
            return self._received.endswith(b"\r\n0\r\n\r\n")
        return 0 < self._whole <= len(self._received)

    def _length(self) -> int:
        """The length of the whole answer; -1 when it ends by an empty chunk, 0 when that is not known yet."""
        head, split, _ = self._received.partition(b"\r\n\r\n")
        if not split:
            return 0
        assert head.startswith(b"HTTP/1.1 200"), self._received
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                return len(head) + 4 + int(line.split(b":")[1])
        return -1


def request(place: Place, body: bytes, number: int, *, close: bool) -> bytes:
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: {place.addr}\r\nAuthorization: Bearer {place.keys[number % len(place.keys)]}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    )
    return (head + ("Connection: close\r\n\r\n" if close else "\r\n")).encode() + body


def percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
