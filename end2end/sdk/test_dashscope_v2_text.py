"""Text and vectors with the second surface of `dashscope`: `Client` and `AsyncClient`, by base address alone."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashscope import AsyncClient, Client
from dashscope.v2 import errors

KEY = "sk-test"
POEM = "背一首诗"
APP = "0f1e2d3c4b5a69788796a5b4c3d2e1f0"
PICTURE = (
    "data:image/png;base64,"
    "iVBORw0KGgoAAAANSUhEUgAAACAAAAAYCAIAAAAUMWhjAAAAJElEQVR42mP4z8BAU8QwasGoBaMWjFowasGoBaMWjFowNCwAAC4e/R+m9KZ4AAAAAElFTkSuQmCC"
)
WEATHER = {
    "type": "function",
    "function": {
        "name": "get_weather",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}


@pytest.fixture
def native(base_url: str) -> str:
    return base_url.replace("/compatible-mode/v1", "/api/v1")


@pytest.fixture
def client(native: str) -> Iterator[Client]:
    with Client(api_key=KEY, base_url=native, max_retries=0) as client:
        yield client


def in_loop(native: str, ask):
    """What `ask` gives, asked with a client of a loop's own."""

    async def run():
        client = AsyncClient(api_key=KEY, base_url=native, max_retries=0)
        try:
            return await ask(client)
        finally:
            await client.aclose()

    return asyncio.run(run())


def test_an_answer_comes_whole(client: Client) -> None:
    answer = client.chat.completions.create(model="qwen-plus", messages=POEM)
    assert answer.output_text
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage.total_tokens == answer.usage.input_tokens + answer.usage.output_tokens
    assert answer.request_id == answer.headers["x-request-id"]


def test_a_stream_says_the_same(client: Client) -> None:
    whole = client.chat.completions.create(model="qwen-plus", messages=POEM).output_text
    stream = client.chat.completions.create(model="qwen-plus", messages=POEM, stream=True)
    pieces = list(stream.text_stream)
    assert len(pieces) > 2 and "".join(pieces) == whole
    stream = client.chat.completions.create(model="qwen-plus", messages=POEM, stream=True)
    final = stream.get_final_message()
    assert final.output_text == whole
    assert final.choices[0].finish_reason == "stop"
    # Told to have it cumulative, the package adds up by itself.
    stream = client.chat.completions.create(
        model="qwen-plus", messages=POEM, stream=True, incremental_output=False
    )
    assert list(stream)[-1].delta.content == whole


def test_thinking_and_calls(client: Client) -> None:
    stream = client.chat.completions.create(model="qwen-plus", messages=POEM, stream=True, enable_thinking=True)
    final = stream.get_final_message()
    assert final.choices[0].message.reasoning_content and final.output_text
    question = "What is the weather in Hangzhou?"
    for stream in (False, True):
        answer = client.chat.completions.create(
            model="qwen-plus", messages=question, tools=[WEATHER], stream=stream
        )
        choice = (answer.get_final_message() if stream else answer).choices[0]
        assert choice.finish_reason == "tool_calls"
        call = choice.message.tool_calls[0].function
        assert (call.name, call.arguments) == ("get_weather", '{"city":"hangzhou"}')


def test_asynchronous_calls(native: str) -> None:
    async def ask(client: AsyncClient):
        whole = await client.chat.completions.create(model="qwen-plus", messages=POEM)
        stream = await client.chat.completions.create(model="qwen-plus", messages=POEM, stream=True)
        return whole.output_text, "".join([piece async for piece in stream.text_stream])

    whole, streamed = in_loop(native, ask)
    assert whole and whole == streamed


def test_models_that_see(client: Client, native: str) -> None:
    messages = [
        {"role": "user", "content": [{"type": "image", "url": PICTURE}, {"type": "text", "text": "What is this?"}]}
    ]
    answer = client.multimodal.chat.create(model="qwen3-vl-plus", messages=messages)
    stream = client.multimodal.chat.create(model="qwen3-vl-plus", messages=messages, stream=True)
    assert "".join(stream.text_stream) == answer.output_text

    async def ask(client: AsyncClient):
        return await client.multimodal.chat.create(model="qwen3-vl-plus", messages=messages)

    assert in_loop(native, ask).output_text == answer.output_text


def test_refusals_have_their_classes(client: Client, native: str) -> None:
    ask = client.chat.completions.create
    with pytest.raises(errors.BadRequestError) as refused:
        ask(model="qwen-plus", messages=POEM, temperature=3)
    assert refused.value.status_code == 400
    assert refused.value.request_id
    with pytest.raises(errors.BadRequestError):
        ask(model="qwen-plus", messages=POEM, temperature=3, stream=True)
    with pytest.raises(errors.NotFoundError):
        ask(model="gpt-5", messages=POEM)
    with pytest.raises(errors.AuthenticationError):
        ask(model="qwen-plus", messages=POEM, api_key="wrong")

    async def wrong(client: AsyncClient):
        await client.chat.completions.create(model="gpt-5", messages=POEM)

    with pytest.raises(errors.NotFoundError):
        in_loop(native, wrong)


def test_vectors(client: Client, native: str) -> None:
    answer = client.embeddings.create(model="text-embedding-v4", input=["a cat", "the wind"], dimension=64)
    assert [item.index for item in answer.embeddings] == [0, 1]
    assert len(answer.embeddings[0].embedding) == 64
    seen = client.multimodal.embeddings.create(
        model="tongyi-embedding-vision-plus", input=[{"text": "a cat"}, {"image": PICTURE}], dimension=64
    )
    assert [item.type for item in seen.embeddings] == ["text", "image"]

    async def ask(client: AsyncClient):
        return await client.embeddings.create(model="text-embedding-v4", input="a cat", dimension=64)

    assert in_loop(native, ask).embeddings[0].embedding == answer.embeddings[0].embedding


def test_documents_are_ranked(client: Client, native: str) -> None:
    call = dict(
        model="qwen3-rerank",
        query="what is a reranker",
        documents=["Pancakes need butter.", "A reranker sorts documents."],
        return_documents=True,
    )
    answer = client.rerank.create(**call)
    assert [result.index for result in answer.results] == [1, 0]

    async def ask(client: AsyncClient):
        return await client.rerank.create(**call)

    assert in_loop(native, ask).results[0].relevance_score == answer.results[0].relevance_score


def test_tokens_and_models(client: Client) -> None:
    counted = client.tokenization.count(model="qwen-turbo", prompt="Hello world")
    assert counted.usage.input_tokens == 2
    page = client.models.list(page_no=2, page_size=3)
    assert len(page.models) == 3 and page.total_count > 100
    assert client.models.get("qwen3-max").model == "qwen3-max"
    with pytest.raises(errors.NotFoundError):
        client.models.get("gpt-5")


def test_files_are_kept_until_they_are_deleted(client: Client, native: str, tmp_path: Path) -> None:
    path = tmp_path / "lines.jsonl"
    path.write_text('{"messages": []}\n')
    kept = client.files.upload(file_path=str(path))
    assert client.files.get(kept.file_id).name == "lines.jsonl"
    assert kept.file_id in [file.file_id for file in client.files.list(page_size=50).files]

    async def delete(client: AsyncClient):
        return await client.files.delete(kept.file_id)

    assert in_loop(native, delete).deleted
    with pytest.raises(errors.NotFoundError):
        client.files.get(kept.file_id)


def test_a_file_of_texts_is_a_task(client: Client) -> None:
    jobs = client.embeddings.jobs
    job = jobs.create(model="text-embedding-async-v2", file_url="data:text/plain;base64,YSBjYXQK")
    assert jobs.wait(job, poll_interval=0.05).result_url.startswith("http")


def test_applications(client: Client, native: str) -> None:
    first = client.apps.completions.create(app_id=APP, prompt=POEM)
    again = client.apps.completions.create(app_id=APP, prompt=POEM, session_id=first.session_id)
    assert again.session_id == first.session_id
    assert again.usage.models[0].input_tokens > first.usage.models[0].input_tokens
    stream = client.apps.completions.create(app_id=APP, prompt=POEM, stream=True, incremental_output=True)
    assert "".join(stream.text_stream) == first.text
    for stream in (False, True):
        with pytest.raises(errors.BadRequestError):
            list(client.apps.completions.create(app_id="mine", prompt=POEM, stream=stream))

    async def ask(client: AsyncClient):
        stream = await client.apps.completions.create(
            app_id=APP, prompt=POEM, stream=True, incremental_output=True
        )
        return "".join([piece async for piece in stream.text_stream])

    assert in_loop(native, ask) == first.text
