"""HTTP without a client library between: for what the official clients hide."""

import http.client
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit


@dataclass(frozen=True)
class Reply:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> dict:
        return json.loads(self.body)


@contextmanager
def asked(
    method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None
) -> Iterator[http.client.HTTPConnection]:
    """A connection on which this has been sent. Leaving closes it, whatever has come by then."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request(method, path, body, {"Content-Type": "application/json"} | (headers or {}))
        yield connection
    finally:
        connection.close()


def send(method: str, url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> Reply:
    """Sends this and reads the whole answer."""
    with asked(method, url, body, headers) as connection:
        response = connection.getresponse()
        return Reply(response.status, response.headers, response.read())


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}
