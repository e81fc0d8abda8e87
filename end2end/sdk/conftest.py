"""A `liantai simulator` of the tests' own, on a free port, for the official clients to talk to."""

import os
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

BINARY = os.environ.get("LIANTAI_BINARY") or Path(__file__).parents[2] / "dist" / "liantai"

# The SDKs take proxies and keys from the environment; these tests hand both in.
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name in ("DASHSCOPE_API_KEY", "OPENAI_API_KEY"):
        del os.environ[name]


@contextmanager
def simulator(folder: Path, *arguments: str) -> Iterator[str]:
    """A simulator that runs in `folder` and answers without delay; gives its base address for the OpenAI protocol."""
    addr = f"127.0.0.1:{free_port()}"
    with open(folder / "log", "w+b") as log:
        immediate = ["--latency", "0", "--speed", "0", "--task-time", "0"]
        command = [BINARY, "simulator", "--addr", addr, *immediate, *arguments]
        process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(addr, process, folder / "log")
            yield f"http://{addr}/compatible-mode/v1"
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bailian's base address for the OpenAI protocol, as the simulator offers it."""
    with simulator(tmp_path_factory.mktemp("simulator")) as address:
        yield address


@pytest.fixture
def faulty(tmp_path: Path) -> Iterator[Callable[[str], str]]:
    """Starts a simulator in which a fault always strikes, and gives its base address."""
    with ExitStack() as running:
        yield lambda fault: running.enter_context(simulator(tmp_path, "--fault", fault))


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


def wait_for(addr: str, simulator: subprocess.Popen, log: Path) -> None:
    """Returns when the simulator accepts connections; fails with its log when it ended or 20 seconds have passed."""
    host, port = addr.split(":")
    end = time.monotonic() + 20
    while simulator.poll() is None and time.monotonic() < end:
        try:
            socket.create_connection((host, int(port)), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    pytest.fail(f"the simulator does not listen on {addr}:\n{log.read_text()}")
