"""Answers that come piece by piece: read to their end, or only held open."""

import select
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

from fixed_rate import request
from places import STREAMED_MODEL, Place, Simulator

EVENTS = 500
EVENTS_PER_SECOND = 60
BODY = (
    f'{{"model":"{STREAMED_MODEL}","stream":true,"max_tokens":2000,'
    '"messages":[{"role":"user","content":"Tell me a long story about a paper mill."}]}'
).encode()


def read(place: Place, simulator: Simulator, count: int) -> int:
    """Reads so many streams at once, each of `EVENTS` pieces one after the other, and tells how many events came."""
    simulator.control("PUT", "options", {"speed": EVENTS_PER_SECOND})
    simulator.control("POST", "answers", [{"words": ["云"] * EVENTS}] * count)
    try:
        lines = {line.fileno(): line for line in (_asked(place, number) for number in range(count))}
        return _drain(lines)
    finally:
        simulator.control("PUT", "options", {"speed": 0})


def _drain(lines: dict[int, socket.socket]) -> int:
    poll = select.epoll()
    for number in lines:
        poll.register(number, select.EPOLLIN)
    events, ends, end = 0, dict.fromkeys(lines, b""), time.monotonic() + 120
    while lines:
        assert time.monotonic() < end, f"{len(lines)} streams did not end"
        for number, _ in poll.poll(1):
            data = lines[number].recv(65536)
            # The last byte of what came before may be half of what parts two events.
            events += (ends[number][-1:] + data).count(b"\n\n")
            ends[number] = (ends[number] + data)[-100:]
            if not data:
                assert b"[DONE]" in ends[number], ends[number]
                poll.unregister(number)
                lines.pop(number).close()
    poll.close()
    return events


@contextmanager
def held(place: Place, simulator: Simulator, count: int) -> Iterator[None]:
    """So many streams, each of which has begun and says nothing more."""
    simulator.control("POST", "answers", [{"words": ["云", "雨"], "held_after": 1}] * count)
    lines: list[socket.socket] = []
    try:
        for number in range(count):
            lines.append(_asked(place, number))
            # Not faster than connections are accepted.
            if number % 100 == 99:
                _begun(lines[-100:])
        _begun(lines)
        yield
    finally:
        for line in lines:
            line.close()
        simulator.control("POST", "release", None)


def _begun(lines: list[socket.socket]) -> None:
    """Waits until each has its first piece, for at most 20 seconds."""
    end = time.monotonic() + 20
    for line in lines:
        while "云".encode() not in (seen := line.recv(65536, socket.MSG_PEEK)):
            assert seen and time.monotonic() < end, f"a stream did not begin: {seen!r}"
            time.sleep(0.002)


def _asked(place: Place, number: int) -> socket.socket:
    host, port = place.addr.split(":")
    line = socket.create_connection((host, int(port)), timeout=20)
    line.sendall(request(place, BODY, number, close=True))
    return line
