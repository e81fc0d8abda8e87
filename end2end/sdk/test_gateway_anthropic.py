"""The `anthropic` package through the gateway."""

import json

import anthropic
import pytest

from comparison import Twice
from conftest import Place
from gateway import Gateway
from stand_in import StandIn

POEM = [{"role": "user", "content": "背一首诗"}]
QWEN = {"model": "qwen-plus", "max_tokens": 2000, "messages": POEM}
WEATHER = {
    "name": "get_weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
Anthropic = Twice[anthropic.Anthropic]


@pytest.mark.parametrize(
    "options",
    [{}, {"system": "Answer briefly.", "max_tokens": 5}, {"thinking": {"type": "enabled", "budget_tokens": 1024}}],
    ids=["plain", "short", "thinking"],
)
def test_an_answer_comes_whole_and_as_a_stream(anthropic_twice: Anthropic, options: dict) -> None:
    whole = anthropic_twice(lambda client: client.messages.create(**QWEN | options))
    events = anthropic_twice.stream(lambda client: client.messages.create(**QWEN | options, stream=True))

    assert whole.content
    assert events[0].type == "message_start"
    assert events[-1].type == "message_stop"


def test_pieces_come_while_the_answer_is_written(anthropic_twice: Anthropic, stand_in: StandIn) -> None:
    def read(client: anthropic.Anthropic) -> str:
        stand_in.answers({"words": ["春", "眠", "不", "觉", "晓"], "held_after": 3})
        said, held = "", True
        with client.messages.stream(**QWEN) as stream:
            for text in stream.text_stream:
                said += text
                if held and said == "春眠不":
                    held = False
                    stand_in.release()
        assert not held, "nothing of the answer came before it was whole"
        return said

    assert anthropic_twice(read) == "春眠不觉晓"


def test_a_tool_is_called_and_its_result_used(anthropic_twice: Anthropic) -> None:
    question = {"role": "user", "content": "What is the weather in 杭州? Use get_weather."}
    asked = QWEN | {"tools": [WEATHER], "messages": [question]}
    first = anthropic_twice(lambda client: client.messages.create(**asked, tool_choice={"type": "any"}))
    call = first.content[-1]
    assert (call.type, call.name) == ("tool_use", "get_weather")

    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "rain, 12 °C"}]}
    turns = [question, {"role": "assistant", "content": [block.to_dict() for block in first.content]}, result]
    second = anthropic_twice(lambda client: client.messages.create(**asked | {"messages": turns}))
    assert "rain, 12 °C" in second.content[0].text


def test_a_streamed_call_is_put_together(anthropic_twice: Anthropic) -> None:
    asked = QWEN | {"tools": [WEATHER], "tool_choice": {"type": "tool", "name": "get_weather"}}
    asked["messages"] = [{"role": "user", "content": "杭州天气"}]
    events = anthropic_twice.stream(lambda client: client.messages.create(**asked, stream=True))

    deltas = [event.delta for event in events if event.type == "content_block_delta"]
    pieces = [delta.partial_json for delta in deltas if delta.type == "input_json_delta"]
    assert json.loads("".join(pieces))["city"]


def test_tokens_are_counted(anthropic_twice: Anthropic) -> None:
    counted = anthropic_twice(lambda client: client.messages.count_tokens(model="qwen-plus", messages=POEM))
    assert counted.input_tokens > 0


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        (anthropic.BadRequestError, {"extra_body": {"temperature": 2.0}}),
        (anthropic.BadRequestError, {"messages": []}),
        (anthropic.NotFoundError, {"model": "no-such-model"}),
    ],
)
def test_a_refusal_is_of_its_kind(
    anthropic_twice: Anthropic, kind: type[anthropic.APIStatusError], options: dict
) -> None:
    refused = anthropic_twice.refused(lambda client: client.messages.create(**QWEN | options))

    assert isinstance(refused, kind)
    assert refused.body["type"] == "error"
    assert refused.body["error"]["message"]


@pytest.mark.parametrize("path", ["/apps/anthropic", "/anthropic"])
def test_a_key_comes_in_either_header(through: Place, path: str) -> None:
    address = through.origin + path
    for shown in ({"api_key": through.key}, {"auth_token": through.key}):
        with anthropic.Anthropic(base_url=address, max_retries=0, **shown) as client:
            assert client.messages.create(**QWEN).content
    with anthropic.Anthropic(base_url=address, api_key="sk-ant-wrong", max_retries=0) as client:
        with pytest.raises(anthropic.AuthenticationError) as refusal:
            client.messages.create(**QWEN)
    assert refusal.value.body["error"]["type"] == "authentication_error"


def test_a_model_that_the_key_may_not_use_is_not_there(gateway: Gateway) -> None:
    key = gateway.key_with(models=["qwen-flash"])
    with anthropic.Anthropic(base_url=f"{gateway.url}/anthropic", api_key=key, max_retries=0) as client:
        with pytest.raises(anthropic.NotFoundError) as refusal:
            client.messages.create(**QWEN)
        assert refusal.value.body["error"]["type"] == "not_found_error"
        assert client.messages.create(**QWEN | {"model": "qwen-flash"}).content
