"""What the tests talk to: a `liantai simulator` of their own, and a `liantai serve` in front of it."""

import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import anthropic
import dashscope
import openai
import pytest

from comparison import Twice
from database import Postgres
from gateway import Gateway
from stand_in import StandIn

# The SDKs take proxies and keys from the environment; these tests hand both in.
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name in ("ANTHROPIC_API_KEY", "DASHSCOPE_API_KEY", "OPENAI_API_KEY"):
        del os.environ[name]


@contextmanager
def simulator(folder: Path, *flags: str) -> Iterator[StandIn]:
    """A simulator for as long as it is needed."""
    running = StandIn(folder, *flags)
    try:
        yield running
    finally:
        running.stop()


@contextmanager
def serving(
    folder: Path, upstream: str | None, database: Postgres | None = None, **settings: object
) -> Iterator[Gateway]:
    """A gateway for as long as it is needed."""
    running = Gateway(folder, upstream, database, **settings)
    try:
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="session")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StandIn]:
    """The simulator that all tests share."""
    with simulator(tmp_path_factory.mktemp("simulator")) as running:
        yield running


@pytest.fixture(scope="session")
def base_url(stand_in: StandIn) -> str:
    """Bailian's base address for the OpenAI protocol, as the simulator offers it."""
    return f"{stand_in.url}/compatible-mode/v1"


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts a simulator in which a fault always strikes, and gives its base address."""
    with ExitStack() as running:
        yield lambda fault: f"{running.enter_context(simulator(tmp_path, '--fault', fault)).url}/compatible-mode/v1"


@pytest.fixture(scope="session")
def gateway(stand_in: StandIn, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway that all tests share, in front of the shared simulator."""
    with serving(tmp_path_factory.mktemp("gateway"), stand_in.url) as running:
        yield running


@dataclass(frozen=True)
class Place:
    """Where a client is pointed, and with which key."""

    origin: str
    key: str


@pytest.fixture(scope="session")
def straight(stand_in: StandIn) -> Place:
    """The simulator itself."""
    return Place(stand_in.url, "sk-straight")


@pytest.fixture(scope="session")
def through(gateway: Gateway) -> Place:
    """The same simulator through the gateway."""
    return Place(gateway.url, gateway.key())


@pytest.fixture(scope="session")
def stranger(gateway: Gateway) -> Place:
    """The gateway, as somebody who owns nothing of what other tests make."""
    return Place(gateway.url, gateway.key_of_somebody_else())


@pytest.fixture(params=["/v1", "/compatible-mode/v1"])
def openai_twice(request: pytest.FixtureRequest, straight: Place, through: Place) -> Iterator[Twice[openai.OpenAI]]:
    """The `openai` package at both places; at the gateway's own path, and at Bailian's."""
    with (
        openai.OpenAI(base_url=f"{straight.origin}/compatible-mode/v1", api_key=straight.key, max_retries=0) as one,
        openai.OpenAI(base_url=through.origin + request.param, api_key=through.key, max_retries=0) as other,
    ):
        yield Twice(lambda: one, lambda: other, openai.APIError)


@pytest.fixture(params=["/apps/anthropic", "/anthropic"])
def anthropic_twice(
    request: pytest.FixtureRequest, straight: Place, through: Place
) -> Iterator[Twice[anthropic.Anthropic]]:
    """The `anthropic` package at both places."""
    with (
        anthropic.Anthropic(base_url=f"{straight.origin}/apps/anthropic", api_key=straight.key, max_retries=0) as one,
        anthropic.Anthropic(base_url=through.origin + request.param, api_key=through.key, max_retries=0) as other,
    ):
        yield Twice(lambda: one, lambda: other, anthropic.APIError)


@pytest.fixture
def dashscope_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[Place], str]:
    """Points the `dashscope` package to a place, and gives the key for it: its addresses hold for the whole process."""

    def point(place: Place) -> str:
        monkeypatch.setattr(dashscope, "base_http_api_url", f"{place.origin}/api/v1")
        sockets = place.origin.replace("http://", "ws://")
        monkeypatch.setattr(dashscope, "base_websocket_api_url", f"{sockets}/api-ws/v1/inference")
        monkeypatch.setattr(dashscope, "api_key", place.key)
        return place.key

    return point


@pytest.fixture
def dashscope_twice(dashscope_at: Callable[[Place], str], straight: Place, through: Place) -> Twice[str]:
    """The `dashscope` package at both places. It raises nothing when it is refused."""
    return Twice(lambda: dashscope_at(straight), lambda: dashscope_at(through), ())
