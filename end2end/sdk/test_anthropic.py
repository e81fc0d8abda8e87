"""What users of the `anthropic` package meet."""

import asyncio
import json
from collections.abc import Iterator

import anthropic
import pytest

POEM = [{"role": "user", "content": "背一首诗"}]
WEATHER = {
    "name": "get_weather",
    "description": "The weather of a city",
    "input_schema": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}


@pytest.fixture
def address(base_url: str) -> str:
    return base_url.removesuffix("/compatible-mode/v1") + "/apps/anthropic"


@pytest.fixture
def client(address: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=address, api_key="sk-test", max_retries=0) as client:
        yield client


def test_an_answer_comes_whole(client: anthropic.Anthropic) -> None:
    message = client.messages.create(model="qwen-plus", max_tokens=2000, system="Answer briefly.", messages=POEM)

    assert message.role == "assistant"
    assert message.content[0].type == "text"
    assert message.content[0].text
    assert message.stop_reason == "end_turn"
    assert message.stop_sequence is None
    assert message.usage.input_tokens > 0
    assert message.usage.output_tokens > 0


def test_a_stream_adds_up_to_the_whole_answer(client: anthropic.Anthropic) -> None:
    whole = client.messages.create(model="qwen-plus", max_tokens=2000, messages=POEM)
    with client.messages.stream(model="qwen-plus", max_tokens=2000, messages=POEM) as stream:
        text = "".join(stream.text_stream)
        final = stream.get_final_message()

    assert text == whole.content[0].text == final.content[0].text
    assert final.stop_reason == whole.stop_reason
    assert final.usage.output_tokens == whole.usage.output_tokens


def test_thinking_is_a_block_of_its_own_before_the_answer(client: anthropic.Anthropic) -> None:
    thinking = {"type": "enabled", "budget_tokens": 1024}
    with client.messages.stream(
        model="qwen-plus", max_tokens=2000, thinking=thinking, messages=POEM
    ) as stream:
        final = stream.get_final_message()

    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.content[0].thinking
    assert final.content[0].signature == ""


def test_a_tool_is_called_and_its_result_used(client: anthropic.Anthropic) -> None:
    question = {"role": "user", "content": "What is the weather in 杭州? Use get_weather."}
    asked = client.messages.create(
        model="qwen-plus", max_tokens=500, tools=[WEATHER], tool_choice={"type": "any"}, messages=[question]
    )
    call = asked.content[-1]
    assert asked.stop_reason == "tool_use"
    assert (call.type, call.name) == ("tool_use", "get_weather")
    assert isinstance(call.input["city"], str)

    result = {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "rain, 12 °C"}]}
    turns = [question, {"role": "assistant", "content": asked.content}, result]
    answer = client.messages.create(model="qwen-plus", max_tokens=500, tools=[WEATHER], messages=turns)
    assert "rain, 12 °C" in answer.content[0].text


def test_a_streamed_call_has_its_arguments_in_pieces(client: anthropic.Anthropic) -> None:
    with client.messages.stream(
        model="qwen-plus",
        max_tokens=500,
        tools=[WEATHER],
        tool_choice={"type": "tool", "name": "get_weather"},
        messages=[{"role": "user", "content": "杭州天气"}],
    ) as stream:
        pieces = [event.delta.partial_json for event in stream if is_json_delta(event)]
        final = stream.get_final_message()

    assert len(pieces) > 1
    assert json.loads("".join(pieces)) == final.content[-1].input
    assert final.stop_reason == "tool_use"


def is_json_delta(event: object) -> bool:
    return getattr(event, "type", "") == "content_block_delta" and event.delta.type == "input_json_delta"


def test_an_answer_ends_at_its_limit(client: anthropic.Anthropic) -> None:
    message = client.messages.create(model="qwen-plus", max_tokens=5, messages=POEM)

    assert message.stop_reason == "max_tokens"
    assert message.usage.output_tokens == 5


def test_pictures_are_seen(client: anthropic.Anthropic) -> None:
    data = (
        "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mP4z8BAU8QwasGoBaMWjFowasGoBaMWjFowNCwAAC4e/R+m9KZ4AAAAAElFTkSuQmCC"
    )
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": data}}
    content = [picture, {"type": "text", "text": "What is this?"}]
    message = client.messages.create(
        model="qwen3-vl-plus", max_tokens=500, messages=[{"role": "user", "content": content}]
    )

    assert "32 × 24" in message.content[0].text


def test_tokens_are_counted_without_an_answer(client: anthropic.Anthropic) -> None:
    counted = client.messages.count_tokens(model="qwen-plus", messages=POEM)
    message = client.messages.create(model="qwen-plus", max_tokens=100, messages=POEM)

    assert counted.input_tokens == message.usage.input_tokens


def test_the_asynchronous_client_gets_the_same(address: str, client: anthropic.Anthropic) -> None:
    async def ask() -> tuple[str, str]:
        async with anthropic.AsyncAnthropic(base_url=address, auth_token="sk-test", max_retries=0) as client:
            whole = await client.messages.create(model="qwen-plus", max_tokens=2000, messages=POEM)
            async with client.messages.stream(model="qwen-plus", max_tokens=2000, messages=POEM) as stream:
                streamed = "".join([text async for text in stream.text_stream])
        return whole.content[0].text, streamed

    whole, streamed = asyncio.run(ask())
    assert whole == streamed == client.messages.create(
        model="qwen-plus", max_tokens=2000, messages=POEM
    ).content[0].text


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (anthropic.BadRequestError, {"extra_body": {"temperature": 2.0}}),
        (anthropic.BadRequestError, {"messages": []}),
        (anthropic.NotFoundError, {"model": "no-such-model"}),
    ],
)
def test_a_refusal_is_an_error_of_its_kind(
    client: anthropic.Anthropic, error: type[anthropic.APIStatusError], options: dict
) -> None:
    with pytest.raises(error) as refused:
        client.messages.create(**{"model": "qwen-plus", "max_tokens": 100, "messages": POEM, **options})
    assert refused.value.body["type"] == "error"
    assert refused.value.body["error"]["message"]


def test_a_wrong_key_is_refused(address: str) -> None:
    with anthropic.Anthropic(base_url=address, api_key="wrong", max_retries=0) as client:
        with pytest.raises(anthropic.AuthenticationError):
            client.messages.create(model="qwen-plus", max_tokens=100, messages=POEM)


def test_models_are_not_listed_here(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError):
        client.models.list()
