"""A `liantai simulator` of the tests' own, on a free port, for the official clients to talk to."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

BINARY = os.environ.get("LIANTAI_BINARY") or Path(__file__).parents[2] / "dist" / "liantai"

# The SDKs take proxies and keys from the environment; these tests hand both in.
for name in list(os.environ):
    if name.lower().endswith("_proxy") or name in ("DASHSCOPE_API_KEY", "OPENAI_API_KEY"):
        del os.environ[name]


@pytest.fixture(scope="session")
def base_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Bailian's base address for the OpenAI protocol, as the simulator offers it."""
    addr = f"127.0.0.1:{free_port()}"
    folder = tmp_path_factory.mktemp("simulator")
    with open(folder / "log", "w+b") as log:
        immediate = ["--latency", "0", "--speed", "0", "--task-time", "0"]
        command = [BINARY, "simulator", "--addr", addr, *immediate]
        simulator = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        try:
            wait_for(addr, simulator, folder / "log")
            yield f"http://{addr}/compatible-mode/v1"
        finally:
            simulator.terminate()
            simulator.wait(timeout=20)


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
