"""Makings whose process is killed at each of their steps: one task at Bailian, one line in the log, one finished work."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import serving, simulator
from gateway import Gateway
from makings import RESULTS, SUBMIT, WISH, ended, finished_once, making, step, tasks, wished
from outside import bearer, send
from product import eventually
from stand_in import StandIn


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[StandIn]:
    """A simulator that outlives the server."""
    with simulator(tmp_path) as running:
        yield running


@pytest.fixture
def gateway(upstream: StandIn, tmp_path: Path) -> Iterator[Gateway]:
    with serving(tmp_path, upstream.url) as running:
        yield running


def dies_when(gateway: Gateway, reached: Callable[[], object], what: str) -> None:
    """Kills the server as soon as it is so, and starts it again."""
    eventually(reached, what, pause=0.005)
    gateway.kill()
    gateway.start_again()


def test_an_undisturbed_making_is_one_task_and_one_line(upstream: StandIn, gateway: Gateway) -> None:
    finished_once(upstream, gateway, wished(gateway))


def test_a_process_that_dies_before_it_asks(upstream: StandIn, tmp_path: Path) -> None:
    with serving(tmp_path, upstream.url, works__jobs_at_once=0) as gateway:
        job = wished(gateway)
        assert tasks(upstream) == 0
        gateway.kill()
        gateway.environment["LIANTAI__WORKS__JOBS_AT_ONCE"] = "10"
        gateway.start_again()
        finished_once(upstream, gateway, job)


def test_a_process_that_dies_before_it_hears_the_answer(upstream: StandIn, gateway: Gateway) -> None:
    before = upstream.count()
    with upstream.faults("slow-start:60s", path=SUBMIT):
        job = wished(gateway)

        def asked() -> bool:
            return any(one["path"] == SUBMIT for one in upstream.requests(before)) and bool(step(gateway, job)["asked_at"])

        eventually(asked, "the request is at the upstream", pause=0.005)
        assert step(gateway, job)["task"] is None
        gateway.kill()
    gateway.start_again()
    finished_once(upstream, gateway, job)


def test_a_process_that_dies_while_the_task_runs(upstream: StandIn, gateway: Gateway) -> None:
    upstream.behaves(task_time="4s")
    job = wished(gateway)
    dies_when(gateway, lambda: step(gateway, job).get("task"), "the task is known")
    finished_once(upstream, gateway, job)


def test_a_process_that_dies_while_it_fetches(upstream: StandIn, gateway: Gateway) -> None:
    with upstream.faults("slow-start:60s", path=RESULTS):
        job = wished(gateway)
        eventually(lambda: step(gateway, job).get("results"), "the results are known", pause=0.005)
        gateway.kill()
    gateway.start_again()
    finished_once(upstream, gateway, job)


def test_the_same_submission_is_one_making(upstream: StandIn, gateway: Gateway) -> None:
    draft = json.dumps({"submission_id": "01990000-0000-7000-8000-000000000001", "wish": WISH}).encode()
    token = bearer(gateway.token())
    ids = {send("POST", f"{gateway.url}/rest/v1/makings", draft, token).json["id"] for _ in range(3)}
    [job] = ids
    finished_once(upstream, gateway, job)


def test_a_refused_wish_costs_nothing_and_says_why(upstream: StandIn, gateway: Gateway) -> None:
    with upstream.faults("inspection", path=SUBMIT):
        done = ended(gateway, wished(gateway))
    assert (done["state"], done["failure"]["code"], done["cost"]) == ("failed", "content_refused", None)
    [call] = gateway.query("SELECT outcome, cost FROM calls")
    assert call == {"outcome": "refused", "cost": 0}
    assert not gateway.query("SELECT id FROM call_holds")


def test_a_throttled_wish_waits_for_its_turn(upstream: StandIn, gateway: Gateway) -> None:
    with upstream.faults("retry-after:1", path=SUBMIT):
        job = wished(gateway)
        eventually(lambda: gateway.query("SELECT 1 FROM jobs WHERE attempts > 0"), "it was tried")
    finished_once(upstream, gateway, job)


def test_a_making_that_is_not_wanted_is_over(upstream: StandIn, tmp_path: Path) -> None:
    with serving(tmp_path, upstream.url, works__jobs_at_once=0) as gateway:
        job = wished(gateway)
        token = gateway.token()
        called_off = send("POST", f"{gateway.url}/rest/v1/makings/{job}/cancel", b"", bearer(token))
        assert called_off.status == 204
        assert making(gateway, token, job)["state"] == "cancelled"
        assert tasks(upstream) == 0
        assert not gateway.query("SELECT id FROM call_holds")


def test_a_text_is_spoken(upstream: StandIn, gateway: Gateway) -> None:
    wish = {"kind": "speech", "model": "cosyvoice-v3-flash", "text": "你好，世界。", "voice": "longanyang", "format": "mp3"}
    done = ended(gateway, wished(gateway, wish))
    assert (done["state"], [work["mime"] for work in done["works"]]) == ("succeeded", ["audio/mpeg"]), done
    [call] = gateway.query("SELECT outcome, characters FROM calls")
    assert call["outcome"] == "succeeded" and call["characters"] > 0


def test_a_long_text_is_one_recording(upstream: StandIn, gateway: Gateway) -> None:
    text = "从前有一座山。" * 200
    wish = {"kind": "speech", "model": "qwen3-tts-flash", "text": text, "voice": "Cherry", "format": "wav"}
    done = ended(gateway, wished(gateway, wish))
    assert (done["state"], [work["mime"] for work in done["works"]]) == ("succeeded", ["audio/wav"]), done
    assert done["done"] == [3, 3]
    assert len(gateway.query("SELECT id FROM calls")) == 1


def test_a_video_is_made(upstream: StandIn, gateway: Gateway) -> None:
    wish = {"kind": "video", "model": "wan2.2-t2v-plus", "prompt": "海浪", "lines": 480, "seconds": 5}
    done = ended(gateway, wished(gateway, wish))
    assert (done["state"], [work["mime"] for work in done["works"]]) == ("succeeded", ["video/mp4"]), done
    assert done["cost"] == done["at_most"] == 5 * 140_000
