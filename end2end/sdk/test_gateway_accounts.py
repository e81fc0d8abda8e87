"""The calls that the gateway writes down, against the simulator's own record of what it answered."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import anthropic
import dashscope
import openai
import pytest
from dashscope import Generation, ImageSynthesis, TextEmbedding, TextReRank

from conftest import Place, serving, simulator
from gateway import UPSTREAM_KEY, Gateway
from product import eventually
from stand_in import StandIn

QWEN = {"model": "qwen-plus", "messages": [{"role": "user", "content": "背一首诗"}]}
LONG = [{"role": "user", "content": "Say it again, slowly and clearly. " * 100}]


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[StandIn]:
    with simulator(tmp_path) as running:
        yield running


@pytest.fixture
def ledger(upstream: StandIn, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that nobody else uses."""
    with serving(tmp_path, upstream.url) as running:
        yield running


@pytest.fixture
def questions(ledger: Gateway, dashscope_at: Callable[[Place], str]) -> Iterator[list[Callable[[], object]]]:
    """One of everything that is billed by tokens or pictures."""
    place = Place(ledger.url, ledger.key())
    native = dashscope_at(place)
    with (
        openai.OpenAI(base_url=f"{place.origin}/v1", api_key=place.key, max_retries=0) as one,
        anthropic.Anthropic(base_url=f"{place.origin}/anthropic", api_key=place.key, max_retries=0) as other,
    ):
        chats, responses = one.chat.completions, one.responses
        yield [
            lambda: chats.create(**QWEN),
            lambda: chats.create(**QWEN, extra_body={"enable_thinking": True}, stream=True),
            lambda: chats.create(**QWEN, stream=True, stream_options={"include_usage": True}),
            lambda: chats.create(model="qwen-flash", messages=LONG),
            lambda: chats.create(model="qwen-flash", messages=LONG, stream=True),
            lambda: one.embeddings.create(model="text-embedding-v4", input=["a cat", "the wind"]),
            lambda: responses.create(model="qwen-plus", input="背一首诗"),
            lambda: responses.create(model="qwen-plus", input="背一首诗", stream=True),
            lambda: other.messages.create(**QWEN, max_tokens=200),
            lambda: other.messages.create(**QWEN, max_tokens=200, stream=True),
            lambda: Generation.call(**QWEN, api_key=native),
            lambda: Generation.call(**QWEN, stream=True, api_key=native),
            lambda: TextEmbedding.call(model="text-embedding-v3", input="a cat", api_key=native),
            lambda: TextReRank.call("gte-rerank-v2", query="cats", documents=["a cat", "a dog"], api_key=native),
            lambda: ImageSynthesis.call("wan2.2-t2i-flash", "纸灯笼", n=2, size="512*512", api_key=native),
        ]


def ask(question: Callable[[], object]) -> None:
    """Asks and reads the whole answer. What goes wrong on the way is expected."""
    try:
        answer = question()
        if isinstance(answer, (openai.Stream, anthropic.Stream)) or hasattr(answer, "__next__"):
            for _ in answer:
                pass
    except (openai.APIError, anthropic.APIError, dashscope.common.error.DashScopeException):
        pass


Sums = dict[str, tuple[int, int, int, int]]


def billed(upstream: StandIn) -> Sums:
    """By model, what the simulator answered to the end: tokens in, out, from the cache, pictures."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for request in upstream.requests(-1):
        if request["billed"] and request["outcome"] == "answered" and request["key"] == f"{UPSTREAM_KEY[:6]}…":
            bill = request["billed"]
            figures = (bill[name] for name in ("input_tokens", "output_tokens", "cached_tokens", "images"))
            sums[bill["model"]] = [one + more for one, more in zip(sums[bill["model"]], figures)]
    return {model: tuple(figures) for model, figures in sums.items() if any(figures)}


def counted(ledger: Gateway) -> Sums:
    """The same, as the gateway wrote it down from what it was told."""
    rows = ledger.query(
        "SELECT served_model, sum(input_tokens), sum(output_tokens), sum(cached_tokens), sum(images)"
        " FROM calls WHERE usage_source = 'reported' GROUP BY served_model"
    )
    return {model: tuple(figures) for model, *figures in (row.values() for row in rows) if any(figures)}


def settled(ledger: Gateway) -> None:
    eventually(lambda: not ledger.query("SELECT id FROM call_holds"), "nothing is held any more", 60)


def test_what_is_counted_is_what_was_billed(
    upstream: StandIn, ledger: Gateway, questions: list[Callable[[], object]]
) -> None:
    for question in questions:
        ask(question)
    settled(ledger)

    sums = counted(ledger)
    assert sums == billed(upstream)
    totals = upstream.totals(UPSTREAM_KEY)
    assert sum(one["billed"]["input_tokens"] for one in totals.values()) == sum(figures[0] for figures in sums.values())
    assert sum(one["billed"]["output_tokens"] for one in totals.values()) == sum(figures[1] for figures in sums.values())
    assert ledger.query("SELECT count(*) AS count FROM calls WHERE outcome <> 'succeeded'")[0]["count"] == 0
    assert ledger.query("SELECT count(*) AS count FROM calls WHERE priced AND cost = 0 AND output_tokens > 0")[0]["count"] == 0


def test_faults_and_parallel_calls_change_nothing_about_that(
    upstream: StandIn, ledger: Gateway, questions: list[Callable[[], object]]
) -> None:
    upstream.behaves(faults=["throttle:0.15", "internal:0.1", "cut:0.1", "hang-up:0.05", "crlf:0.2"])

    # The last one is a task, which nobody looks after once asking for its state was refused.
    asked = questions[:-1]

    # The `dashscope` package keeps its address for the whole process, so one place is all that they share.
    def several(turn: int) -> None:
        for number in range(8):
            ask(asked[(turn * 5 + number) % len(asked)])

    threads = [threading.Thread(target=several, args=(turn,)) for turn in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    upstream.behaves(faults=[])
    settled(ledger)

    assert counted(ledger) == billed(upstream)
    assert ledger.query("SELECT count(*) AS count FROM calls WHERE usage_source = 'reported' AND outcome = 'refused'")[0]["count"] == 0
    ledger.command("doctor", "--reconcile")


def test_a_call_is_in_the_log_before_its_last_byte(ledger: Gateway) -> None:
    with openai.OpenAI(base_url=f"{ledger.url}/v1", api_key=ledger.key(), max_retries=0) as client:
        for number in range(1, 6):
            client.chat.completions.create(**QWEN)
            assert len(ledger.query("SELECT id FROM calls")) == number
        for number in range(6, 11):
            list(client.chat.completions.create(**QWEN, stream=True))
            assert len(ledger.query("SELECT id FROM calls")) == number


def test_a_budget_is_never_overspent(ledger: Gateway) -> None:
    key = ledger.key_with(budget_per_month=2_000)
    refusals: list[int] = []

    def spend() -> None:
        with openai.OpenAI(base_url=f"{ledger.url}/v1", api_key=key, max_retries=0) as client:
            for _ in range(5):
                try:
                    client.chat.completions.create(**QWEN, max_tokens=50)
                except openai.APIStatusError as refused:
                    refusals.append(refused.status_code)

    threads = [threading.Thread(target=spend) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    settled(ledger)

    assert set(refusals) <= {402, 429} and refusals
    spent = ledger.query("SELECT spent, held FROM spending WHERE scope = 'key' AND period = 'month'")
    assert [row["held"] for row in spent] == [0] * len(spent)
    assert 0 < sum(row["spent"] for row in spent) <= 2_000
    assert sum(row["cost"] for row in ledger.query("SELECT cost FROM calls")) == sum(row["spent"] for row in spent)
