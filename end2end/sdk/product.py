"""The product's processes, each in a folder of its own and on a port that was free."""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest

BINARY = os.environ.get("LIANTAI_BINARY") or str(Path(__file__).parents[2] / "dist" / "liantai")

T = TypeVar("T")


class Process:
    """`liantai …`, listening at `addr`. What it says goes into `log`, over all its lives."""

    def __init__(self, folder: Path, name: str, *flags: str, environment: dict[str, str] | None = None) -> None:
        self.folder = folder
        self.log = folder / f"{name}.log"
        self.environment = os.environ | (environment or {})
        self._command = [BINARY, name, *flags]
        self._begin()

    @property
    def url(self) -> str:
        return f"http://{self.addr}"

    @property
    def pid(self) -> int:
        return self._child.pid

    def stop(self) -> None:
        """Asks it to stop, and waits until it has."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        self._end(signal.SIGKILL)

    def _begin(self) -> None:
        said = self.log.stat().st_size if self.log.exists() else 0
        with open(self.log, "ab") as log:
            self._child = subprocess.Popen(
                self._command, cwd=self.folder, env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )

        def addr() -> str | None:
            assert self._child.poll() is None, f"it ended:\n{self.log.read_text()}"
            # Its log may be coloured.
            text = re.sub(rb"\x1b\[[\d;]*m", b"", self.log.read_bytes()[said:]).decode()
            found = re.search(r"listening on http://([\d.]+:\d+)", text)
            return found and found[1]

        try:
            self.addr = eventually(addr, f"{self._command[1]} says where it listens")
        except BaseException:
            self.kill()
            raise

    def _end(self, how: signal.Signals) -> None:
        if self._child.poll() is None:
            self._child.send_signal(how)
        try:
            self._child.wait(timeout=40)
        except subprocess.TimeoutExpired:
            self._child.kill()
            self._child.wait()
            raise


def eventually(ask: Callable[[], T | None], what: str, seconds: float = 20, pause: float = 0.02) -> T:
    """Asks until there is an answer; fails when the time is over."""
    end = time.monotonic() + seconds
    while True:
        if answer := ask():
            return answer
        if time.monotonic() > end:
            pytest.fail(f"in {seconds} seconds it was not so: {what}")
        time.sleep(pause)
