"""What users of the `openai` package meet in embeddings."""

import asyncio
from collections.abc import Iterator

import openai
import pytest

MODEL = "text-embedding-v4"
TEXTS = ["杭州的天气很好", "今天杭州天气不错", "How to write a database query"]


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
        yield client


def nearness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_similar_texts_have_similar_vectors(client: openai.OpenAI) -> None:
    answer = client.embeddings.create(model=MODEL, input=TEXTS)
    vectors = [item.embedding for item in answer.data]

    assert [item.index for item in answer.data] == [0, 1, 2]
    assert {len(vector) for vector in vectors} == {1024}
    assert nearness(vectors[0], vectors[1]) > nearness(vectors[0], vectors[2])
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0


@pytest.mark.parametrize("dimensions", [64, 2048])
def test_the_length_of_vectors_can_be_chosen(client: openai.OpenAI, dimensions: int) -> None:
    answer = client.embeddings.create(model=MODEL, input="风急天高猿啸哀", dimensions=dimensions)
    assert len(answer.data[0].embedding) == dimensions


def test_floats_and_base64_are_the_same_vector(client: openai.OpenAI) -> None:
    floats = client.embeddings.create(model=MODEL, input=TEXTS[0], encoding_format="float")
    # Without a form the package asks for base64 and decodes it.
    decoded = client.embeddings.create(model=MODEL, input=TEXTS[0])
    assert decoded.data[0].embedding == pytest.approx(floats.data[0].embedding, abs=1e-6)


def test_vectors_come_asynchronously(base_url: str) -> None:
    async def embed() -> int:
        async with openai.AsyncOpenAI(base_url=base_url, api_key="sk-test", max_retries=0) as client:
            answer = await client.embeddings.create(model="text-embedding-v3", input=TEXTS)
            return len(answer.data)

    assert asyncio.run(embed()) == 3


def test_too_many_texts_are_a_bad_request(client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError) as refusal:
        client.embeddings.create(model=MODEL, input=["x"] * 11)
    assert refusal.value.code == "InvalidParameter"
    assert "batch size is invalid, it should not be larger than 10" in refusal.value.message


def test_a_chat_model_makes_no_vectors(client: openai.OpenAI) -> None:
    with pytest.raises(openai.NotFoundError):
        client.embeddings.create(model="qwen-plus", input="x")


def test_documents_are_ranked(client: openai.OpenAI, base_url: str) -> None:
    answer = client.post(
        base_url.replace("/compatible-mode/v1", "/compatible-api/v1/reranks"),
        body={"model": "qwen3-rerank", "query": "weather in Hangzhou", "documents": ["pancakes", "Hangzhou weather"]},
        cast_to=object,
    )
    assert answer["results"][0]["index"] == 1


def test_every_kind_of_model_is_listed(client: openai.OpenAI) -> None:
    ids = {model.id for model in client.models.list()}
    assert {"qwen-plus", MODEL, "qwen3-rerank", "qwen2.5-coder-32b-instruct"} <= ids
    assert client.models.retrieve(MODEL).id == MODEL
    with pytest.raises(openai.NotFoundError):
        client.models.retrieve("no-such-model")
