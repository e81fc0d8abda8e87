"""What users of the `openai` package meet in Responses and Conversations."""

import asyncio
import json
from collections.abc import Iterator

import openai
import pytest

MODEL = "qwen-plus"
POEM = "背一首诗"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    "strict": False,
}


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
        yield client


def test_an_answer_comes_whole(client: openai.OpenAI) -> None:
    response = client.responses.create(model=MODEL, instructions="Answer briefly.", input=POEM)

    assert response.status == "completed"
    assert response.output_text
    assert response.model == MODEL
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens


def test_a_stream_adds_up_to_the_whole_answer(client: openai.OpenAI) -> None:
    whole = client.responses.create(model=MODEL, input=POEM)
    with client.responses.stream(model=MODEL, input=POEM) as stream:
        deltas = [event.delta for event in stream if event.type == "response.output_text.delta"]
        final = stream.get_final_response()

    assert len(deltas) > 2
    assert "".join(deltas) == final.output_text == whole.output_text
    assert final.usage.output_tokens == whole.usage.output_tokens


def test_reasoning_is_an_item_before_the_message(client: openai.OpenAI) -> None:
    events = list(client.responses.create(model=MODEL, input=POEM, reasoning={"effort": "low"}, stream=True))
    kinds = [event.type for event in events]
    final = events[-1].response

    assert kinds[:2] == ["response.created", "response.in_progress"]
    assert "response.reasoning_text.delta" in kinds
    assert kinds[-1] == "response.completed"
    assert [item.type for item in final.output] == ["reasoning", "message"]
    assert final.usage.output_tokens_details.reasoning_tokens > 0
    numbers = [event.sequence_number for event in events]
    assert numbers == sorted(numbers)


def test_a_function_is_called_and_its_result_used(client: openai.OpenAI) -> None:
    question = {"role": "user", "content": "What is the weather in 杭州? Use get_weather."}
    asked = client.responses.create(model=MODEL, input=[question], tools=[WEATHER], tool_choice="required")
    call = asked.output[-1]
    assert (call.type, call.name) == ("function_call", "get_weather")
    assert json.loads(call.arguments)["city"]

    result = {"type": "function_call_output", "call_id": call.call_id, "output": "rain, 12 °C"}
    answer = client.responses.create(model=MODEL, input=[question, *asked.output, result], tools=[WEATHER])
    assert "rain, 12 °C" in answer.output_text


def test_a_streamed_call_has_its_arguments_in_pieces(client: openai.OpenAI) -> None:
    with client.responses.stream(
        model=MODEL, input="杭州天气", tools=[WEATHER], tool_choice="required"
    ) as stream:
        pieces = [event.delta for event in stream if event.type == "response.function_call_arguments.delta"]
        final = stream.get_final_response()

    assert len(pieces) > 1
    assert "".join(pieces) == final.output[-1].arguments


def test_an_answer_that_meets_its_limit_is_incomplete(client: openai.OpenAI) -> None:
    response = client.responses.create(model=MODEL, input=POEM, max_output_tokens=16)

    assert response.status == "incomplete"
    assert response.usage.output_tokens == 16


def test_a_stored_answer_is_found_continued_and_deleted(client: openai.OpenAI) -> None:
    first = client.responses.create(model=MODEL, input=POEM, metadata={"topic": "demo"})
    found = client.responses.retrieve(first.id)
    assert found.output_text == first.output_text
    assert found.metadata == {"topic": "demo"}

    second = client.responses.create(model=MODEL, input="再来一首", previous_response_id=first.id)
    assert second.usage.input_tokens > first.usage.input_tokens
    items = client.responses.input_items.list(second.id, order="asc")
    assert [item.role for item in items.data] == ["user", "assistant", "user"]

    client.responses.delete(first.id)
    with pytest.raises(openai.BadRequestError):
        client.responses.retrieve(first.id)


def test_an_answer_that_is_not_stored_is_not_found(client: openai.OpenAI) -> None:
    response = client.responses.create(model=MODEL, input=POEM, store=False)
    with pytest.raises(openai.BadRequestError) as refused:
        client.responses.retrieve(response.id)
    assert "not found" in refused.value.message


def test_a_conversation_keeps_its_turns(client: openai.OpenAI) -> None:
    system = {"type": "message", "role": "system", "content": "You are a poet."}
    conversation = client.conversations.create(items=[system], metadata={"topic": "demo"})
    assert client.conversations.retrieve(conversation.id).metadata == {"topic": "demo"}
    client.conversations.update(conversation.id, metadata={"topic": "poems"})
    assert client.conversations.retrieve(conversation.id).metadata == {"topic": "poems"}

    client.responses.create(model=MODEL, input=POEM, conversation=conversation.id)
    items = client.conversations.items.list(conversation.id, order="asc")
    assert [item.role for item in items.data] == ["system", "user", "assistant"]

    added = client.conversations.items.create(
        conversation.id, items=[{"type": "message", "role": "user", "content": "再来一首"}]
    )
    item = client.conversations.items.retrieve(added.data[0].id, conversation_id=conversation.id)
    assert item.content[0].text == "再来一首"
    client.conversations.items.delete(item.id, conversation_id=conversation.id)
    assert len(client.conversations.items.list(conversation.id).data) == 3

    assert client.conversations.delete(conversation.id).deleted
    with pytest.raises(openai.BadRequestError):
        client.conversations.retrieve(conversation.id)


def test_the_asynchronous_client_gets_the_same(base_url: str, client: openai.OpenAI) -> None:
    async def ask() -> str:
        async with openai.AsyncOpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
            stream = await client.responses.create(model=MODEL, input=POEM, stream=True)
            return "".join([event.delta async for event in stream if event.type == "response.output_text.delta"])

    assert asyncio.run(ask()) == client.responses.create(model=MODEL, input=POEM).output_text


def test_the_older_path_answers_alike(base_url: str) -> None:
    older = base_url.replace("/compatible-mode/v1", "/api/v2/apps/protocols/compatible-mode/v1")
    with openai.OpenAI(base_url=older, api_key="sk-test", max_retries=0) as client:
        assert client.responses.create(model=MODEL, input=POEM).output_text


@pytest.mark.parametrize(
    ("error", "options"),
    [
        (openai.BadRequestError, {"input": []}),
        (openai.BadRequestError, {"temperature": 2.0}),
        (openai.BadRequestError, {"max_output_tokens": 1}),
        (openai.BadRequestError, {"tools": [{"type": "function", "function": {"name": "nested"}}]}),
        (openai.BadRequestError, {"previous_response_id": "resp_1", "conversation": "conv_1"}),
        (openai.NotFoundError, {"model": "no-such-model"}),
    ],
)
def test_a_refusal_is_an_error_of_its_kind(
    client: openai.OpenAI, error: type[openai.APIStatusError], options: dict
) -> None:
    with pytest.raises(error) as refused:
        client.responses.create(**{"model": MODEL, "input": POEM, **options})
    assert refused.value.message


def test_a_wrong_key_is_refused(base_url: str) -> None:
    with openai.OpenAI(base_url=base_url, api_key="wrong", max_retries=0) as client:
        with pytest.raises(openai.AuthenticationError):
            client.responses.create(model=MODEL, input=POEM)
