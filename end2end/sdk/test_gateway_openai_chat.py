"""Chats with the `openai` package through the gateway: what comes is what comes straight from Bailian."""

import base64
import json
from pathlib import Path

import openai
import pytest

from comparison import Twice, same
from conftest import Place, serving
from gateway import Gateway
from stand_in import StandIn

POEM = [{"role": "user", "content": "背一首诗"}]
QWEN = {"model": "qwen-plus", "messages": POEM}
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "description": "The weather of a city",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    },
}
PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mP4z8BAU8QwasGoBaMWjFowasGoBaMWjFowNCwAAC4e/R+m9KZ4AAAAAElFTkSuQmCC"
)
OpenAi = Twice[openai.OpenAI]


def test_an_answer_comes_whole(openai_twice: OpenAi) -> None:
    completion = openai_twice(lambda client: client.chat.completions.create(**QWEN))

    assert completion.choices[0].message.content
    assert completion.usage.total_tokens > 0


@pytest.mark.parametrize(
    "options",
    [
        {"n": 2},
        {"seed": 7, "temperature": 0.3, "top_p": 0.5, "stop": ["。"], "max_tokens": 12},
        {"extra_body": {"enable_thinking": True, "thinking_budget": 50}, "stream": True},
        {"extra_body": {"enable_search": True, "nobody_knows_this": {"deep": [1, 2.50, 9007199254740993]}}},
        {"response_format": {"type": "json_object"}, "messages": [{"role": "user", "content": "Answer in JSON."}]},
        {"model": "qwen3-vl-plus", "logprobs": True, "top_logprobs": 2},
    ],
    ids=["several", "sampling", "thinking", "vendor", "json", "chances"],
)
def test_parameters_arrive(openai_twice: OpenAi, options: dict) -> None:
    if options.get("stream"):
        openai_twice.stream(lambda client: client.chat.completions.create(**QWEN | options))
    else:
        openai_twice(lambda client: client.chat.completions.create(**QWEN | options))


def test_a_picture_is_seen(openai_twice: OpenAi) -> None:
    parts = [{"type": "image_url", "image_url": {"url": PICTURE}}, {"type": "text", "text": "What is this?"}]
    messages = [{"role": "user", "content": parts}]
    completion = openai_twice(lambda client: client.chat.completions.create(model="qwen3-vl-plus", messages=messages))

    assert "32 × 24" in completion.choices[0].message.content


def test_sound_is_spoken(openai_twice: OpenAi) -> None:
    asked = QWEN | {"model": "qwen3-omni-flash", "modalities": ["text", "audio"], "stream": True}
    asked["audio"] = {"voice": "Cherry", "format": "wav"}

    def listen(client: openai.OpenAI) -> bytes:
        deltas = [choice.delta for chunk in client.chat.completions.create(**asked) for choice in chunk.choices]
        sounds = [sound for delta in deltas if (sound := getattr(delta, "audio", None))]
        # Base64 of pieces can't be joined, so the pieces are read one by one.
        return b"".join(base64.b64decode(sound["data"] if isinstance(sound, dict) else sound.data) for sound in sounds)

    assert openai_twice(listen)


@pytest.mark.parametrize("options", [{}, {"stream_options": {"include_usage": False}}], ids=["unasked", "declined"])
def test_who_does_not_ask_for_the_usage_of_a_stream_is_not_told(openai_twice: OpenAi, options: dict) -> None:
    chunks = openai_twice.stream(lambda client: client.chat.completions.create(**QWEN, stream=True, **options))

    assert all(chunk.usage is None for chunk in chunks)
    assert all(chunk.choices for chunk in chunks)


def test_who_asks_for_the_usage_of_a_stream_is_told_once(openai_twice: OpenAi) -> None:
    asked = QWEN | {"stream": True, "stream_options": {"include_usage": True}}
    chunks = openai_twice.stream(lambda client: client.chat.completions.create(**asked))

    assert [chunk.choices for chunk in chunks if chunk.usage] == [[]]


def test_pieces_come_while_the_answer_is_written(openai_twice: OpenAi, stand_in: StandIn) -> None:
    words = ["春", "眠", "不", "觉", "晓"]

    def read(client: openai.OpenAI) -> str:
        stand_in.answers({"words": words, "held_after": 3})
        said, held = "", True
        with client.chat.completions.create(**QWEN, stream=True) as stream:
            for chunk in stream:
                said += "".join(choice.delta.content or "" for choice in chunk.choices)
                if held and said == "春眠不":
                    held = False
                    stand_in.release()
        assert not held, "nothing of the answer came before it was whole"
        return said

    assert openai_twice(read) == "".join(words)


def test_a_tool_is_called_and_its_result_taken(openai_twice: OpenAi) -> None:
    question = {"role": "user", "content": "What is the weather in Hangzhou?"}
    asked = {"model": "qwen-plus", "tools": [WEATHER]}
    first = openai_twice(lambda client: client.chat.completions.create(**asked, messages=[question]))
    call = first.choices[0].message.tool_calls[0]
    assert json.loads(call.function.arguments)["city"]

    result = {"role": "tool", "tool_call_id": call.id, "content": "21 °C, sunny"}
    messages = [question, first.choices[0].message, result]
    second = openai_twice(lambda client: client.chat.completions.create(**asked, messages=messages))
    assert "21" in second.choices[0].message.content


def test_calls_of_a_stream_are_put_together(openai_twice: OpenAi) -> None:
    messages = [{"role": "user", "content": "What is the weather in Hangzhou and Beijing?"}]
    asked = {"model": "qwen-plus", "messages": messages, "tools": [WEATHER], "parallel_tool_calls": True}

    def final(client: openai.OpenAI) -> openai.types.chat.ChatCompletion:
        with client.chat.completions.stream(**asked) as stream:
            return stream.get_final_completion()

    assert len(openai_twice(final).choices[0].message.tool_calls) == 2


def test_code_is_completed(openai_twice: OpenAi) -> None:
    asked = {
        "model": "qwen2.5-coder-32b-instruct",
        "prompt": "<|fim_prefix|>def add(a, b):\n<|fim_suffix|>\nprint(add(1, 2))<|fim_middle|>",
    }
    whole = openai_twice(lambda client: client.completions.create(**asked))
    chunks = openai_twice.stream(lambda client: client.completions.create(**asked, stream=True))

    assert whole.choices[0].text == "    return a + b\n"
    assert "".join(choice.text for chunk in chunks for choice in chunk.choices) == whole.choices[0].text


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (openai.BadRequestError, {"temperature": 3.0}),
        (openai.BadRequestError, {"messages": []}),
        (openai.BadRequestError, {"extra_body": {"max_tokens": -1}}),
        (openai.NotFoundError, {"model": "no-such-model"}),
    ],
)
def test_a_refusal_is_of_its_kind(openai_twice: OpenAi, kind: type[openai.APIStatusError], options: dict) -> None:
    refused = openai_twice.refused(lambda client: client.chat.completions.create(**QWEN | options))

    assert isinstance(refused, kind)
    assert refused.body["message"]


@pytest.mark.parametrize("path", ["/v1", "/compatible-mode/v1"])
def test_a_wrong_key_is_refused(through: Place, path: str) -> None:
    for wrong in ("lt-wrong", "sk-straight"):
        with openai.OpenAI(base_url=through.origin + path, api_key=wrong, max_retries=0) as client:
            with pytest.raises(openai.AuthenticationError) as refusal:
                client.chat.completions.create(**QWEN)
        assert refusal.value.code == "invalid_api_key"


def test_a_model_that_the_key_may_not_use_is_not_there(gateway: Gateway) -> None:
    key = gateway.key_with(models=["qwen-flash"])
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=key, max_retries=0) as client:
        with pytest.raises(openai.NotFoundError) as refusal:
            client.chat.completions.create(**QWEN)
        assert refusal.value.code == "model_not_found"
        assert client.chat.completions.create(**QWEN | {"model": "qwen-flash"}).choices
        assert [model.id for model in client.models.list()] == ["qwen-flash"]
        with pytest.raises(openai.NotFoundError):
            client.models.retrieve("qwen-plus")


def test_an_access_token_is_as_good_as_a_key(gateway: Gateway) -> None:
    with openai.OpenAI(base_url=f"{gateway.url}/v1", api_key=gateway.token(), max_retries=0) as client:
        assert client.chat.completions.create(**QWEN).choices


def test_without_a_key_of_bailian_the_built_in_simulator_answers(straight: Place, tmp_path: Path) -> None:
    with serving(tmp_path, None, simulator__latency_ms=0, simulator__speed=0) as gateway:
        places = ((f"{straight.origin}/compatible-mode/v1", straight.key), (f"{gateway.url}/v1", gateway.key()))
        answers = []
        for address, key in places:
            with openai.OpenAI(base_url=address, api_key=key, max_retries=0) as client:
                answers.append(client.chat.completions.create(**QWEN))
    same(*answers)


def test_models_are_listed_and_found(openai_twice: OpenAi) -> None:
    _, listed = openai_twice.both(lambda client: [model.id for model in client.models.list()])
    assert {"qwen-plus", "qwen-flash", "text-embedding-v4"} <= set(listed)
    _, found = openai_twice.both(lambda client: client.models.retrieve("qwen-plus"))
    assert (found.id, found.object) == ("qwen-plus", "model")
    openai_twice.refused(lambda client: client.models.retrieve("no-such-model"))
