"""The simulator, and the two that stand in front of it: nginx and Liantai. Everything on free ports of this machine."""

import json
import re
import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from os import environ
from pathlib import Path

CHAT = "/compatible-mode/v1/chat/completions"
# Answered from memory by the simulator, so that a load test measures anything but it.
MODEL = "simulator-fixed"
STREAMED_MODEL = "qwen-flash"
# A key may make so many requests a minute at most, and a load test makes more: it takes turns with so many keys.
KEYS = 40
REQUESTS_PER_MINUTE = 60_000
TOKENS_PER_MINUTE = 1_000_000_000
BUDGET = 1_000_000_000_000_000
OWNER, PASSWORD = "owner@example.com", "ink-brush-mountain-42"


@dataclass
class Place:
    """Where requests are sent, and whose CPU is counted for it: nobody's for the simulator itself."""

    name: str
    addr: str
    keys: list[str]
    pid: int | None = None


@dataclass
class Processes:
    """What was started, ended in the reverse order."""

    started: list[subprocess.Popen] = field(default_factory=list)

    def start(self, command: list[str], folder: Path, log: Path, **more: str) -> subprocess.Popen:
        with open(log, "ab") as output:
            process = subprocess.Popen(
                command, cwd=folder, env=environ | more, stdout=output, stderr=subprocess.STDOUT
            )
        self.started.append(process)
        return process

    def end(self, process: subprocess.Popen) -> None:
        self.started.remove(process)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def __enter__(self) -> "Processes":
        return self

    def __exit__(self, *_: object) -> None:
        while self.started:
            self.end(self.started[-1])


class Simulator:
    """`liantai simulator` at full speed, and its control."""

    def __init__(self, binary: str, folder: Path, processes: Processes) -> None:
        command = [binary, "simulator", "--addr", "127.0.0.1:0", "--latency", "0", "--speed", "0"]
        log = folder / "simulator.log"
        process = processes.start(command, folder, log)
        self.pid = process.pid
        self.addr = listening(process, log)

    def control(self, method: str, what: str, body: object) -> None:
        status, answer = ask(self.addr, method, f"/simulator/{what}", body)
        assert status == 200, answer


def direct(simulator: Simulator) -> Place:
    return Place("direct", simulator.addr, ["sk-bench"])


def nginx(simulator: Simulator, folder: Path, processes: Processes) -> Place:
    """One worker, nothing but `proxy_pass`: no buffers, no log, connections to the upstream kept."""
    program = shutil.which("nginx", path=f"{environ.get('PATH', '')}:/usr/sbin")
    assert program, "nginx is not installed"
    port = free_port()
    (folder / "nginx").mkdir()
    config = folder / "nginx.conf"
    config.write_text(f"""
daemon off;
master_process off;
pid nginx.pid;
error_log stderr error;
worker_rlimit_nofile 20000;
events {{ worker_connections 16384; }}
http {{
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    keepalive_requests 100000000;
    upstream simulator {{ server {simulator.addr}; keepalive 256; keepalive_requests 100000000; }}
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        client_max_body_size 32m;
        location / {{
            proxy_pass http://simulator;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_buffering off;
            proxy_request_buffering off;
            proxy_read_timeout 300s;
        }}
    }}
}}
""")
    process = processes.start([program, "-p", str(folder / "nginx"), "-c", str(config)], folder, folder / "nginx.log")
    place = Place("nginx", f"127.0.0.1:{port}", ["sk-bench"], process.pid)
    until(place.addr, "/simulator", process, folder / "nginx.log")
    return place


class Liantai:
    """The product with SQLite: keys that are checked, limits that are counted, a budget, and every call written down."""

    def __init__(self, binary: str, simulator: Simulator, folder: Path, processes: Processes, log_filter: str) -> None:
        self._binary, self._folder, self._processes = binary, folder / "liantai", processes
        self._folder.mkdir()
        self._addr = f"127.0.0.1:{free_port()}"
        self._environment = {
            "LIANTAI__SERVER__ADDR": self._addr,
            "LIANTAI__DATABASE__URL": f"sqlite://{self._folder / 'liantai.db'}",
            "LIANTAI__BAILIAN__BASE_URL": f"http://{simulator.addr}",
            "LIANTAI__BAILIAN__API_KEY": "sk-bench",
            "LIANTAI__TELEMETRY__FILTER": log_filter,
        }
        # The simulator's own model has no price, and a budget binds only what has one.
        card = json.loads(self._command("model", "show", STREAMED_MODEL))
        card.pop("id", None)
        self._command("model", "set", MODEL, json.dumps(card))
        self._command("user", "add", OWNER, "--name", "Owner", "--role", "owner", said=f"{PASSWORD}\n")
        self.place = Place("Liantai", self._addr, [])
        self.start()
        self.place.keys = self._keys()

    def start(self) -> float:
        """Starts it over what is there, and tells how many seconds that took until it was ready."""
        log = self._folder / "serve.log"
        from_ = time.perf_counter()
        self._process = self._processes.start([self._binary, "serve"], self._folder, log, **self._environment)
        until(self._addr, "/readyz", self._process, log)
        self.place.pid = self._process.pid
        return time.perf_counter() - from_

    def stop(self) -> None:
        self._processes.end(self._process)

    def reconcile(self) -> str:
        """What the product itself finds wrong with its accounts. Fails when there is anything."""
        return self._command("doctor", "--reconcile").strip()

    def _keys(self) -> list[str]:
        who = {"email": OWNER, "password": PASSWORD, "device": "bench"}
        status, entered = ask(self._addr, "POST", "/rest/v1/auth/login", who)
        assert status == 200, entered
        token = {"Authorization": f"Bearer {json.loads(entered)['access_token']}"}
        wanted = {
            "name": "bench",
            "scopes": ["gateway.use"],
            "requests_per_minute": REQUESTS_PER_MINUTE,
            "tokens_per_minute": TOKENS_PER_MINUTE,
            "budget_per_month": BUDGET,
        }
        keys = []
        for _ in range(KEYS):
            status, made = ask(self._addr, "POST", "/rest/v1/me/api-keys", wanted, token)
            assert status == 201, made
            keys.append(json.loads(made)["secret"])
        return keys

    def _command(self, *arguments: str, said: str = "") -> str:
        done = subprocess.run(
            [self._binary, *arguments],
            cwd=self._folder,
            env=environ | self._environment,
            input=said,
            text=True,
            capture_output=True,
        )
        assert done.returncode == 0, f"liantai {' '.join(arguments)}:\n{done.stdout}{done.stderr}"
        return done.stdout


def ask(addr: str, method: str, path: str, body: object = None, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    connection = HTTPConnection(addr, timeout=30)
    try:
        sent = json.dumps(body) if body is not None else None
        connection.request(method, path, sent, {"Content-Type": "application/json"} | (headers or {}))
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def until(addr: str, path: str, process: subprocess.Popen, log: Path) -> None:
    """Asks every millisecond until the answer is 200."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, f"it ended:\n{log.read_text()}"
        try:
            if ask(addr, "GET", path)[0] == 200:
                return
        except (OSError, HTTPException):
            pass
        time.sleep(0.001)
    raise TimeoutError(f"nothing answers on {addr}:\n{log.read_text()}")


def listening(process: subprocess.Popen, log: Path) -> str:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        assert process.poll() is None, f"it ended:\n{log.read_text()}"
        if found := re.search(r"listening on http://([\d.]+:\d+)", log.read_text()):
            return found[1]
        time.sleep(0.01)
    raise TimeoutError(f"it does not say where it listens:\n{log.read_text()}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]
