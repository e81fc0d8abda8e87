"""A large upload over a line that is cut: it goes on where it was, and never stands in the server's memory."""

import http.client
import json
import re
import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from conftest import serving
from gateway import Gateway
from outside import bearer, send

TUS = {"Tus-Resumable": "1.0.0"}
MIB = 1024 * 1024
LENGTH = 2048 * MIB
# As an MP4 begins: contents are told by their first bytes.
HEAD = b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    with serving(tmp_path, None) as running:
        yield running


def memory_kib(pid: int, name: str) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)[1])


def content(start: int, end: int) -> Iterator[bytes]:
    """What the file holds from one byte to another."""
    piece = HEAD + bytes(MIB - len(HEAD))
    rest = b"\x07" * MIB
    while start < end:
        block = piece if start < MIB else rest
        cut = block[start % MIB : min(MIB, start % MIB + end - start)]
        yield cut
        start += len(cut)


@dataclass(frozen=True)
class Answer:
    """What the server said at last."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes


def append(gateway: Gateway, path: str, headers: dict[str, str], start: int, cut: int) -> Answer | None:
    """Sends what is left from `start` on. The line is cut at `cut`, if that comes first."""
    line = http.client.HTTPConnection(gateway.addr, timeout=120)
    try:
        line.putrequest("PATCH", path)
        about = {"Upload-Offset": str(start), "Content-Type": "application/offset+octet-stream"}
        for name, value in (headers | TUS | about | {"Content-Length": str(LENGTH - start)}).items():
            line.putheader(name, value)
        line.endheaders()
        for block in content(start, min(cut, LENGTH)):
            line.send(block)
        if cut < LENGTH:
            return None
        answer = line.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    except ConnectionError:
        # Refused before all was sent.
        return None
    finally:
        line.close()


def test_an_upload_of_two_gigabytes_is_resumed_and_never_in_memory(gateway: Gateway, tmp_path: Path) -> None:
    # The parts stay until the file that is made of them is kept.
    if shutil.disk_usage(tmp_path).free < 2 * LENGTH + 512 * MIB:
        pytest.skip("no room on the disk for twice the upload")
    owner = bearer(gateway.token())
    # What a server takes once, for whatever it does first, is not the upload's.
    warm = HEAD + bytes(9 * MIB)
    kept = send("POST", f"{gateway.url}/files?name=warm.mp4", warm, owner | {"Content-Type": "video/mp4"})
    assert kept.status == 201, kept.body
    begun = send("POST", f"{gateway.url}/uploads", b"", owner | TUS | {"Upload-Length": str(LENGTH)})
    assert begun.status == 201, begun.body
    path = begun.headers["location"]
    before = memory_kib(gateway.pid, "VmRSS")
    Path(f"/proc/{gateway.pid}/clear_refs").write_text("5")

    def offset() -> int:
        told = send("HEAD", gateway.url + path, None, owner | TUS)
        assert told.status == 200, told.status
        return int(told.headers["upload-offset"])

    def arrived(cut: int) -> bool:
        """Whether what was sent before the line was cut is kept: some of it is still written after that."""
        end = time.monotonic() + 10
        while offset() <= cut - 4 * MIB:
            if time.monotonic() > end:
                return False
            time.sleep(0.1)
        return True

    def go_on(cut: int) -> Answer | None:
        """As clients do: begins where the upload stands, and asks again where something was still written meanwhile."""
        for _ in range(10):
            answer = append(gateway, path, owner, offset(), cut)
            if answer is not None and answer.status == 204:
                return answer
            assert answer is None or answer.status in (409, 503), f"{answer}\n{gateway.log.read_text()[-3000:]}"
            if cut < LENGTH and arrived(cut):
                return None
        pytest.fail(f"the upload stands at {offset()}\n{gateway.log.read_text()[-3000:]}")

    for cut in (700 * MIB + 123, 1500 * MIB + 45_678):
        assert go_on(cut) is None
        assert offset() <= cut
    done = go_on(LENGTH)
    assert done is not None
    grown = memory_kib(gateway.pid, "VmHWM") - before
    assert grown < 32 * 1024, f"grew by {grown} KiB"

    file = done.headers["upload-file"]
    kept = send("GET", f"{gateway.url}/rest/v1/files/{file}", None, owner)
    assert (kept.status, kept.json["bytes"], kept.json["mime"]) == (200, LENGTH, "video/mp4"), kept.body
    last = send("GET", f"{gateway.url}/rest/v1/files/{file}/content", None, owner | {"Range": "bytes=-3"})
    assert (last.status, last.body) == (206, b"\x07\x07\x07")
    print(json.dumps({"grown_kib": grown}))
