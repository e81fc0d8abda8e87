"""More than a place can do: a flood, and beside it somebody who asks one thing after the other."""

import json
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection
from pathlib import Path

from fixed_rate import percentile
from places import CHAT, Place

# So long it takes until a place has found out how much it can do.
SETTLED = 2.0


@dataclass
class Flood:
    """What became of a flood's requests."""

    answered: int = 0
    refused: int = 0
    seconds: float = 0.0


@dataclass
class Asked:
    """Milliseconds by status, sorted."""

    took: dict[int, list[float]] = field(default_factory=dict)

    def at(self, share: float, status: int = HTTPStatus.OK) -> float:
        return percentile(self.took[status], share) if self.took.get(status) else float("nan")


@contextmanager
def flood(place: Place, keys: list[str], body: bytes, connections: int, seconds: int, pause_ms: int) -> Iterator[Flood]:
    """So many connections, each of which asks again when it has its answer, or a pause after it was refused."""
    came = Flood()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "keys").write_text("\n".join(keys))
        (Path(folder) / "body").write_bytes(body)
        command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
        command += ["--timeout", "30s", "--script", str(Path(__file__).with_name("in_turns.lua"))]
        command += [f"http://{place.addr}{CHAT}", "--", f"{folder}/keys", f"{folder}/body", str(pause_ms)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            time.sleep(SETTLED)
            yield came
            said, _ = process.communicate(timeout=seconds + 60)
        finally:
            process.kill()
            process.wait()
    done = next(line.split() for line in said.splitlines() if line.startswith("done "))
    requests, microseconds, failed = map(int, done[1:])
    came.answered, came.refused, came.seconds = requests - failed, failed, microseconds / 1e6


def ask(place: Place, key: str, method: str, path: str, body: object, seconds: float, pause: float = 0.0) -> Asked:
    """Asks for so long, one request after the other on one connection."""
    asked, end = Asked(), time.monotonic() + seconds
    connection = HTTPConnection(place.addr, timeout=30)
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    while time.monotonic() < end:
        began = time.perf_counter()
        connection.request(method, path, json.dumps(body) if body else None, headers if body else {})
        answer = connection.getresponse()
        answer.read()
        asked.took.setdefault(answer.status, []).append((time.perf_counter() - began) * 1000)
        time.sleep(pause)
    connection.close()
    for took in asked.took.values():
        took.sort()
    return asked


def ask_at_once(*asks: tuple) -> list[Asked]:
    """The same by several at once, with the arguments of `ask`."""
    answers: list[Asked] = [Asked() for _ in asks]

    def one(number: int) -> None:
        answers[number] = ask(*asks[number])

    threads = [threading.Thread(target=one, args=(number,)) for number in range(len(asks))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
