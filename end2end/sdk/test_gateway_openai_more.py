"""Vectors, ranks, files, batches and responses with the `openai` package through the gateway."""

import json
import time
from collections.abc import Callable

import openai
import pytest

from comparison import Twice, same
from conftest import Place

TEXTS = ["杭州的天气很好", "今天杭州天气不错", "How to write a database query"]
POEM = "背一首诗"
WEATHER = {
    "type": "function",
    "name": "get_weather",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
}
OpenAi = Twice[openai.OpenAI]


@pytest.mark.parametrize("options", [{}, {"dimensions": 64}, {"encoding_format": "float"}])
def test_texts_become_vectors(openai_twice: OpenAi, options: dict) -> None:
    answer = openai_twice(
        lambda client: client.embeddings.create(model="text-embedding-v4", input=TEXTS, **options)
    )
    assert len(answer.data) == len(TEXTS)


def test_too_many_texts_are_refused(openai_twice: OpenAi) -> None:
    refused = openai_twice(lambda client: client.embeddings.create(model="text-embedding-v4", input=["x"] * 11))
    assert isinstance(refused, openai.BadRequestError)


def test_documents_are_ranked(openai_twice: OpenAi) -> None:
    asked = {"model": "qwen3-rerank", "query": "weather in Hangzhou", "documents": ["pancakes", "Hangzhou weather"]}

    def rank(client: openai.OpenAI) -> object:
        # Bailian has it beside the paths that are OpenAI's.
        base = str(client.base_url)
        path = base.replace("-mode/v1/", "-api/v1/reranks") if "-mode/v1" in base else "/rerank"
        return client.post(path, body=asked, cast_to=object)

    assert openai_twice(rank)["results"][0]["index"] == 1


def lines(*questions: str) -> bytes:
    requests = (
        {
            "custom_id": str(number),
            "method": "POST",
            "url": "/v1/chat/completions",
            "body": {"model": "qwen-plus", "messages": [{"role": "user", "content": question}]},
        }
        for number, question in enumerate(questions)
    )
    return "\n".join(json.dumps(request, ensure_ascii=False) for request in requests).encode()


def test_a_file_is_kept_listed_read_and_deleted(openai_twice: OpenAi) -> None:
    content = lines(POEM)
    steps: dict[openai.OpenAI, str] = {}

    def make(client: openai.OpenAI) -> object:
        file = client.files.create(file=("in.jsonl", content), purpose="batch")
        steps[client] = file.id
        return file

    openai_twice(make)
    openai_twice(lambda client: client.files.retrieve(steps[client]))
    openai_twice(lambda client: [file for file in client.files.list(purpose="batch") if file.id == steps[client]])
    # Only results are given back.
    openai_twice.refused(lambda client: client.files.content(steps[client]))
    assert openai_twice(lambda client: client.files.delete(steps[client])).deleted
    assert isinstance(openai_twice.refused(lambda client: client.files.retrieve(steps[client])), openai.NotFoundError)


def test_a_file_is_asked_about(openai_twice: OpenAi) -> None:
    def ask(client: openai.OpenAI) -> object:
        file = client.files.create(file=("春.txt", "春眠不觉晓，处处闻啼鸟。".encode()), purpose="file-extract")
        messages = [
            {"role": "system", "content": f"fileid://{file.id}"},
            {"role": "user", "content": "这个文件里写了什么？"},
        ]
        return client.chat.completions.create(model="qwen-long", messages=messages)

    # The file's id is part of the question, so that the answers differ.
    for answer in openai_twice.both(ask):
        assert "春眠不觉晓" in answer.choices[0].message.content


def finished(client: openai.OpenAI, batch: str) -> openai.types.Batch:
    end = time.monotonic() + 20
    while (found := client.batches.retrieve(batch)).status not in ("completed", "failed", "expired", "cancelled"):
        assert time.monotonic() < end, found.status
        time.sleep(0.05)
    return found


def test_a_batch_is_worked_through(openai_twice: OpenAi) -> None:
    def work(client: openai.OpenAI) -> tuple[object, list[dict]]:
        file = client.files.create(file=("in.jsonl", lines("2+2?", POEM)), purpose="batch")
        batch = client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        done = finished(client, batch.id)
        assert batch.id in [listed.id for listed in client.batches.list(limit=5)]
        text = client.files.content(done.output_file_id).text
        return done, [json.loads(line) for line in text.splitlines()]

    done, results = openai_twice(work)
    assert done.status == "completed"
    assert [result["custom_id"] for result in results] == ["0", "1"]


def test_what_one_person_made_another_does_not_find(through: Place, stranger: Place) -> None:
    def client(place: Place) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{place.origin}/v1", api_key=place.key, max_retries=0)

    with client(through) as owner, client(stranger) as other:
        file = owner.files.create(file=("in.jsonl", lines(POEM)), purpose="batch")
        batch = owner.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        response = owner.responses.create(model="qwen-plus", input=POEM)

        assert file.id not in [listed.id for listed in other.files.list()]
        assert batch.id not in [listed.id for listed in other.batches.list()]
        attempts: list[tuple[Callable[[], object], Callable[[], object]]] = [
            (lambda: other.files.retrieve(file.id), lambda: other.files.retrieve("file-batch-none")),
            (lambda: other.files.content(file.id), lambda: other.files.content("file-batch-none")),
            (lambda: other.files.delete(file.id), lambda: other.files.delete("file-batch-none")),
            (lambda: other.batches.retrieve(batch.id), lambda: other.batches.retrieve("batch_none")),
            (lambda: other.batches.cancel(batch.id), lambda: other.batches.cancel("batch_none")),
            (lambda: other.responses.retrieve(response.id), lambda: other.responses.retrieve("resp_none")),
        ]
        for somebodys, nobodys in attempts:
            with pytest.raises(openai.APIStatusError) as hidden:
                somebodys()
            with pytest.raises(openai.APIStatusError) as missing:
                nobodys()
            assert (hidden.value.status_code, hidden.value.code) == (missing.value.status_code, missing.value.code)
        assert owner.files.retrieve(file.id).id == file.id
        assert finished(owner, batch.id).status == "completed"


def test_a_response_comes_whole_and_is_kept(openai_twice: OpenAi) -> None:
    made: dict[openai.OpenAI, str] = {}

    def ask(client: openai.OpenAI) -> object:
        response = client.responses.create(model="qwen-plus", instructions="Answer briefly.", input=POEM)
        made[client] = response.id
        return response

    assert openai_twice(ask).output_text
    openai_twice(lambda client: client.responses.retrieve(made[client]))
    again = {"model": "qwen-plus", "input": "再来一首"}
    openai_twice(lambda client: client.responses.create(**again, previous_response_id=made[client]))


def test_a_response_comes_as_a_stream(openai_twice: OpenAi) -> None:
    asked = {"model": "qwen-plus", "input": POEM, "reasoning": {"effort": "low"}, "stream": True}
    events = openai_twice.stream(lambda client: client.responses.create(**asked))

    assert events[-1].type == "response.completed"
    assert events[-1].response.usage.output_tokens > 0


def test_a_function_is_called_by_a_response(openai_twice: OpenAi) -> None:
    asked = {"model": "qwen-plus", "input": "杭州天气", "tools": [WEATHER], "tool_choice": "required"}
    whole = openai_twice(lambda client: client.responses.create(**asked))
    assert json.loads(whole.output[-1].arguments)["city"]
    openai_twice.stream(lambda client: client.responses.create(**asked, stream=True))


@pytest.mark.parametrize("options", [{"input": []}, {"temperature": 2.0}, {"max_output_tokens": 1}])
def test_a_response_is_refused_in_its_own_words(openai_twice: OpenAi, options: dict) -> None:
    refused = openai_twice(lambda client: client.responses.create(**{"model": "qwen-plus", "input": POEM} | options))
    assert isinstance(refused, openai.BadRequestError)


def test_both_paths_of_the_gateway_are_one(through: Place) -> None:
    def ask(path: str) -> object:
        with openai.OpenAI(base_url=through.origin + path, api_key=through.key, max_retries=0) as client:
            return client.responses.create(model="qwen-plus", input=POEM)

    same(ask("/v1"), ask("/compatible-mode/v1"))
