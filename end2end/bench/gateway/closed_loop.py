"""As fast as it goes: `wrk`, one thread, each connection asks again when it has its answer."""

import re
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from measure import Shares
from places import CHAT, Place


@dataclass
class Run:
    """What came of one run."""

    requests: int
    seconds: float
    # Microseconds of CPU by who used it.
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds


def run(place: Place, body: bytes, connections: int, seconds: int, pids: dict[str, int]) -> Run:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "keys").write_text("\n".join(place.keys))
        (Path(folder) / "body").write_bytes(body)
        command = ["wrk", "--threads", "1", "--connections", str(connections), "--duration", f"{seconds}s"]
        command += ["--timeout", "10s", "--script", str(Path(__file__).with_name("in_turns.lua"))]
        command += [f"http://{place.addr}{CHAT}", "--", f"{folder}/keys", f"{folder}/body"]
        shares = Shares(pids, time.monotonic())
        said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds + 60).stdout
        cpu = shares.taken(time.monotonic())
    found = re.search(r"^done (\d+) (\d+) (\d+)$", said, re.MULTILINE)
    assert found, said
    requests, microseconds, failed = map(int, found.groups())
    assert failed == 0, f"{place.name}: {failed} of {requests} requests failed\n{said}"
    return Run(requests, microseconds / 1e6, cpu)
