"""Two processes over one Postgres, one folder of files and one Redis: what one of them dies over, the other one brings to its end."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from conftest import serving, simulator
from database import POSTGRES, REDIS, Postgres
from gateway import Gateway
from makings import PRICE, RESULTS, SUBMIT, WISH, ended, finished_once, step, tasks, wished
from product import eventually
from stand_in import StandIn

pytestmark = pytest.mark.skipif(not (POSTGRES and REDIS), reason="there is no Postgres and Redis to share")


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[StandIn]:
    with simulator(tmp_path) as running:
        yield running


@pytest.fixture
def begin(upstream: StandIn, tmp_path: Path) -> Iterator[Callable[..., Gateway]]:
    """Starts one more process over the same database, files and Redis."""
    database = Postgres()
    with ExitStack() as running:

        def one_more(name: str, **settings: object) -> Gateway:
            folder = tmp_path / name
            folder.mkdir()
            shared = {"files__folder": tmp_path / "files", "security__master_key_file": tmp_path / "master.key"} | settings
            return running.enter_context(serving(folder, upstream.url, database, **shared))

        yield one_more


def outlived(begin: Callable[..., Gateway], one: Gateway) -> Gateway:
    """Kills the process that works on a job, beside another one, which is left."""
    other = begin("other")
    one.kill()
    return other


def test_a_job_of_a_process_that_takes_none(upstream: StandIn, begin: Callable[..., Gateway]) -> None:
    one = begin("one", works__jobs_at_once=0)
    job = wished(one)
    assert tasks(upstream) == 0
    finished_once(upstream, outlived(begin, one), job)


def test_a_process_that_dies_before_it_hears_the_answer(upstream: StandIn, begin: Callable[..., Gateway]) -> None:
    one = begin("one")
    before = upstream.count()
    with upstream.faults("slow-start:120s", path=SUBMIT):
        job = wished(one)

        def asked() -> bool:
            return any(asked["path"] == SUBMIT for asked in upstream.requests(before)) and bool(step(one, job)["asked_at"])

        eventually(asked, "the request is at the upstream", pause=0.005)
        other = outlived(begin, one)
    finished_once(upstream, other, job)


def test_a_process_that_dies_while_the_task_runs(upstream: StandIn, begin: Callable[..., Gateway]) -> None:
    one = begin("one")
    upstream.behaves(task_time="30s")
    job = wished(one)
    eventually(lambda: step(one, job).get("task"), "the task is known", pause=0.005)
    finished_once(upstream, outlived(begin, one), job)


def test_a_process_that_dies_while_it_fetches(upstream: StandIn, begin: Callable[..., Gateway]) -> None:
    one = begin("one")
    with upstream.faults("slow-start:120s", path=RESULTS):
        job = wished(one)
        eventually(lambda: step(one, job).get("results"), "the results are known", pause=0.005)
        other = outlived(begin, one)
    finished_once(upstream, other, job)


def test_many_jobs_of_two_processes_of_which_one_dies(upstream: StandIn, begin: Callable[..., Gateway]) -> None:
    one, other = begin("one", works__jobs_per_person=8), begin("other", works__jobs_per_person=8)
    upstream.behaves(task_time="1s")
    jobs = [wished(one, WISH | {"seed": seed}) for seed in range(12)]

    def some_are_done() -> bool:
        return len(one.query("SELECT id FROM jobs WHERE state = 'succeeded'")) >= 3

    eventually(some_are_done, "some are done", pause=0.005)
    one.kill()
    assert {ended(other, job, 120)["state"] for job in jobs} == {"succeeded"}
    assert tasks(upstream) == len(jobs)
    calls = other.query("SELECT outcome, cost FROM calls")
    assert calls == [{"outcome": "succeeded", "cost": 2 * PRICE}] * len(jobs)
    assert not other.query("SELECT id FROM call_holds")
    assert len(other.query("SELECT id FROM works")) == 2 * len(jobs)
    other.command("doctor", "--reconcile")
