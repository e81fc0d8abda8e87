"""What the second surface of `dashscope` meets where it speaks the OpenAI protocol: chats, and the decision model."""

import asyncio
from collections.abc import Iterator

import pytest
from dashscope import AsyncClient, Client
from dashscope.v2 import errors

POEM = [{"role": "user", "content": "背一首诗"}]
QUESTIONS = {
    "team": {"type": "choice", "criteria": {"billing": "invoice, charged, money", "technical": "crash, error"}},
    "urgent": {"type": "noul", "instructions": "Is it urgent?"},
    "mood": {"type": "score", "criteria": ["bad", "ok", "good"]},
}


@pytest.fixture
def client(base_url: str) -> Iterator[Client]:
    with Client(api_key="sk-test", base_url=base_url, protocol="openai", max_retries=0) as client:
        yield client


def test_an_answer_comes_whole_and_in_pieces(client: Client) -> None:
    whole = client.chat.completions.create(model="qwen-plus", messages=POEM)
    pieces = client.chat.completions.create(model="qwen-plus", messages=POEM, stream=True)

    said = "".join(choice.delta.content or "" for chunk in pieces for choice in chunk.choices)
    assert said == whole.choices[0].message.content
    assert whole.usage.total_tokens > 0


def test_a_refusal_has_its_own_kind(client: Client) -> None:
    with pytest.raises(errors.BadRequestError) as refusal:
        client.chat.completions.create(model="qwen-plus", messages=POEM, temperature=3.0)
    assert refusal.value.code == "invalid_parameter_error"


def test_questions_are_decided(client: Client) -> None:
    answer = client.decision.create(
        model="decision-model-preview", state="The invoice was charged twice, I want my money back.", questions=QUESTIONS
    )

    assert answer.answers["team"].choice == "billing"
    assert sum(answer.answers["mood"].probabilities.values()) == pytest.approx(1)
    assert 0 <= answer.answers["urgent"].noul <= 1


def test_questions_are_decided_asynchronously(base_url: str) -> None:
    async def decide() -> float:
        async with AsyncClient(api_key="sk-test", base_url=base_url, protocol="openai", max_retries=0) as client:
            answer = await client.decision.create(model="decision-model-preview", state={"a": 1}, questions=QUESTIONS)
            return answer.answers["mood"].score

    assert 0 <= asyncio.run(decide()) <= 2


def test_an_unknown_question_is_refused(client: Client) -> None:
    with pytest.raises(errors.BadRequestError):
        client.decision.create(model="decision-model-preview", state="x", questions={"q": {"type": "guess"}})
