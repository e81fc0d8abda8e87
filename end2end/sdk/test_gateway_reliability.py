"""What goes wrong between a client, the gateway and Bailian: clients that leave, an upstream that fails, a killed process."""

import json
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import anthropic
import openai
import pytest

from conftest import Place, serving, simulator
from gateway import UPSTREAM_KEY, Gateway
from outside import Reply, asked, bearer, send
from product import eventually
from stand_in import StandIn

QWEN = {"model": "qwen-plus", "messages": [{"role": "user", "content": "背一首诗"}]}
CHAT = "/compatible-mode/v1/chat/completions"
NATIVE = "/api/v1/services/aigc/text-generation/generation"
ANTHROPIC = "/apps/anthropic/v1/messages"
RESPONSES = "/v1/responses"
PATHS = [CHAT, NATIVE, ANTHROPIC, RESPONSES]
# Somebody who has left must be noticed in so many milliseconds.
NOTICED_MS = 500


@pytest.fixture
def upstream(tmp_path: Path) -> Iterator[StandIn]:
    """A simulator whose faults befall nobody else."""
    with simulator(tmp_path) as running:
        yield running


@pytest.fixture
def gateway(upstream: StandIn, tmp_path: Path) -> Iterator[Gateway]:
    """A gateway that says every second that it lives."""
    with serving(tmp_path, upstream.url, gateway__keep_alive_s=1) as running:
        yield running


@pytest.fixture
def place(gateway: Gateway) -> Place:
    return Place(gateway.url, gateway.key())


def body(path: str, **more: object) -> bytes:
    """A question in the form of that path."""
    if path == NATIVE:
        question = {"model": "qwen-plus", "input": {"messages": QWEN["messages"]}, "parameters": more}
    elif path == ANTHROPIC:
        question = QWEN | {"max_tokens": 2000} | more
    elif path == RESPONSES:
        question = {"model": QWEN["model"], "input": QWEN["messages"][0]["content"]} | more
    else:
        question = QWEN | more
    return json.dumps(question).encode()


def streamed(place: Place, path: str) -> Reply:
    """The bytes of a streamed answer, to their end or until the line breaks."""
    headers = bearer(place.key) | ({"X-DashScope-SSE": "enable"} if path == NATIVE else {})
    sent = body(path, incremental_output=True) if path == NATIVE else body(path, stream=True)
    return send("POST", place.origin + path, sent, headers)


# --- Clients that leave ---


@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
def test_who_leaves_before_the_first_byte_ends_the_call_upstream(
    upstream: StandIn, place: Place, stream: bool
) -> None:
    before = upstream.count()
    question = body(CHAT, stream=stream)
    with upstream.faults("slow-start:60s"), asked("POST", place.origin + CHAT, question, bearer(place.key)):
        upstream.request(before, "open")
    left = time.monotonic()
    upstream.request(before, "client_left")
    assert (time.monotonic() - left) * 1000 < NOTICED_MS


def test_who_leaves_an_answer_in_one_piece_ends_the_call_upstream(upstream: StandIn, place: Place) -> None:
    upstream.answers({"words": ["never", "said"], "held_after": 0})
    before = upstream.count()
    with asked("POST", place.origin + CHAT, body(CHAT), bearer(place.key)):
        eventually(lambda: upstream.request(before, "open")["status"], "the upstream has begun to answer")
    left = time.monotonic()
    upstream.request(before, "client_left")
    assert (time.monotonic() - left) * 1000 < NOTICED_MS


def test_who_leaves_a_stream_ends_the_call_upstream_and_pays_for_what_came(
    upstream: StandIn, gateway: Gateway, place: Place
) -> None:
    upstream.answers({"words": ["春", "眠", "不", "觉", "晓"], "held_after": 3})
    before = upstream.count()
    with asked("POST", place.origin + CHAT, body(CHAT, stream=True), bearer(place.key)) as connection:
        response = connection.getresponse()
        eventually(lambda: "不".encode() in response.readline(), "three pieces have come", pause=0)
    left = time.monotonic()
    upstream.request(before, "client_left")
    assert (time.monotonic() - left) * 1000 < NOTICED_MS

    def call() -> list:
        return gateway.query("SELECT outcome, usage_source, input_tokens, cost, priced FROM calls")

    [row] = eventually(call, "the call is in the log")
    assert (row["outcome"], row["usage_source"]) == ("cancelled", "estimated")
    assert row["input_tokens"] > 0
    assert row["cost"] > 0 or not row["priced"]
    assert not gateway.query("SELECT id FROM call_holds")


def test_who_reads_nothing_holds_the_upstream_back(upstream: StandIn, gateway: Gateway, place: Place) -> None:
    before = resident_kib(gateway.pid)
    payload = body(CHAT, stream=True)
    host, port = gateway.addr.split(":")
    head = (
        f"POST {CHAT} HTTP/1.1\r\nHost: gateway\r\nAuthorization: Bearer {place.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(payload)}\r\n\r\n"
    )
    with upstream.faults("endless@2", path=CHAT), ExitStack() as lines:
        for _ in range(20):
            line = lines.enter_context(socket.socket())
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            line.connect((host, int(port)))
            line.sendall(head.encode() + payload)
        # Unhindered, the upstream would send hundreds of megabytes in this time.
        time.sleep(3)
        grown = resident_kib(gateway.pid) - before
        # The fault is the path's; others are answered meanwhile.
        assert send("POST", place.origin + NATIVE, body(NATIVE), bearer(place.key)).status == HTTPStatus.OK
    assert grown < 20 * 1024, f"{grown} KiB for 20 clients that read nothing"


def resident_kib(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"^VmRSS:\s+(\d+) kB$", status, re.MULTILINE)[1])


# --- An upstream that fails ---


def test_how_long_to_wait_is_passed_on(upstream: StandIn, place: Place) -> None:
    with upstream.faults("retry-after:7"):
        refused = send("POST", place.origin + CHAT, body(CHAT), bearer(place.key))
    assert refused.status == HTTPStatus.TOO_MANY_REQUESTS
    assert refused.headers["retry-after"] == "7"
    assert refused.json["error"]["message"]


@pytest.mark.parametrize("path", PATHS)
def test_a_failing_upstream_is_told_in_the_words_of_the_protocol(
    upstream: StandIn, gateway: Gateway, place: Place, path: str
) -> None:
    with upstream.faults("internal"):
        refused = send("POST", place.origin + path, body(path), bearer(place.key) | {"anthropic-version": "2023-06-01"})
    assert refused.status == HTTPStatus.INTERNAL_SERVER_ERROR
    told = refused.json
    if path == NATIVE:
        assert told["code"] and told["message"] and told["request_id"]
    else:
        assert told["error"]["message"] and told["error"]["type"]
    [call] = gateway.query("SELECT outcome, cost, input_tokens FROM calls ORDER BY id DESC LIMIT 1")
    assert call == {"outcome": "failed", "cost": 0, "input_tokens": 0}


@pytest.mark.parametrize("fault", ["gateway:502", "html", "empty", "hang-up"])
def test_what_is_no_answer_is_never_given_as_one(upstream: StandIn, place: Place, fault: str) -> None:
    with upstream.faults(fault), openai.OpenAI(
        base_url=f"{place.origin}/v1", api_key=place.key, max_retries=0
    ) as client:
        with pytest.raises(openai.APIStatusError) as refused:
            client.chat.completions.create(**QWEN)
    assert refused.value.status_code >= 500
    assert refused.value.body["message"]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("fault", ["cut:10@4", "reset:10@4", "cut-character@4", "ends-early@4"])
def test_a_stream_that_breaks_off_ends_in_an_error(
    upstream: StandIn, gateway: Gateway, place: Place, path: str, fault: str
) -> None:
    if path == RESPONSES:
        # Four events come before its first words.
        fault = fault.replace("@4", "@8")
    with upstream.faults(fault):
        answer = streamed(place, path)
    assert answer.status == HTTPStatus.OK
    events = [event for event in answer.body.decode().split("\n\n") if event and not event.startswith(":")]
    told = "".join(re.findall(r"^data: ?(.*)$", events[-1], re.MULTILINE))
    if path == NATIVE:
        assert "event:error" in events[-1].replace(" ", "") and json.loads(told)["code"]
    else:
        assert json.loads(told)["error"]["message"]
    if path == RESPONSES:
        assert json.loads(told)["type"] == "error"
    for end in ("[DONE]", "message_stop", "response.completed", '"finish_reason":"stop"'):
        assert end not in answer.body.decode()

    def call() -> list:
        return gateway.query("SELECT outcome, usage_source FROM calls ORDER BY id DESC LIMIT 1")

    [row] = eventually(call, "the call is in the log")
    assert row == {"outcome": "failed", "usage_source": "estimated"}


def test_clients_raise_what_breaks_off(upstream: StandIn, place: Place) -> None:
    with upstream.faults("cut:10@4"):
        with openai.OpenAI(base_url=f"{place.origin}/v1", api_key=place.key, max_retries=0) as client:
            with pytest.raises(openai.APIError):
                list(client.chat.completions.create(**QWEN, stream=True))
        with anthropic.Anthropic(base_url=f"{place.origin}/anthropic", api_key=place.key, max_retries=0) as other:
            with pytest.raises(anthropic.APIError):
                list(other.messages.create(**QWEN, max_tokens=200, stream=True))


@pytest.mark.parametrize("form", ["crlf", "no-space", "many-lines", "split-characters"])
def test_every_form_of_a_stream_is_understood(upstream: StandIn, gateway: Gateway, place: Place, form: str) -> None:
    with openai.OpenAI(base_url=f"{place.origin}/v1", api_key=place.key, max_retries=0) as client:
        whole = client.chat.completions.create(**QWEN).choices[0].message.content
        with upstream.faults(form):
            chunks = list(client.chat.completions.create(**QWEN, stream=True))
    assert "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices) == whole
    sources = gateway.query("SELECT usage_source, output_tokens FROM calls ORDER BY id")
    assert sources[0] == sources[1]


# --- Silence ---


@pytest.mark.parametrize("path", PATHS)
def test_a_silent_upstream_is_bridged_by_comments(upstream: StandIn, place: Place, path: str) -> None:
    upstream.answers({"words": ["春", "眠"], "held_after": 1})
    releasing = threading.Timer(3.5, upstream.release)
    releasing.start()
    answer = streamed(place, path)
    releasing.join()
    # Bailian's own streams have a comment with the status in each event.
    lines = answer.body.split(b"\n")
    comments = [line for line in lines if line.startswith(b":") and not line.startswith(b":HTTP_STATUS")]
    assert len(comments) >= 2, answer.body.decode()
    assert "眠" in answer.body.decode()


def test_clients_do_not_mind_the_comments(upstream: StandIn, place: Place) -> None:
    upstream.answers({"words": ["春", "眠"], "held_after": 1})
    releasing = threading.Timer(2.5, upstream.release)
    releasing.start()
    with openai.OpenAI(base_url=f"{place.origin}/v1", api_key=place.key, max_retries=0) as client:
        chunks = list(client.chat.completions.create(**QWEN, stream=True))
    releasing.join()
    assert "".join(choice.delta.content or "" for chunk in chunks for choice in chunk.choices) == "春眠"


# --- The gateway's own death ---


def test_what_a_killed_process_held_is_settled_by_the_next(upstream: StandIn, gateway: Gateway) -> None:
    count = 8
    key = gateway.key_with(budget_per_month=10_000_000)
    upstream.answers(*({"words": ["春", "眠", "不"], "held_after": 2} for _ in range(count)))
    with ExitStack() as running:
        for _ in range(count):
            question = asked("POST", gateway.url + CHAT, body(CHAT, stream=True), bearer(key))
            response = running.enter_context(question).getresponse()
            assert response.readline()
        assert len(gateway.query("SELECT id FROM call_holds")) == count
        gateway.kill()
    gateway.start_again()

    eventually(lambda: not gateway.query("SELECT id FROM call_holds"), "nothing is held any more", 60)
    calls = gateway.query("SELECT outcome, usage_source, cost FROM calls")
    assert {(row["outcome"], row["usage_source"]) for row in calls} == {("interrupted", "estimated")}
    assert len(calls) == count
    assert not gateway.query("SELECT scope FROM spending WHERE held <> 0")
    spent = gateway.query("SELECT spent FROM spending WHERE scope = 'key' AND period = 'month'")
    assert sum(row["spent"] for row in spent) == sum(row["cost"] for row in calls)
    gateway.command("doctor", "--reconcile")

    assert send("POST", gateway.url + CHAT, body(CHAT), bearer(key)).status == HTTPStatus.OK


def test_what_was_answered_before_the_kill_is_in_the_log(gateway: Gateway, place: Place) -> None:
    ids = [send("POST", place.origin + CHAT, body(CHAT), bearer(place.key)).json["id"] for _ in range(20)]
    gateway.kill()
    gateway.start_again()

    assert len(ids) == 20
    assert len(gateway.query("SELECT id FROM calls WHERE outcome = 'succeeded'")) == 20
    gateway.command("doctor", "--reconcile")


@pytest.mark.parametrize("level", ["info", "trace"])
def test_no_key_and_no_word_of_anybody_is_in_the_log_of_the_server(
    upstream: StandIn, tmp_path: Path, level: str
) -> None:
    secret = "the-magpie-flies-at-noon"
    with serving(tmp_path, upstream.url, telemetry__filter=level) as gateway:
        keys = (gateway.key(), "lt-wrong-but-secret")
        for key in keys:
            for path in PATHS:
                question = body(path).replace("背一首诗".encode("unicode_escape"), secret.encode())
                assert secret.encode() in question
                send("POST", gateway.url + path, question, bearer(key))
    text = gateway.log.read_text()
    assert [hidden for hidden in (secret, *keys, UPSTREAM_KEY) if hidden in text] == []
