"""A `liantai simulator` that answers at once, and its control."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from outside import send
from product import Process, eventually

IMMEDIATE = ("--addr", "127.0.0.1:0", "--latency", "0", "--speed", "0", "--task-time", "0")


class StandIn(Process):
    """A stand-in for Bailian. Equal requests get equal answers, but for ids, times and where a stream is cut."""

    def __init__(self, folder: Path, *flags: str) -> None:
        super().__init__(folder, "simulator", *IMMEDIATE, *flags)

    def answers(self, *answers: dict) -> None:
        """Writes what is answered next."""
        self._control("POST", "answers", list(answers))

    def release(self) -> None:
        """Lets go what is held."""
        self._control("POST", "release")

    def behaves(self, **options: object) -> None:
        """Changes latency, speed or faults, while it runs."""
        self._control("PUT", "options", options)

    @contextmanager
    def faults(self, *faults: str, path: str = "/") -> Iterator[None]:
        """Inside, each request to the path meets these."""
        self._control("POST", "faults", {"faults": faults, "path": path})
        try:
            yield
        finally:
            self._control("DELETE", "faults")

    def count(self) -> int:
        """Where the log of requests ends now, for `requests`."""
        return max((request["ordinal"] for request in self.requests(-1)), default=-1)

    def requests(self, after: int) -> list[dict]:
        """The requests behind that place, as far as they are remembered: the newest 512."""
        query = f"?limit=1000{f'&after={after}' if after >= 0 else ''}"
        return self._control("GET", f"requests{query}")["data"]

    def request(self, after: int, outcome: str, seconds: float = 20) -> dict:
        """The one request behind that place, once it has come to this."""

        def found() -> dict | None:
            return next((one for one in self.requests(after) if one["outcome"] == outcome), None)

        return eventually(found, f"a request is {outcome}", seconds)

    def totals(self, key: str) -> dict[str, dict]:
        """By model, what the requests of a key come to."""
        shown = f"{key[:6]}…"
        return {one["model"]: one for one in self._control("GET", "totals")["data"] if one["key"] == shown}

    def _control(self, method: str, what: str, body: object = None) -> dict:
        answer = send(method, f"{self.url}/simulator/{what}", json.dumps(body).encode() if body is not None else None)
        assert answer.status == 200, answer.body
        return json.loads(answer.body)
