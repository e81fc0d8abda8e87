"""What the gateway costs: Liantai with keys, limits, a budget and the call log, beside nginx with plain `proxy_pass`.

    python3 end2end/bench/gateway [--rounds 3] [--seconds 5] [--streams 5000] [--log warn] [--out FILE]

Everything runs on this machine and talks over its loopback. Runs through the three places take turns, so that whatever
else the machine does meets all of them; trust the ratios, and CPU more than rates: load and server share the cores.
"""

import argparse
import json
import os
import platform
import resource
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from statistics import median

import closed_loop
import fixed_rate
import overload
import streams
from measure import Shares, resident
from places import CHAT, MODEL, STREAMED_MODEL, Liantai, Place, Processes, Simulator, ask, direct, nginx
from table import Table, shares

ROOT = Path(__file__).parents[3]
STREAMS_AT_ONCE = 50
STARTS = 5
# A chat of a few turns, about 300 bytes as most are, and one with a long document in it.
SMALL = {
    "model": MODEL,
    "messages": [
        {"role": "system", "content": "You are a helpful assistant. Answer briefly and in the language of the question."},
        {"role": "user", "content": "What is the tallest mountain of Zhejiang, and how high is it above the sea?"},
    ],
    "temperature": 0.7,
    "max_tokens": 200,
}
# So many connections are a flood, and the pause of those who are refused makes it three times what Liantai can do.
FLOOD = 1_000
OVERLOADED = 3
# How long the model thinks beside which fairness is measured, as a small one does.
THINKS_MS = 300
LARGE = SMALL | {"messages": [{"role": "user", "content": "The mill stood by the river. " * 3_450}]}


class Bench:
    """The places, and what was measured at each."""

    def __init__(self, options: argparse.Namespace, folder: Path, processes: Processes) -> None:
        self.options = options
        binary = os.environ.get("LIANTAI_BINARY") or str(ROOT / "dist" / "liantai")
        self.simulator = Simulator(binary, folder, processes)
        self.liantai = Liantai(binary, self.simulator, folder, processes, options.log)
        self.places = [direct(self.simulator), nginx(self.simulator, folder, processes), self.liantai.place]
        self.table = Table()
        self.cpu: dict[str, dict[str, dict[str, float]]] = {}

    def starts(self) -> None:
        say("starting and resting")
        took, rest = [], []
        for _ in range(STARTS):
            self.liantai.stop()
            took.append(self.liantai.start())
        # Long enough for what a start leaves behind to be given back.
        time.sleep(5)
        for place in self.places[1:]:
            rest.append(resident(place.pid) / 2**20)
        self.table.row("start until `/readyz`, s", {"Liantai": took}, ".2f", "0.3")
        self.table.row("memory at rest (RSS), MiB", {"nginx": rest[:1], "Liantai": rest[1:]}, ".1f", "40")

    def small(self) -> float:
        """Requests as fast as they go; gives Liantai's rate."""
        rates, cpu = self.closed("small requests", SMALL, 64)
        self.table.row("requests/s at 64 connections", rates, ",.0f")
        self.table.row("CPU per small request, µs", cpu, ".1f", "≤ 3 × nginx")
        return median(rates["Liantai"])

    def large(self) -> None:
        rates, cpu = self.closed("100 KB requests", LARGE, 16)
        self.table.row("100 KB requests/s at 16 connections", rates, ",.0f")
        self.table.row("CPU per 100 KB request, µs", cpu, ".0f", "≤ 3 × nginx")

    def closed(self, what: str, question: dict, connections: int) -> tuple[dict, dict]:
        body = json.dumps(question, separators=(",", ":")).encode()
        rates: dict[str, list[float]] = {place.name: [] for place in self.places}
        cpu: dict[str, list[float]] = {place.name: [] for place in self.places[1:]}
        for turn, place in self.turns(what):
            run = closed_loop.run(place, body, connections, self.options.seconds, self.pids(place))
            if turn < 0:
                continue
            rates[place.name].append(run.rate)
            if place.pid:
                cpu[place.name].append(run.cpu[place.name] / run.requests)
            self.cpu.setdefault(f"{what}, as fast as they go", {})[place.name] = run.cpu
        return rates, cpu

    def steady(self, peak: float) -> None:
        """What a place adds to the time that the simulator takes, at half of Liantai's peak."""
        rate = round(peak / 2, -2)
        body = json.dumps(SMALL, separators=(",", ":")).encode()
        took: dict[str, list[list[float]]] = {place.name: [] for place in self.places}
        for turn, place in self.turns(f"{rate:,.0f} requests/s"):
            used = Shares(self.pids(place), time.monotonic())
            answers = fixed_rate.run(place, body, rate, self.options.seconds)
            self.cpu.setdefault(f"{rate:,.0f} requests/s", {})[place.name] = used.taken(time.monotonic())
            if turn >= 0:
                took[place.name].append(answers)
        for share, aim in ((0.5, ""), (0.99, "< 1")):
            at = {name: [fixed_rate.percentile(run, share) for run in runs] for name, runs in took.items()}
            name = f"P{share * 100:.0f}"
            self.table.row(f"{name} at {rate:,.0f} requests/s, ms", at, ".2f")
            base = at["direct"]
            added = {place: [one - zero for one, zero in zip(at[place], base)] for place in ("nginx", "Liantai")}
            self.table.row(f"{name} added to that of the simulator, ms", added, ".2f", aim)

    def streamed(self) -> None:
        cpu: dict[str, list[float]] = {place.name: [] for place in self.places[1:]}
        what = f"{STREAMS_AT_ONCE} streams of {streams.EVENTS} events"
        for turn, place in self.turns(what):
            used = Shares(self.pids(place), time.monotonic())
            events = streams.read(place, self.simulator, STREAMS_AT_ONCE)
            taken = used.taken(time.monotonic())
            if turn >= 0 and place.pid:
                cpu[place.name].append(taken[place.name] / events)
            self.cpu.setdefault(what, {})[place.name] = taken
        self.table.row(f"CPU per event of {what}, µs", cpu, ".1f", "≤ nginx")

    def held(self) -> None:
        """How much memory a stream takes that is open and says nothing. Both sides of a proxy need a descriptor."""
        _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        count = min(self.options.streams, (limit - 1_000) // 2)
        memory: dict[str, list[float]] = {}
        for place in self.places[1:]:
            say(f"{count:,} open streams: {place.name}")
            before = resident(place.pid)
            with streams.held(place, self.simulator, count):
                time.sleep(2)
                memory[place.name] = [(resident(place.pid) - before) / count / 1000]
            time.sleep(2)
        self.table.row(f"memory per stream, {count:,} open (RSS), kB", memory, ".1f", "64")

    def overloaded(self, peak: float) -> None:
        """Three times the peak: what is still answered, how fast the rest is refused, and what others notice."""
        say(f"overload, {OVERLOADED} times the peak")
        place, seconds = self.liantai.place, self.options.seconds + 2 * overload.SETTLED
        pause_ms = round(FLOOD / ((OVERLOADED - 1) * peak) * 1000)
        body = json.dumps(SMALL, separators=(",", ":")).encode()
        with overload.flood(place, place.keys[1:], body, FLOOD, round(seconds), pause_ms) as flood:
            calls, health = overload.ask_at_once(
                (place, place.keys[0], "POST", CHAT, SMALL, self.options.seconds, 0.01),
                (place, place.keys[0], "GET", "/healthz", None, self.options.seconds, 0.01),
            )
        offered, goodput = (flood.answered + flood.refused) / flood.seconds, flood.answered / flood.seconds
        name = f"at {offered:,.0f} requests/s"
        self.table.row(f"answers to those of the peak, {name}", {"Liantai": [goodput / peak]}, ".2f", "≥ 0.8")
        refusals = calls.took.get(HTTPStatus.SERVICE_UNAVAILABLE, [])
        self.table.row(f"slowest of {len(refusals)} refusals, ms", {"Liantai": refusals[-1:]}, ".0f", "≤ 50")
        self.table.row(f"P99 of `/healthz` {name}, ms", {"Liantai": [health.at(0.99)]}, ".0f", "≤ 200")

    def fair(self) -> None:
        """How much longer a key's answers take while another key asks a thousand things at once, of a model that thinks."""
        say("fairness between two keys")
        place, seconds = self.liantai.place, self.options.seconds
        question = SMALL | {"model": STREAMED_MODEL, "max_tokens": 20}
        body = json.dumps(question, separators=(",", ":")).encode()
        asked = (place, place.keys[0], "POST", CHAT, question, seconds)
        self.simulator.control("PUT", "options", {"latency": f"{THINKS_MS}ms"})
        try:
            alone = overload.ask(*asked)
            with overload.flood(place, place.keys[1:2], body, FLOOD, round(seconds + 2 * overload.SETTLED), 1_000):
                beside = overload.ask(*asked)
        finally:
            self.simulator.control("PUT", "options", {"latency": "0ms"})
        refused = sum(len(took) for status, took in beside.took.items() if status != HTTPStatus.OK)
        ratio = {"Liantai": [beside.at(0.95) / alone.at(0.95)]}
        self.table.row(f"P95 of a key beside one with {FLOOD:,} requests at once, to that alone", ratio, ".2f", "≤ 2")
        self.table.row("… and its refusals", {"Liantai": [refused]}, ".0f", "0")

    def turns(self, what: str) -> Iterator[tuple[int, Place]]:
        """Each place once to warm up, and then once in each round, in another order each time."""
        for place in self.places:
            say(f"{what}: {place.name}, warming up")
            yield -1, place
        for turn in range(self.options.rounds):
            for number in range(len(self.places)):
                place = self.places[(turn + number) % len(self.places)]
                say(f"{what}: {place.name}, {turn + 1} of {self.options.rounds}")
                yield turn, place

    def pids(self, place: Place) -> dict[str, int]:
        own = {place.name: place.pid} if place.pid else {}
        return {"simulator": self.simulator.pid} | own

    def check(self) -> None:
        """Each place answers, and the same, before anything is measured."""
        answers = set()
        for place in self.places:
            key = {"Authorization": f"Bearer {place.keys[0]}"}
            status, answer = ask(place.addr, "POST", CHAT, SMALL, key)
            assert status == 200, f"{place.name}: {status} {answer.decode()}"
            answers.add(answer)
        assert len(answers) == 1, answers


def report(bench: Bench) -> str:
    options = bench.options
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, Linux {platform.release()}; {options.rounds} rounds of "
        f"{options.seconds} s, median (least–most). Liantai with SQLite, 40 keys with limits and a monthly budget, "
        f"log filter `{options.log}`; nginx with one worker and no log.\n\n{bench.table}\n{shares(bench.cpu)}"
    )


def say(what: str) -> None:
    sys.stderr.write(f"  {what}\n")


def main() -> None:
    reader = argparse.ArgumentParser(description="Measures the gateway beside nginx.")
    reader.add_argument("--rounds", type=int, default=3)
    reader.add_argument("--seconds", type=int, default=5, help="of each run")
    reader.add_argument("--streams", type=int, default=5_000, help="held open at once")
    reader.add_argument("--log", default="warn", help="Liantai's log filter")
    reader.add_argument("--out", type=Path, default=ROOT / "dist" / "gateway-bench.md")
    options = reader.parse_args()
    # So that whoever ends this ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    _, limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))
    with tempfile.TemporaryDirectory(prefix="liantai-bench-") as folder, Processes() as processes:
        bench = Bench(options, Path(folder), processes)
        bench.check()
        bench.starts()
        peak = bench.small()
        bench.steady(peak)
        bench.large()
        bench.streamed()
        bench.held()
        bench.overloaded(peak)
        bench.fair()
        say(f"accounts: {bench.liantai.reconcile()}")
        text = report(bench)
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(text)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
