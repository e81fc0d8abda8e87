"""What users of the `openai` package meet."""

from collections.abc import Iterator

import openai
import pytest

POEM = [{"role": "user", "content": "背一首诗"}]


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
        yield client


def test_the_models_are_listed(client: openai.OpenAI) -> None:
    assert "qwen-plus" in [model.id for model in client.models.list()]


def test_an_answer_comes_whole(client: openai.OpenAI) -> None:
    completion = client.chat.completions.create(model="qwen-plus", messages=POEM)

    assert completion.choices[0].message.role == "assistant"
    assert completion.choices[0].message.content
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_a_stream_adds_up_to_the_whole_answer_and_ends_with_its_usage(client: openai.OpenAI) -> None:
    whole = client.chat.completions.create(model="qwen-plus", messages=POEM)
    stream = client.chat.completions.create(
        model="qwen-plus", messages=POEM, stream=True, stream_options={"include_usage": True}
    )
    chunks = list(stream)

    deltas = [choice.delta for chunk in chunks for choice in chunk.choices]
    assert "".join(delta.content or "" for delta in deltas) == whole.choices[0].message.content
    assert len(deltas) > 2
    assert {chunk.id for chunk in chunks} == {chunks[0].id}
    assert chunks[-1].choices == []
    assert chunks[-1].usage == whole.usage


def test_a_thinking_model_reasons_before_it_answers(client: openai.OpenAI) -> None:
    stream = client.chat.completions.create(
        model="qwen-plus", messages=POEM, stream=True, extra_body={"enable_thinking": True}
    )
    deltas = [choice.delta for chunk in stream for choice in chunk.choices]

    reasoning = [bool(getattr(delta, "reasoning_content", None)) for delta in deltas]
    answering = [bool(delta.content) for delta in deltas]
    assert any(reasoning) and any(answering)
    assert max(i for i, yes in enumerate(reasoning) if yes) < answering.index(True)


def test_a_stream_can_be_left_in_the_middle(client: openai.OpenAI) -> None:
    with client.chat.completions.create(model="qwen-plus", messages=POEM, stream=True) as stream:
        next(iter(stream))

    assert client.chat.completions.create(model="qwen-plus", messages=POEM).choices


def test_a_wrong_key_is_an_authentication_error(base_url: str) -> None:
    with openai.OpenAI(base_url=base_url, api_key="wrong", max_retries=0) as stranger:
        with pytest.raises(openai.AuthenticationError) as refusal:
            stranger.chat.completions.create(model="qwen-plus", messages=POEM)
    assert refusal.value.code == "invalid_api_key"


def test_an_unknown_model_is_not_found(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError) as refusal:
        client.chat.completions.create(model="no-such-model", messages=POEM)
    assert refusal.value.code == "model_not_found"


def test_a_parameter_out_of_range_is_a_bad_request(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        client.chat.completions.create(model="qwen-plus", messages=POEM, temperature=3.0)
    assert refusal.value.code == "invalid_parameter_error"
